import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { packageFile } from './package-file.ts'

const NAME = 'policy.yaml'

/** The path of the policy in the package: every key with its default, mode observe. */
export const DEFAULT_POLICY = packageFile(NAME)

/** The policy file to use: the named one, otherwise that of the folder, otherwise the package's own, which `say` then reports. */
export function policyToUse(named: string | undefined, say: (line: string) => void, folder = ''): string {
  if (named !== undefined) return named
  const own = join(folder, NAME)
  if (existsSync(own)) return own
  say(`No ${NAME} in this folder: the built-in default policy counts (${DEFAULT_POLICY}).`)
  return DEFAULT_POLICY
}
