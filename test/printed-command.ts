import type { Command } from 'commander'
import { program } from '../local/program.ts'

/** The commands of a text, each from `countersign` to the end of its line, or of the code that it stands in. */
export function commandsIn(text: string): string[] {
  return [...text.matchAll(/\bcountersign (?:-- )?([a-z][^`\n]*)/g)].map(([, words = '']) => words.split(/ {2,}/)[0]?.trim() ?? '')
}

/** What is wrong with a printed command, as the command line's own parser knows its commands; undefined where it can be run. */
export function faultOf(words: string): string | undefined {
  const given = words.match(/"[^"]*"|'[^']*'|\S+/g) ?? []
  let command: Command = program()
  const rest = [...given]
  for (let next = command.commands.find((one) => one.name() === rest[0]); next !== undefined; ) {
    command = next
    rest.shift()
    next = command.commands.find((one) => one.name() === rest[0])
  }
  if (command.parent === null) return `no command: ${words}`
  // A group runs its default.
  const known = [
    command,
    ...command.commands.filter((one) => (command as Command & { _defaultCommandName?: string })._defaultCommandName === one.name()),
  ]
  const options = known.flatMap((one) => one.options)
  const operands: string[] = []
  const seen: string[] = []
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (!word.startsWith('--')) {
      operands.push(word)
      continue
    }
    const option = options.find(({ long }) => long === word)
    if (option === undefined) return `no option ${word}: ${words}`
    seen.push(word)
    if (option.required && rest.shift() === undefined) return `${word} has no value: ${words}`
  }
  const missing = options.filter(({ mandatory, long }) => mandatory && !seen.includes(long ?? ''))
  if (missing.length > 0) return `without ${missing.map(({ long }) => long).join()}: ${words}`
  const takes = known.flatMap((one) => one.registeredArguments)
  const most = takes.some(({ variadic }) => variadic) ? Number.POSITIVE_INFINITY : takes.length
  if (operands.length < takes.filter(({ required }) => required).length || operands.length > most)
    return `${operands.length} operands: ${words}`
  return undefined
}
