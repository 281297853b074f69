import { createInterface } from 'node:readline/promises'
import { ResponderError } from '../shared/errors.ts'

/** Where a question is asked: the terminal, unless a test says otherwise. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly output: NodeJS.WritableStream
}

/** Questions go to standard error: standard output is for what a program may read. */
const TERMINAL: Terminal = { input: process.stdin, output: process.stderr }

/** Says what is about to happen and waits for a yes. Throws where the answer is another, or where there is nobody to answer. */
export async function goAhead(what: string, { input, output }: Terminal = TERMINAL): Promise<void> {
  if (input.isTTY !== true) throw new ResponderError('usage', `${what}\nNothing was done: without a terminal to ask at, say --yes`)
  const terminal = createInterface({ input, output, terminal: true })
  try {
    const answer = await terminal.question(`${what}\nGo on? [y/N] `)
    if (!/^\s*y(es)?\s*$/i.test(answer)) throw new ResponderError('declined', 'nothing was done')
  } finally {
    terminal.close()
  }
}
