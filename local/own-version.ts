import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The version in package.json, which is one folder up from `local/` in a checkout, and from `dist/` where it is installed. */
export function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')) as { version: string }
  return version
}
