import { existsSync } from 'node:fs'
import { join } from 'node:path'

const NAME = 'policy.yaml'

/**
 * The path of the policy in the package: every key with its default, mode observe. The package's root is one folder up from `local/` in a checkout, and from
 * `dist/` where it is installed.
 */
export const DEFAULT_POLICY = join(import.meta.dirname, '..', NAME)

/** The policy file to use: the named one, otherwise that of the folder, otherwise the package's own, which `say` then reports. */
export function policyToUse(named: string | undefined, say: (line: string) => void, folder = ''): string {
  if (named !== undefined) return named
  const own = join(folder, NAME)
  if (existsSync(own)) return own
  say(`No ${NAME} in this folder: the built-in default policy counts (${DEFAULT_POLICY}).`)
  return DEFAULT_POLICY
}
