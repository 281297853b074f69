import { Argument, Command, Option } from 'commander'
import { bedrockModel } from '../shared/aws/bedrock-model.ts'
import { bedrockClient } from '../shared/aws/clients.ts'
import { modelAdvisor } from '../shared/decide/advise/by-model.ts'
import { ResponderError } from '../shared/errors.ts'
import { offlineAdvisor } from '../shared/memory/advisor.ts'
import type { Advisor } from '../shared/ports/advisor.ts'
import { completionOf, Shell } from './commands/completion.ts'
import { evaluate } from './commands/evaluate.ts'
import { replay } from './commands/replay.ts'
import { start } from './commands/start.ts'
import { DATA_FOLDER } from './open-target.ts'
import { readPolicyFile } from './policy-file.ts'
import { addIncidents } from './program/incidents.ts'
import { addOverride, addPolicy } from './program/policy.ts'
import { addBaseline, addChanges, addConsole, addDrift, addReport } from './program/record.ts'
import { paint, print, time, wholeNumber } from './program/with-target.ts'
import { replayInMemory } from './replay-in-memory.ts'

const EXIT_CODES = `
Exit codes: 0 done; 1 failed, declined, or a check that did not hold (changes verify, eval --fail-under, policy check);
2 wrong use of a command; 3 done, but some input could not be read. docs/errors.md has the error codes.`

/** Every command, its options and its help. */
export function program(): Command {
  const root = new Command('countersign')
    .description('Contains a compromised AWS credential within seconds, reversibly, and hands every change to a person to countersign.')
    .exitOverride()
    .showHelpAfterError('(countersign help shows how)')
    .addHelpText('after', EXIT_CODES)
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
  addCompletion(root)
  // Subcommands are made by .command(), which copies neither the override nor the hint.
  for (const command of commandsOf(root)) command.exitOverride().showHelpAfterError(`(countersign ${pathOf(command)} --help shows how)`)
  return root
}

function addCompletion(root: Command): void {
  root
    .command('completion')
    .description('print a script that completes these commands: source <(countersign completion bash)')
    .addArgument(new Argument('<shell>', 'which').choices(Shell.options))
    .action((shell: Shell) => {
      print(completionOf(root, shell).trimEnd())
    })
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

/** `policy apply`: the words that lead to a command. */
function pathOf(command: Command): string {
  const parent = command.parent
  return parent?.parent ? `${pathOf(parent)} ${command.name()}` : command.name()
}

function commandsOf(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...commandsOf(child)])
}
