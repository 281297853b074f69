import { type Command, InvalidArgumentError, Option } from 'commander'
import { timeGiven } from '../../shared/domain/record-time.ts'
import { ResponderError } from '../../shared/errors.ts'
import { asTyped } from '../command-name.ts'
import { DATA_FOLDER } from '../data-folder.ts'
import { goAhead } from '../go-ahead.ts'
import { openTarget, type TargetOptions } from '../open-target.ts'
import { terminalWidth } from '../render/display-width.ts'
import { errorText } from '../render/error-text.ts'
import { paintFor } from '../render/style.ts'
import { wrapText } from '../render/wrap.ts'
import type { Target } from '../target.ts'

/** Prints a text that is not empty. */
export const print = (text: string) => process.stdout.write(text === '' ? '' : `${text}\n`)
/** Prints a line on standard error. */
export const complain = (line: string) => void process.stderr.write(`${errorText(line)}\n`)
/** Colours for standard output, where it is a terminal. */
export const paint = () => paintFor(process.stdout, process.env)
/** The width of standard output, where it is a terminal. */
export const width = () => terminalWidth(process.stdout)
/** A text for people, folded to the terminal; what is for programs stays as it is. */
export const folded = (text: string, isJson = false) => (isJson ? text : wrapText(text, width()))

/** Options of the commands that work on a target. */
export interface CommandOptions extends TargetOptions {
  readonly json?: true
  readonly yes?: true
  readonly all?: true
  readonly print?: true
  readonly lastUsed?: string
  readonly reason?: string
  readonly change?: string
  readonly profile?: string
  readonly model?: string
  readonly endpoint?: string
  readonly out?: string
  readonly value?: string
  readonly minutes?: number
  readonly hours?: number
  readonly format?: string
  readonly port?: number
  readonly incident?: string
  readonly host?: string
  readonly identityHeader?: string
  readonly proxy?: string
  readonly origin?: string
  readonly since?: string
  readonly until?: string
  readonly limit?: number
  readonly setAside?: string
  readonly restore?: string
  readonly read?: string
  readonly to?: string
  readonly nobody?: true
  readonly text?: string
}

type OnTarget<T> = (target: Target, options: CommandOptions, argument: string) => Promise<T>

/** Adds the options for a target to a command. The command opens the target, prints what `action` returns, and closes the target. */
export function withTarget(command: Command, action: OnTarget<string>): Command {
  return command
    .addOption(new Option('--data <folder>', 'the embedded account').default(DATA_FOLDER))
    .addOption(new Option('--stack <name>', 'a deployed stack, with your AWS credentials'))
    .addOption(new Option('--region <region>', 'the region of the stack'))
    .action(async (...words: unknown[]) => {
      const options = command.opts<CommandOptions>()
      const [argument] = words
      const { data, stack, model } = options
      if (options.reason !== undefined) (await import('../../shared/domain/reason.ts')).requireReason({ reason: options.reason })
      // With a model, the region may be that of the model.
      const target = await openTarget(stack === undefined && model !== undefined ? { data } : options)
      try {
        print(await action(target, options, typeof argument === 'string' ? argument : ''))
      } catch (cause) {
        if (!(cause instanceof ResponderError)) throw cause
        throw new ResponderError(cause.code, asTyped(cause.message, target), { cause })
      } finally {
        await target.close()
      }
    })
}

/** As `withTarget`, for a command that changes something: unless `--yes` is given, it prints what will happen and asks first. */
export function withConsent(command: Command, { follows, action }: { follows: OnTarget<string>; action: OnTarget<string> }): Command {
  command.option('--yes', 'do not ask first')
  return withTarget(command, async (target, options, argument) => {
    if (options.yes !== true) await goAhead(await follows(target, options, argument))
    return folded(await action(target, options, argument), options.json)
  })
}

/** The option of every command that asks a model. */
export const ENDPOINT = ['--endpoint <url>', 'a server that speaks Converse, in place of Bedrock: https, or http on this machine'] as const

/** What the option --policy of a backtest says. */
export const POLICY_HELP = 'the policy that counts; without it policy.yaml of this folder, else the built-in one'

/** The option of every command that evaluates logs with rules of people. */
export const RULES = ['--rules <folder>', 'Sigma rules for CloudTrail, which `rules check` checks'] as const

/** Options of every command that leaves a reason in the record. */
export const REASON = ['--reason <text>', 'why, for the record (required)'] as const

/** Makes the subcommand that runs where none is named. The parent's help includes its options, and an unknown subcommand is an error. */
export function asDefault(parent: Command, name: string): Command {
  const command = parent.command(name, { isDefault: true }).allowExcessArguments()
  parent.addHelpText(
    'after',
    () =>
      `\nWithout a command it is \`${name}\`:\n${command
        .createHelp()
        .formatHelp(command, command.createHelp())
        .replace(/^Usage.*\n+/, '')}`,
  )
  command.hook('preAction', () => {
    const [word] = command.args
    if (word === undefined) return
    const known = parent.commands.map((one) => one.name()).join(', ')
    throw new ResponderError('usage', `${parent.name()} has no command "${word}"; it has ${known}`)
  })
  return command
}

/** A time in ISO 8601, as epoch milliseconds. */
export function time(text: string): number {
  const at = timeGiven(text)
  if (at === undefined) throw new InvalidArgumentError(`not a time: "${text}"; write it as 2026-01-31 or 2026-01-31T12:00:00Z.`)
  return at
}

/** A whole number from 0 on. */
export function wholeNumber(text: string): number {
  const number = Number(text)
  // A number as people write it: 1e9 and 0x10 are numbers too.
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError(`must be a whole number from 0, got "${text}".`)
  return number
}
