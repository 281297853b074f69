import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { inject } from 'vitest'

const ROOT = join(import.meta.dirname, '..', '..')

/** A process that has an embedded account open until it is ended. */
export interface OpenConsole {
  readonly pid: number
  readonly url: string
  /** All that it has said so far. */
  said(): string
  /** Resolves with its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>
  end(signal: NodeJS.Signals): Promise<number | string>
}

/** Runs `countersign console` in a process of its own, and waits until it serves. */
export async function openConsole(data: string): Promise<OpenConsole> {
  const child = spawn(process.execPath, [join(ROOT, 'local', 'countersign.ts'), 'console', '--data', data], {
    cwd: ROOT,
    env: { ...process.env, NODE_COMPILE_CACHE: inject('compileCache') },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  child.stderr.on('data', (part) => {
    text += String(part)
  })
  const ended = once(child, 'close').then(([code, signal]: (number | string | null)[]) => code ?? signal ?? 'unknown')
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      text += `${line}\n`
      const found = /http:\/\/\S+/.exec(line)?.[0]
      if (found !== undefined) resolve(found)
    })
    void ended.then(() => reject(new Error(`the console ended: ${text}`)))
  })
  return {
    pid: child.pid ?? 0,
    url,
    said: () => text,
    ended,
    end(signal) {
      child.kill(signal)
      return ended
    },
  }
}
