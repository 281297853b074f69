import { CommanderError } from 'commander'
import { type ErrorCode, ResponderError } from '../shared/errors.ts'
import { clearError } from './clear-error.ts'
import { asTyped } from './command-name.ts'
import { program } from './program.ts'
import { terminalWidth } from './render/display-width.ts'
import { errorText } from './render/error-text.ts'
import { wrapText } from './render/wrap.ts'

/** The error codes that have an exit code of their own. */
const EXIT_CODES: Partial<Record<ErrorCode, number>> = { usage: 2, 'account.busy': 4 }

/** Runs the command line, and ends the process with it. Exit codes are in docs/errors.md. */
export async function main(): Promise<void> {
  // A reader such as `| head` may close the pipe at any line: that is not an error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  await runCommand(process.argv.slice(2))
  endSoon()
}

/** Runs one command by its words, tells what it failed of, and sets the exit code. */
export async function runCommand(words: readonly string[]): Promise<void> {
  try {
    await program().parseAsync([...words], { from: 'user' })
  } catch (thrown) {
    const cause = clearError(thrown)
    if (cause instanceof CommanderError) process.exitCode = cause.exitCode === 0 ? 0 : 2
    else {
      const isOurs = cause instanceof ResponderError
      const message = asTyped(cause instanceof Error ? cause.message : String(cause), { options: '' })
      const line = `countersign: ${message}${isOurs ? ` [${cause.code}]` : ''}`
      process.stderr.write(`${wrapText(errorText(line), terminalWidth(process.stderr))}\n`)
      process.exitCode = isOurs ? (EXIT_CODES[cause.code] ?? 1) : 1
    }
  }
}

/** How long what a command has opened may keep the process when the command is done. Milliseconds. */
const LEAVE_MS = 2_000

/** Ends the process where something holds it that does not close, such as a database that waits for its own threads. What is still to be printed comes first. */
function endSoon(): void {
  const leave = () => (process.stdout.writableLength + process.stderr.writableLength === 0 ? process.exit() : endSoon())
  setTimeout(leave, LEAVE_MS).unref()
}
