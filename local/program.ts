import { Command, InvalidArgumentError, Option } from 'commander'
import { bedrockModel } from '../shared/aws/bedrock-model.ts'
import { bedrockClient } from '../shared/aws/clients.ts'
import { ResponderError } from '../shared/errors.ts'
import { offlineAdvisor } from '../shared/memory/advisor.ts'
import type { Advisor } from '../shared/ports.ts'
import { modelAdvisor } from '../shared/stages/advise/by-model.ts'
import { expectFeature, showBaseline } from './commands/baseline.ts'
import { exportChanges, sealChanges, verifyChanges } from './commands/changes.ts'
import { openConsole } from './commands/console.ts'
import { acceptProposal, showDrift } from './commands/drift.ts'
import { evaluate } from './commands/evaluate.ts'
import { explainIncident } from './commands/explain.ts'
import { approveChange, confirmIncident, containIncident, listIncidents, releaseIncident, showIncident } from './commands/incidents.ts'
import { startOverride, stopOverride } from './commands/override.ts'
import { checkPolicy, diffPolicy, putPolicy, showPolicy } from './commands/policy.ts'
import { replay } from './commands/replay.ts'
import { report, sinceOf } from './commands/report.ts'
import { start } from './commands/start.ts'
import { DATA_FOLDER, openTarget, type TargetOptions } from './open-target.ts'
import { readPolicyFile } from './policy-file.ts'
import { paintFor } from './render/style.ts'
import { replayInMemory } from './replay-in-memory.ts'
import type { Target } from './target.ts'

const print = (text: string) => process.stdout.write(text === '' ? '' : `${text}\n`)
const paint = () => paintFor(process.stdout, process.env)

/** Every command, its options and its help. */
export function program(): Command {
  const root = new Command('countersign')
    .description('Contains a compromised AWS credential within seconds, reversibly, and hands every change to a person to countersign.')
    .exitOverride()
    .showHelpAfterError('(countersign help shows how)')
  addStart(root)
  addReplay(root)
  addEvaluate(root)
  addIncidents(root)
  addBaseline(root)
  addChanges(root)
  addConsole(root)
  addReport(root)
  addDrift(root)
  addPolicy(root)
  addOverride(root)
  // Subcommands are made by .command(), which copies neither the override nor the hint.
  for (const command of commandsOf(root)) command.exitOverride().showHelpAfterError(`(countersign ${pathOf(command)} --help shows how)`)
  return root
}

function addStart(root: Command): void {
  root
    .command('start')
    .description('tell the story: a synthetic account, thirty days of history, a leaked key')
    .option('--once', 'exit after printing')
    .option('--data <folder>', 'where the embedded account is kept', DATA_FOLDER)
    .option('--seed <number>', 'another history', wholeNumber, 1)
    .action(async ({ once, data, seed }: { once?: true; data: string; seed: number }) => {
      await start({ isOnce: once === true || process.stdin.isTTY !== true, folder: data, seed, paint: paint() })
    })
}

function addReplay(root: Command): void {
  root
    .command('replay')
    .description('backtest the responder on CloudTrail logs: files, folders, or - for standard input')
    .argument('<path...>')
    .option('--policy <file>', 'the policy to replay under', 'policy.yaml')
    .option('--account <file>', 'what `aws iam get-account-authorization-details` prints')
    .option('--json', 'NDJSON: assessments, incidents, a summary')
    .option('--since <time>', 'only records from this time on (ISO 8601)', time)
    .option('--until <time>', 'only records before this time (ISO 8601)', time)
    .action(async (paths: string[], options: { policy: string; account?: string; json?: true; since?: number; until?: number }) => {
      const { run, incidents } = await replayInMemory(options)
      const isWhole = await replay(run, incidents, {
        paths,
        isJson: options.json === true,
        since: options.since ?? Number.NEGATIVE_INFINITY,
        until: options.until ?? Number.POSITIVE_INFINITY,
        paint: paint(),
        out: process.stdout,
        err: process.stderr,
        now: () => performance.now(),
      })
      if (!isWhole) process.exitCode = 3
    })
}

