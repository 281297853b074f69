import { createInterface } from 'node:readline/promises'
import { ResponderError } from '../shared/errors.ts'
import { terminalWidth } from './render/display-width.ts'
import { wrapText } from './render/wrap.ts'

/** The streams on which a question is asked. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }
}

/** Questions go to standard error, because a program may read standard output. */
const TERMINAL: Terminal = { input: process.stdin, output: process.stderr }

/** Prints what will happen and waits for a yes. Throws where the answer is another one, or where there is no terminal. */
export async function goAhead(what: string, { input, output }: Terminal = TERMINAL): Promise<void> {
  if (input.isTTY !== true)
    throw new ResponderError('usage', `${what}\nNothing was done, because there is no terminal to ask on; --yes skips the question`)
  const terminal = createInterface({ input, output, terminal: true })
  try {
    const answer = await terminal.question(`${wrapText(what, terminalWidth(output))}\nGo on? [y/N] `)
    if (!isYes(answer)) throw new ResponderError('declined', 'nothing was done')
  } finally {
    terminal.close()
  }
}

/** True where the answer to a question is yes; whatever else is typed is no. */
export function isYes(answer: string): boolean {
  return /^\s*y(es)?\s*$/i.test(answer)
}
