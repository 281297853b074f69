import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { packageFile } from './package-file.ts'

const NAME = 'policy.yaml'

/** The policy that the package brings: every key with its default. It observes, and contains nothing. */
export const DEFAULT_POLICY = packageFile(NAME)

/** The policy file to use: the one that is named, else that of this folder, else the built-in one, of which it is said that it counts. */
export function policyToUse(named: string | undefined, say: (line: string) => void, folder = ''): string {
  if (named !== undefined) return named
  const own = join(folder, NAME)
  if (existsSync(own)) return own
  say(`No ${NAME} in this folder: the built-in default policy counts (${DEFAULT_POLICY}).`)
  return DEFAULT_POLICY
}
