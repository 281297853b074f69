import type { OnUnreadable } from '../shared/ports/stores.ts'

/** Prints to stderr which stored item cannot be read. The command goes on with the rest and ends with exit code 3. */
export const tellUnreadable: OnUnreadable = ({ message, code }) => {
  process.stderr.write(`countersign: ${message} [${code}]\n`)
  process.exitCode = 3
}