function addEvaluate(root: Command): void {
  root
    .command('eval')
    .description('measure detection on labelled records (NDJSON, plain or .gz)')
    .argument('<file...>')
    .option('--policy <file>', 'the policy whose thresholds count', 'policy.yaml')
    .option('--json', 'one JSON object')
    .option('--out <file>', 'an HTML report with plots')
    .option('--fail-under <file>', 'exit 1 where a figure falls below the bars in this file')
    .addOption(new Option('--advisor <kind>', 'measure an advisor beside the score alone').choices(['offline', 'bedrock']))
    .option('--model <id>', 'the Bedrock model or inference profile, asked with your AWS credentials')
    .option('--region <region>', 'the region of the model')
    .action(async (files: string[], options: EvalOptions) => {
      const complain = (line: string) => void process.stderr.write(`${line}\n`)
      const policy = await readPolicyFile(options.policy)
      const advised = advisedBy(options)
      const { output, isReached, isWhole } = await evaluate({
        ...options,
        ...(advised === undefined ? {} : { advised }),
        files,
        policy,
        isJson: options.json === true,
        complain,
      })
      print(output)
      process.exitCode = isReached ? (isWhole ? 0 : 3) : 1
    })
}

interface EvalOptions {
  readonly policy: string
  readonly json?: true
  readonly out?: string
  readonly failUnder?: string
  readonly advisor?: 'offline' | 'bedrock'
  readonly model?: string
  readonly region?: string
}

function advisedBy({ advisor, model, region }: EvalOptions): { advisor: Advisor; model: string } | undefined {
  if (advisor === undefined) return undefined
  if (advisor === 'offline') return { advisor: offlineAdvisor(), model: 'offline' }
  if (model === undefined) throw new ResponderError('usage', '--advisor bedrock needs --model: a Bedrock model or inference profile')
  return { advisor: modelAdvisor(bedrockModel(bedrockClient(region === undefined ? {} : { region }), { id: model })), model }
}

function addIncidents(root: Command): void {
  const incidents = root.command('incidents').description('open incidents, highest priority first')
  withTarget(
    incidents
      .command('list', { isDefault: true })
      .description('list the open incidents')
      .option('--all', 'the closed ones too')
      .option('--json', 'NDJSON'),
    (target, { json, all }) => listIncidents(target, { isJson: json === true, isAll: all === true }),
  )
  withTarget(
    incidents
      .command('show')
      .description('one incident whole: why, timeline, changes')
      .argument('<id>')
      .option('--json', 'one JSON object'),
    (target, { json }, id) => showIncident(target, id, { isJson: json === true, paint: paint() }),
  )
  withTarget(
    root
      .command('explain')
      .description('what happened, why this was done, what comes next: each sentence by facts of the incident')
      .argument('<id>')
      .option('--model <id>', 'a Bedrock model or inference profile, asked with your AWS credentials; without it a template says the facts')
      .option('--json', 'one JSON object'),
    (target, { json, model, region }, id) =>
      explainIncident(target, id, {
        model: model === undefined ? undefined : bedrockModel(bedrockClient(region === undefined ? {} : { region }), { id: model }),
        isJson: json === true,
        paint: paint(),
      }),
  )
  withTarget(
    root
      .command('release')
      .description('say that an incident is legitimate, and give back what was contained')
      .argument('<id>')
      .requiredOption('--reason <text>', 'why, for the record (required)')
      .option('--json', 'one JSON object'),
    (target, { json, reason }, id) => releaseIncident(target, id, { reason: reason ?? '', isJson: json === true }),
  )
  withTarget(
    root
      .command('confirm')
      .description('say that an incident was an attack: what was contained stays so')
      .argument('<id>')
      .requiredOption('--reason <text>', 'why, for the record (required)')
      .option('--json', 'one JSON object'),
    (target, { json, reason }, id) => confirmIncident(target, id, { reason: reason ?? '', isJson: json === true }),
  )
  withTarget(
    root
      .command('contain')
      .description('have an incident contained that asks, whatever the mode of its tier; protection and the breaker hold')
      .argument('<id>')
      .requiredOption('--reason <text>', 'why, for the record (required)')
      .option('--json', 'one JSON object'),
    (target, { json, reason }, id) => containIncident(target, id, { reason: reason ?? '', isJson: json === true }),
  )
  withTarget(
    root
      .command('root-keys')
      .description("delete the root user's access keys that an incident names (centralised root access)")
      .argument('<id>')
      .requiredOption('--reason <text>', 'why, for the record (required)')
      .option('--profile <name>', 'AWS profile of the management account or of the delegated administrator'),
    async (target, { reason, profile }, id) => {
      const gone = await target.deleteRootKeys(id, { reason: reason ?? '', profile })
      return `Deleted, for good: ${gone.join(', ')}. Change root's password and check its MFA as well.`
    },
  )
  withTarget(
    root
      .command('approve')
      .description('have a change that the intruder made to what was there before set back')
      .argument('<id>')
      .requiredOption('--change <text>', 'which, as `incidents show` lists it: "iam:UpdateAssumeRolePolicy deploy"')
      .requiredOption('--reason <text>', 'why, for the record (required)')
      .option('--json', 'one JSON object'),
    (target, { json, reason, change }, id) =>
      approveChange(target, id, { change: change ?? '', reason: reason ?? '', isJson: json === true }),
  )
}

