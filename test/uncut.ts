import { commandName } from '../local/command-name.ts'
import { displayWidth } from '../local/render/display-width.ts'

/** The lines that are wider than the terminal though they could have been folded: each is more than one word, span in backticks or command. */
export function tooWide(text: string, width: number): string[] {
  return text.split('\n').filter((line) => displayWidth(line) > width && !isUncut(line.trim()))
}

/** The words of a text, in its order. */
export function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}

function isUncut(line: string): boolean {
  return /^\S+$/.test(line) || /^`[^`]*`\S*$/.test(line) || line.startsWith(`${commandName()} `) || line.startsWith('aws ')
}
