import { commandName } from '../command-name.ts'
import { displayWidth } from './display-width.ts'

/** A command of AWS, as texts print it. */
const OF_AWS = /^aws [a-z0-9-]+ [a-z0-9-]+(?: |$)/

/** What a label of one or two words takes, with the spaces after it: what follows is folded beside it. */
const LABEL = /^ *(?:\S+(?: \S+)? {2,})?/

/** How much further in than a line without a label its folded rest stands. */
const HANG = 2

/** Lines that are longer than `width` are folded at words, with a hanging indent. Without a width the text stays as it is. */
export function wrapText(text: string, width: number | undefined): string {
  if (width === undefined) return text
  return text
    .split('\n')
    .flatMap((line) => (displayWidth(line) <= width ? line : wrapLine(line, width)))
    .join('\n')
}

/** A text in lines of at most `width` cells. A word that is wider, and a command, has a line of its own, uncut. */
export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const { gap, word } of unbreakable(text)) {
    if (line === '') line = word
    else if (displayWidth(line) + gap.length + displayWidth(word) <= width) line += gap + word
    else {
      lines.push(line)
      line = word
    }
  }
  return line === '' ? lines : [...lines, line]
}

/** The widest part of a text that is never cut. */
export function widestWord(text: string): number {
  return Math.max(0, ...unbreakable(text).map(({ word }) => displayWidth(word)))
}

function wrapLine(line: string, width: number): string[] {
  const { length: indent } = /^ */.exec(line)?.[0] ?? ''
  const { length: label } = LABEL.exec(line)?.[0] ?? ''
  const isLabelled = label > indent && label <= width / 3
  const hang = isLabelled ? label : Math.min(indent + HANG, Math.floor(width / 2))
  const head = isLabelled ? line.slice(0, label) : ' '.repeat(Math.min(indent, hang))
  const [first = '', ...more] = wrapWords(line.slice(isLabelled ? label : indent), width - hang)
  const rest = (lines: readonly string[]) => lines.map((one) => ' '.repeat(hang) + one)
  // A word that has no room beside its label stands below it.
  if (isLabelled && displayWidth(first) > width - hang) return [head.trimEnd(), ...rest([first, ...more])]
  return [`${head}${first}`, ...rest(more)]
}

/** The words of a text with the spaces before each. What stands in backticks is one word, and a command is one to its end. */
function unbreakable(text: string): { gap: string; word: string }[] {
  const words: { gap: string; word: string }[] = []
  for (let rest = text; rest.trimStart() !== ''; ) {
    const { length } = /^\s*/.exec(rest)?.[0] ?? ''
    const gap = ' '.repeat(length)
    const at = rest.slice(length)
    const word = isCommand(at) ? at.trimEnd() : (/^(?:[^\s`]*`[^`]{0,240}`)*\S*/.exec(at)?.[0] ?? at)
    words.push({ gap, word })
    rest = at.slice(word.length)
  }
  return words
}

function isCommand(text: string): boolean {
  return text.startsWith(`${commandName()} `) || OF_AWS.test(text)
}
