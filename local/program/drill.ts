import { type Command, InvalidArgumentError } from 'commander'
import { ResponderError } from '../../shared/errors.ts'
import { asTyped } from '../command-name.ts'
import { goAhead } from '../go-ahead.ts'
import { complain, paint, print, width } from './with-target.ts'

interface DrillFlags {
  readonly stack?: string
  readonly region?: string
  readonly minutes: number
  readonly keep?: true
  readonly yes?: true
  readonly json?: true
}

/** Minutes that one step is waited for, unless others are named: CloudTrail may take some, and the fastest way to know that nothing comes is not to wait long. */
const MINUTES = 10
const MOST_MINUTES = 60

/** The exit code of a command that the person interrupted. */
const INTERRUPTED = 130

/** Adds the command that tries a stack out with a canary of its own. */
export function addDrill(root: Command): void {
  root
    .command('drill')
    .description(
      'make a canary, use its key as an intruder would, and time detection, containment, notice, record and release; then remove it. Without --stack in a simulated account',
    )
    .option('--stack <name>', 'a deployed stack, with your AWS credentials (docs/drill.md has the rights)')
    .option('--region <region>', 'the region of the stack')
    .option('--minutes <number>', `for how long each step is waited for, 1 to ${MOST_MINUTES}`, minutes, MINUTES)
    .option('--keep', 'leave the user and its key in the account')
    .option('--yes', 'do not ask first')
    .option('--json', 'one JSON object')
    .action(run)
}

async function run(flags: DrillFlags): Promise<void> {
  const { stack, region, keep, yes, json } = flags
  if (stack === undefined)
    for (const [name, isGiven] of Object.entries({ region, keep, yes }))
      if (isGiven !== undefined)
        throw new ResponderError('usage', `--${name} goes with --stack: without it nothing outside this process is touched`)
  const stopping = new AbortController()
  const interrupt = () => {
    complain('Interrupted: removing what the drill has made. Once more ends at once, and leaves it.')
    stopping.abort()
    process.once('SIGINT', () => process.exit(INTERRUPTED))
  }
  const [{ drill }, parts] = await Promise.all([import('../commands/drill.ts'), opened(stack, region)])
  process.once('SIGINT', interrupt)
  try {
    const { output, isWhole } = await drill(parts, {
      limitMs: flags.minutes * 60_000,
      isKept: keep === true,
      isJson: json === true,
      stop: stopping.signal,
      paint: paint(),
      width: width(),
      say: complain,
      ...(stack === undefined || yes === true ? {} : { goAhead }),
    })
    print(output)
    if (!isWhole) process.exitCode = 1
  } catch (cause) {
    if (stopping.signal.aborted) {
      process.exitCode = INTERRUPTED
      return
    }
    if (!(cause instanceof ResponderError)) throw cause
    throw new ResponderError(cause.code, asTyped(cause.message, parts.target), { cause })
  } finally {
    process.off('SIGINT', interrupt)
    await parts.target.close()
  }
}

async function opened(stack: string | undefined, region: string | undefined) {
  if (stack === undefined) return (await import('../synthetic/simulated-drill.ts')).simulatedDrill()
  return (await import('../open-drill.ts')).openDrill(stack, region)
}

function minutes(text: string): number {
  const number = Number(text)
  if (!/^\d+$/.test(text) || number < 1 || number > MOST_MINUTES)
    throw new InvalidArgumentError(`must be a whole number from 1 to ${MOST_MINUTES}, got "${text}".`)
  return number
}
