import { printable } from '../../shared/domain/printable.ts'

/** The longest line of an error that is printed, in characters. */
const LINE_LENGTH = 4000

/** What an error says, safe to print: names that others chose may stand in it. Its own lines stay. */
export function errorText(message: string): string {
  return message
    .split('\n')
    .map((line) => printable(line, LINE_LENGTH))
    .join('\n')
}
