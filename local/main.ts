import { CommanderError } from 'commander'
import { ResponderError } from '../shared/errors.ts'
import { program } from './program.ts'

/** Runs the command line. Exit codes are in docs/errors.md. */
export async function main(): Promise<void> {
  // A reader such as `| head` may close the pipe at any line: that is not an error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  try {
    await program().parseAsync()
  } catch (cause) {
    if (cause instanceof CommanderError) process.exitCode = cause.exitCode === 0 ? 0 : 2
    else {
      const isOurs = cause instanceof ResponderError
      process.stderr.write(`countersign: ${cause instanceof Error ? cause.message : String(cause)}${isOurs ? ` [${cause.code}]` : ''}\n`)
      process.exitCode = isOurs && cause.code === 'usage' ? 2 : 1
    }
  }
}