function addBaseline(root: Command): void {
  const baseline = root.command('baseline').description('what is normal for an identity')
  withTarget(
    baseline
      .command('show')
      .description('its habits, how old they are and how often')
      .argument('<arn>')
      .option('--json', 'one JSON object'),
    (target, { json }, arn) => showBaseline(target, arn, { isJson: json === true }),
  )
  withTarget(
    baseline
      .command('expect')
      .description('take a value as expected, such as country=DE or network=AS64496')
      .argument('<arn>')
      .requiredOption('--value <feature=value>', 'what is expected (required)')
      .requiredOption('--reason <text>', 'why, for the record (required)'),
    (target, { value, reason }, arn) => expectFeature(target, arn, value ?? '', reason ?? ''),
  )
}

function addChanges(root: Command): void {
  const changes = root.command('changes').description('the record of every change')
  withTarget(
    changes.command('verify').description('check every hash chain and every seal').option('--json', 'one JSON object'),
    async (target, { json }) => {
      const { output, isWhole } = await verifyChanges(target, { isJson: json === true })
      if (!isWhole) process.exitCode = 1
      return output
    },
  )
  withTarget(
    changes.command('seal').description('seal the record now; a stack does it daily').option('--json', 'one JSON object'),
    (target, { json }) => sealChanges(target, { isJson: json === true }),
  )
  withTarget(
    changes
      .command('export')
      .description('the record for other systems, a line of JSON each')
      .option('--format <format>', 'ndjson: every entry as it is stored; ocsf: findings and calls', 'ndjson'),
    async (target, { format }) => {
      for await (const line of exportChanges(target, format ?? 'ndjson')) print(line)
      return ''
    },
  )
}

function addConsole(root: Command): void {
  withTarget(
    root
      .command('console')
      .description('serve the console on this machine: incidents, verdicts, baselines, the record')
      .option('--port <number>', 'where to listen on 127.0.0.1; 0 takes a free port', wholeNumber, 0),
    async (target, { port }) => {
      await openConsole(target, { port: port ?? 0, print })
      return ''
    },
  )
}

function addReport(root: Command): void {
  withTarget(
    root
      .command('report')
      .description('incidents, times, precision, detectors and policy changes of a period, as a page to print')
      .option('--since <time>', 'from when: days back such as 30d, or ISO 8601', '30d')
      .option('--until <time>', 'before when; without it, until now')
      .option('--out <file>', 'the HTML page to write')
      .option('--json', 'one JSON object'),
    (target, { since, until, out, json }) => {
      const now = Date.now()
      const period = { since: sinceOf(since ?? '30d', now), until: until === undefined ? now : sinceOf(until, now) }
      return report(target, { period, out, isJson: json === true })
    },
  )
}

