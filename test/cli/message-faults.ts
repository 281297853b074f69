import { commandName } from '../../local/command-name.ts'
import { faultOf } from '../printed-command.ts'
import type { Ran } from './run-cli.ts'

/** What no person can do anything with: codes of the file system, values that are none, and errors as programs throw them. */
const RAW: readonly RegExp[] = [
  /\b(?:ENOENT|EACCES|EPERM|EISDIR|ENOTDIR|ENOTEMPTY|EMFILE|ELOOP)\b/,
  /\b(?:received|got|expected) (?:null|undefined|NaN)\b/,
  /\bundefined\b|\bNaN\b|Invalid Date|\[object |\bInfinity\b/,
  /^ {2,}at .*:\d+:\d+\)?$/m,
  /ZodError|"code": ?"invalid_|Invalid input/,
  /Unexpected (?:token|end of JSON)|is not valid JSON/,
  /\b(?:Type|Syntax|Range|Reference)Error\b/,
  /MaxListeners|Deprecat/,
]

/** A colour is no text, and what else is a control character came from an input. */
const CONTROL = /(?![\t\n])\p{Cc}/u

/** Marks that stand twice, or before a space that belongs after them. Paths have two dots before a slash, and an ellipsis has one character. */
const TWICE = /(?<![./])\.\.(?![./])|;;|,,|(?<!:)::(?!:|ffff)(?= )|: :|\. \.(?!\.)| [,;](?= |$)|\.;/m

/** A line that begins with the id of an incident, where whoever reads it knows whose it is. */
const BARE_ID = /^(?:countersign: )?inc-[0-9a-f]{12}(?=[ :,.])/m

/** Commands as they are called here, in a sentence, in brackets or on a line of their own. */
function commandsIn(text: string): string[] {
  const called = `${commandName()} `
  return text
    .split('\n')
    .flatMap((line) => line.split(called).slice(1))
    .map((rest) => rest.split(/`| {2,}/)[0] ?? '')
    .map((rest) => rest.replace(/ shows how\)$/, '').trim())
}

/** Bare commands in backticks are of nobody: here the command line is called otherwise. */
const UNTYPED = /`countersign [a-z][^`]*`/

/** What is wrong with the text that a run printed, each as one line; none where it reads well. */
export function faultsIn({ out, err }: Pick<Ran, 'out' | 'err'>): string[] {
  return [...textFaults(out, isData(out)), ...textFaults(err, false).concat(proseFaults(err))]
}

function textFaults(text: string, isJson: boolean): string[] {
  const raw = RAW.flatMap((pattern) => (isJson ? [] : found(pattern, text, 'raw')))
  if (isJson) return raw
  return [
    ...raw,
    ...found(CONTROL, text, 'a control character'),
    ...found(TWICE, text, 'marks'),
    ...found(BARE_ID, text, 'an id before the name'),
    ...found(UNTYPED, text, 'a command that is not called so here'),
    ...commandsIn(text).flatMap((words) => commandFault(words) ?? []),
  ]
}

/** Sentences have one space between words; what stands in columns is on standard output. */
function proseFaults(text: string): string[] {
  return found(/\S {2,}\S/, text, 'two spaces')
}

/** The help of the program and of a command is the parser's own. */
function commandFault(words: string): string | undefined {
  if (words === 'help' || words.endsWith('--help')) return undefined
  const fault = faultOf(words)
  return fault === undefined ? undefined : `a command that does not run: ${fault}`
}

/** NDJSON, JSON and what other programs read. */
function isData(text: string): boolean {
  return /^\s*[[{<]/.test(text) || text.startsWith('version:') || /^_?countersign|^#compdef|^complete /m.test(text)
}

function found(pattern: RegExp, text: string, what: string): string[] {
  const match = pattern.exec(text)
  if (match === null) return []
  const at = match.index
  return [`${what}: …${text.slice(Math.max(0, at - 60), at + 60).replaceAll('\n', ' ⏎ ')}…`]
}
