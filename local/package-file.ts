import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A file at the root of the package: one folder up, from `local/` in a checkout and from `dist/` where it is installed. */
export function packageFile(name: string): string {
  return join(import.meta.dirname, '..', name)
}

/** The version of the package. */
export function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string }
  return version
}