function addDrift(root: Command): void {
  const drift = root.command('drift').description('how well score, detectors and advisor agree with verdicts')
  withTarget(
    drift
      .command('show', { isDefault: true })
      .description('agreement, calibration, detectors that only cry wolf, and what verdicts propose')
      .option('--out <file>', 'an HTML page with plots')
      .option('--json', 'one JSON object'),
    (target, { json, out }) => showDrift(target, { isJson: json === true, out, paint: paint(), now: () => Date.now() }),
  )
  withTarget(
    drift
      .command('accept')
      .description('put a proposal in force')
      .argument('<id>')
      .requiredOption('--reason <text>', 'why, for the record (required)'),
    (target, { reason }, id) => acceptProposal(target, id, { reason: reason ?? '', now: () => Date.now() }),
  )
}

function addPolicy(root: Command): void {
  const policy = root.command('policy').description('the bounds that people set')
  policy
    .command('check')
    .description('check a policy file')
    .argument('[file]', 'the file', 'policy.yaml')
    .action(async (file: string) => {
      print(await checkPolicy(file))
    })
  withTarget(policy.command('show').description('the policy in force').option('--json', 'one JSON object'), (target, { json }) =>
    showPolicy(target, { isJson: json === true }),
  )
  withTarget(
    policy.command('diff').description('how a file differs from the policy in force').argument('[file]', 'the file', 'policy.yaml'),
    (target, _, file) => diffPolicy(target, file),
  )
  withTarget(
    policy
      .command('apply')
      .description('put a file in force as a new version')
      .argument('[file]', 'the file', 'policy.yaml')
      .requiredOption('--reason <text>', 'why, for the record (required)'),
    (target, { reason }, file) => putPolicy(target, file, { reason: reason ?? '' }),
  )
}

function addOverride(root: Command): void {
  const override = root.command('override').description('break the glass: one mode for everything, for some minutes')
  withTarget(
    override
      .command('start')
      .description('put one mode in the place of all; everybody is told')
      .argument('<mode>', 'observe, ask or contain')
      .requiredOption('--minutes <number>', 'for how long, 1440 at most (required)', wholeNumber)
      .requiredOption('--reason <text>', 'why, for the record (required)'),
    (target, { minutes, reason }, mode) => startOverride(target, mode, { minutes: minutes ?? 0, reason: reason ?? '' }),
  )
  withTarget(
    override.command('end').description('end it before its time').requiredOption('--reason <text>', 'why, for the record (required)'),
    (target, { reason }) => stopOverride(target, { reason: reason ?? '' }),
  )
}

interface CommandOptions extends TargetOptions {
  readonly json?: true
  readonly all?: true
  readonly reason?: string
  readonly change?: string
  readonly profile?: string
  readonly model?: string
  readonly out?: string
  readonly value?: string
  readonly minutes?: number
  readonly format?: string
  readonly port?: number
  readonly since?: string
  readonly until?: string
}

/** Gives a command the options that name a target, opens it, prints what the command answers, and closes it. */
function withTarget(command: Command, action: (target: Target, options: CommandOptions, argument: string) => Promise<string>): void {
  command
    .addOption(new Option('--data <folder>', 'the embedded account').default(DATA_FOLDER))
    .addOption(new Option('--stack <name>', 'a deployed stack, with your AWS credentials'))
    .addOption(new Option('--region <region>', 'the region of the stack'))
    .action(async (...words: unknown[]) => {
      const options = command.opts<CommandOptions>()
      const [argument] = words
      const target = await openTarget(options)
      try {
        print(await action(target, options, typeof argument === 'string' ? argument : ''))
      } finally {
        await target.close()
      }
    })
}

/** `policy apply`: the words that lead to a command. */
function pathOf(command: Command): string {
  const parent = command.parent
  return parent?.parent ? `${pathOf(parent)} ${command.name()}` : command.name()
}

function commandsOf(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...commandsOf(child)])
}

function time(text: string): number {
  const at = Date.parse(text)
  if (Number.isNaN(at)) throw new InvalidArgumentError(`not a time: "${text}"; write it as 2026-01-31 or 2026-01-31T12:00:00Z.`)
  return at
}

function wholeNumber(text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError(`must be a whole number from 0, got "${text}".`)
  return number
}
