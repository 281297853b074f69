import { runCommand } from '../../local/main.ts'
import type { Ran } from './run-cli.ts'

/** Runs a command in this process, one after the other, where nothing of a process of its own is tested. There is no terminal. */
export async function runHere(words: readonly string[]): Promise<Ran> {
  const { stdout, stderr } = process
  const [writeOut, writeErr] = [stdout.write, stderr.write]
  let [out, err] = ['', '']
  const taken = (take: (text: string) => void) =>
    ((chunk: string | Uint8Array, ...rest: unknown[]) => {
      take(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString())
      const done = rest.find((one) => typeof one === 'function')
      if (done !== undefined) done()
      return true
    }) as typeof stdout.write
  stdout.write = taken((text) => {
    out += text
  })
  stderr.write = taken((text) => {
    err += text
  })
  process.exitCode = 0
  try {
    await runCommand(words)
    return { code: Number(process.exitCode), out, err }
  } finally {
    stdout.write = writeOut
    stderr.write = writeErr
    process.exitCode = 0
  }
}
