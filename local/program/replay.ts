import { type Command, InvalidArgumentError } from 'commander'
import { ResponderError } from '../../shared/errors.ts'
import { commandOn } from '../command-name.ts'
import { requireSomeInput } from '../read/list-files.ts'
import { isStream, type Jobs, jobsFor } from '../reader/jobs.ts'
import type { KeptReplay } from '../replay-in-folder.ts'
import { complain, POLICY_HELP, paint, print, RULES, time } from './with-target.ts'

interface ReplayArguments {
  readonly policy?: string
  readonly account?: string
  readonly rules?: string
  readonly json?: true
  readonly since?: number
  readonly until?: number
  readonly data?: string
  readonly out?: string
  readonly jobs?: Jobs
}

const EXIT_CODES = { whole: 0, damaged: 3, partial: 130 } as const

/** Adds the command that backtests the responder on logs. */
export function addReplay(root: Command): void {
  root
    .command('replay')
    .description('backtest the responder on CloudTrail logs: files, folders, or - for standard input')
    .argument('<path...>')
    .option('--policy <file>', POLICY_HELP)
    .option('--account <file>', 'what `aws iam get-account-authorization-details` prints')
    .option(...RULES)
    .option('--json', 'NDJSON: assessments, incidents, a summary')
    .option('--since <time>', 'only records from this time on (ISO 8601)', time)
    .option('--until <time>', 'only records before this time (ISO 8601)', time)
    .option('--out <file>', 'an HTML report')
    .option(
      '--jobs <number>',
      'threads: with 2, one reads while the other evaluates; without it 2 for large files on several cores, else 1',
      jobs,
    )
    .option('--data <folder>', 'keep what was found as an embedded account in this folder, which must have none')
    .action(replayWith)
}

async function rulesIn(folder: string, policy: string) {
  const [{ packRules }, { readPolicyFile }] = await Promise.all([import('../rules/pack-rules.ts'), import('../policy-file.ts')])
  return packRules(folder, complain, await readPolicyFile(policy))
}

async function replayWith(paths: string[], options: ReplayArguments): Promise<void> {
  const { signal, done } = interrupted()
  try {
    await replayUntil(signal, paths, options)
  } finally {
    done()
  }
}

async function replayUntil(signal: AbortSignal, paths: string[], options: ReplayArguments): Promise<void> {
  requireSpan(options)
  requireSomeInput(paths)
  const [{ replay }, { policyToUse }, { requireWritable }] = await Promise.all([
    import('../commands/replay.ts'),
    import('../default-policy.ts'),
    import('../write-out.ts'),
  ])
  const { account, data, out } = options
  const policy = policyToUse(options.policy, complain)
  if (options.jobs === 2 && paths.some(isStream))
    complain('Standard input and pipes are read by one thread: --jobs 2 changes nothing here.')
  if (out !== undefined) await requireWritable(out)
  const rules = options.rules === undefined ? undefined : await rulesIn(options.rules, policy)
  const known = { policy, rules, ...(account === undefined ? {} : { account }) }
  const kept = data === undefined ? undefined : await (await import('../replay-in-folder.ts')).replayInFolder({ ...known, data })
  try {
    const end = await replay(kept ?? (await (await import('../replay-in-memory.ts')).replayInMemory(known)), {
      paths,
      jobs: jobsFor(paths, options.jobs),
      isJson: options.json === true,
      since: options.since ?? Number.NEGATIVE_INFINITY,
      until: options.until ?? Number.POSITIVE_INFINITY,
      policy,
      rules,
      hasAccount: account !== undefined,
      page: out,
      signal,
      paint: paint(),
      out: process.stdout,
      err: process.stderr,
      now: () => performance.now(),
    })
    process.exitCode = EXIT_CODES[end]
  } finally {
    await kept?.close()
  }
  const say = options.json === true ? complain : print
  if (out !== undefined) say(`Report: ${out}`)
  if (kept !== undefined) say(keptLine(kept, data))
}

/** Throws `usage` where no time lies between `--since` and `--until`. */
function requireSpan({ since, until }: ReplayArguments): void {
  if (since === undefined || until === undefined || since < until) return
  const [from, to] = [since, until].map((at) => new Date(at).toISOString())
  throw new ResponderError('usage', `--since ${from} is not before --until ${to}, so no record can lie between them`)
}

/** The number of threads: 1 or 2. */
function jobs(text: string): Jobs {
  const number = Number(text)
  if (number !== 1 && number !== 2) throw new InvalidArgumentError(`must be 1 or 2, got "${text}".`)
  return number
}

/**
 * Ends the reading at the first Ctrl-C, and the process at the second.
 *
 * It is called before anything is written, so that no Ctrl-C leaves a folder of `--data` without what closes it.
 */
function interrupted(): { readonly signal: AbortSignal; readonly done: () => void } {
  const ending = new AbortController()
  const interrupt = () => {
    ending.abort()
    process.once('SIGINT', () => process.exit(EXIT_CODES.partial))
  }
  process.once('SIGINT', interrupt)
  return { signal: ending.signal, done: () => process.off('SIGINT', interrupt) }
}

function keptLine(kept: KeptReplay, data: string | undefined): string {
  const open = ['incidents', 'console'].map((words) => `\`${commandOn(kept, words)}\``)
  return `Kept in ${data}: ${open.join(' lists the incidents, ')} serves them as pages. ${kept.note}`
}
