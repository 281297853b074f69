import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, inject } from 'vitest'
import { fixture } from '../fixtures/fixture.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** A folder of this test file's own. */
export const folder = mkdtempSync(join(tmpdir(), 'countersign-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs the command line in a process of its own, as a user does. */
export function countersign(args: readonly string[], input?: string, env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [join(ROOT, 'local', 'countersign.ts'), ...args],
      {
        cwd: ROOT,
        maxBuffer: 64 * 1024 * 1024,
        env: { ...process.env, NO_COLOR: '1', NODE_COMPILE_CACHE: inject('compileCache'), ...env },
      },
      (error, out, err) => resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, out, err }),
    )
    child.stdin?.end(input ?? '')
  })
}

/** Lays the embedded account, as `start --once` has left it, into a folder. Answers what the command printed. */
export async function layAccount(data: string): Promise<string> {
  const account = await fixture('account')
  cpSync(account.folder, data, { recursive: true })
  return account.out
}

/** The lines of an NDJSON output. */
export function lines<T>(out: string): T[] {
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T)
}
