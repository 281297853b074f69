import { execFile } from 'node:child_process'
import { join } from 'node:path'
import type { Ran } from './run-cli.ts'

const SCRIPT = join(import.meta.dirname, '..', '..', 'eval', 'days.ts')

/** What `npm run days` runs. */
export function days(args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [SCRIPT, ...args], (error, out, err) => resolve({ code: Number(error?.code ?? 0), out, err }))
  })
}
