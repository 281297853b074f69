import type { OnUnreadable } from '../shared/ports/stores.ts'
import { errorText } from './render/error-text.ts'

/** Prints to stderr which stored item cannot be read. The command goes on with the rest and ends with exit code 3. */
export const tellUnreadable: OnUnreadable = ({ message, code }) => {
  process.stderr.write(`countersign: ${errorText(message)} [${code}]\n`)
  process.exitCode = 3
}
