import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The path of a file at the root of the package: one folder up from `local/` in a checkout, and from `dist/` where it is installed. */
export function packageFile(name: string): string {
  return join(import.meta.dirname, '..', name)
}

/** The version in package.json. */
export function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string }
  return version
}
