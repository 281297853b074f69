import { Argument, Command, Option } from 'commander'
import { ResponderError } from '../shared/errors.ts'
import type { Advisor } from '../shared/ports/advisor.ts'
import { commandName } from './command-name.ts'
import { completionOf, SHELLS, type Shell } from './commands/completion.ts'
import { DATA_FOLDER } from './data-folder.ts'
import { ownVersion } from './own-version.ts'
import { addBlastRadius } from './program/blast-radius.ts'
import { addDetectors } from './program/detectors.ts'
import { addDoctor } from './program/doctor.ts'
import { addDrill } from './program/drill.ts'
import { addIncidents } from './program/incidents.ts'
import { addIngest } from './program/ingest.ts'
import { addPatterns } from './program/patterns.ts'
import { addOverride, addPolicy } from './program/policy.ts'
import { addBaseline, addChanges, addConsole, addDrift, addReport } from './program/record.ts'
import { addRedrive } from './program/redrive.ts'
import { addReplay } from './program/replay.ts'
import { addRestrict } from './program/restrict.ts'
import { addRules } from './program/rules.ts'
import { addTeamwork } from './program/teamwork.ts'
import { complain, ENDPOINT, POLICY_HELP, paint, print, RULES, wholeNumber, width } from './program/with-target.ts'
import { requireSomeInput } from './read/list-files.ts'
import { errorText } from './render/error-text.ts'

const EXIT_CODES = `
Exit codes: 0 done; 1 failed, declined, or a check that failed (changes verify, doctor, drill, eval --fail-under,
policy check, rules check, rules test);
2 wrong use of a command; 3 done, but some input could not be read; 4 another process has the account open;
130 interrupted: replay told what it had read, drill removed what it had made.
A message ends in the code of its error; docs/errors.md of the project's sources explains each.`

/** Every command, its options and its help. What a command does is loaded when it is done: none pays for the packages of another. */
export function program(): Command {
  const root = new Command('countersign')
    .description('Contains a compromised AWS credential within seconds, reversibly, and hands every change to a person to countersign.')
    .version(ownVersion())
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(usageText(text)) })
    .showHelpAfterError(`(${commandName()} help shows how)`)
    .addHelpText('after', EXIT_CODES)
  addStart(root)
  addReplay(root)
  addEvaluate(root)
  addIngest(root)
  addIncidents(root)
  addTeamwork(root)
  addPatterns(root)
  addBaseline(root)
  addRestrict(root)
  addBlastRadius(root)
  addChanges(root)
  addConsole(root)
  addReport(root)
  addDrift(root)
  addPolicy(root)
  addOverride(root)
  addDetectors(root)
  addRules(root)
  addDoctor(root)
  addRedrive(root)
  addDrill(root)
  addCompletion(root)
  // Subcommands are made by .command(), which copies neither the override nor the hint.
  for (const command of commandsOf(root))
    command.exitOverride().showHelpAfterError(`(${commandName()} ${pathOf(command)} --help shows how)`)
  return root
}

/** What the parser says of a wrong use, as every other error is told: by whom, what, and the code. A second line is its advice. */
function usageText(text: string): string {
  const [first = '', ...advice] = errorText(text.replace(/^error: /, '').trimEnd()).split('\n')
  return `${[`countersign: ${first} [usage]`, ...advice].join('\n')}\n`
}

function addCompletion(root: Command): void {
  root
    .command('completion')
    .description('print a script that completes these commands, where they are installed: source <(countersign completion bash)')
    .addArgument(new Argument('<shell>', 'which').choices(SHELLS))
    .action((shell: Shell) => {
      print(completionOf(root, shell).trimEnd())
    })
}

function addStart(root: Command): void {
  root
    .command('start')
    .description('a demonstration: a synthetic account, thirty days of history, two leaked keys')
    .option('--once', 'exit after printing')
    .option('--data <folder>', 'the folder of the embedded account', DATA_FOLDER)
    .option('--seed <number>', 'the seed of the synthetic history', wholeNumber, 1)
    .option(...RULES)
    .action(async ({ once, data, seed, rules: folder }: { once?: true; data: string; seed: number; rules?: string }) => {
      const rules = folder === undefined ? undefined : (await import('./rules/pack-rules.ts')).packRules(folder, complain)
      const { start } = await import('./commands/start.ts')
      const isOnce = once === true || process.stdin.isTTY !== true
      await start({ isOnce, folder: data, seed, rules, paint: paint(), width: width() })
    })
}

function addEvaluate(root: Command): void {
  root
    .command('eval')
    .description('measure detection on labelled records (NDJSON, plain or .gz)')
    .argument('<file...>')
    .option('--policy <file>', POLICY_HELP)
    .option(...RULES)
    .option('--json', 'one JSON object')
    .option('--signals', 'the files hold signals of all sources (id, kind, label, event, headers): what becomes of each kind, and why')
    .option('--out <file>', 'an HTML report with plots')
    .option('--fail-under <file>', 'exit 1 where a figure falls below the bars in this file')
    .option(
      '--answer-legitimate <minutes>',
      'a simulated person answers "legitimate" to each question and containment, so many minutes of the log later',
      wholeNumber,
    )
    .addOption(new Option('--advisor <kind>', 'measure an advisor beside the score alone').choices(['offline', 'bedrock']))
    .option('--model <id>', 'the Bedrock model or inference profile, asked with your AWS credentials')
    .option('--region <region>', 'the region of the model')
    .option(...ENDPOINT)
    .action(async (files: string[], options: EvalOptions) => {
      requireSomeInput(files)
      if (options.signals === true) return evaluateSignalsIn(files, options)
      const [{ evaluate }, { readPolicyFile }, { policyToUse }] = await Promise.all([
        import('./commands/evaluate.ts'),
        import('./policy-file.ts'),
        import('./default-policy.ts'),
      ])
      const policy = await readPolicyFile(policyToUse(options.policy, complain))
      const advised = await advisedBy(options)
      const rules =
        options.rules === undefined ? undefined : (await import('./rules/pack-rules.ts')).packRules(options.rules, complain, policy)
      const { output, isReached, isWhole } = await evaluate({
        ...options,
        ...(advised === undefined ? {} : { advised }),
        files,
        policy,
        rules,
        isJson: options.json === true,
        width: width(),
        complain,
      })
      print(output)
      process.exitCode = isReached ? (isWhole ? 0 : 3) : 1
    })
}

async function evaluateSignalsIn(files: readonly string[], { json, ...others }: EvalOptions): Promise<void> {
  const other = Object.keys(others).find((name) => name !== 'signals')
  if (other !== undefined)
    throw new ResponderError('usage', `--signals only says what becomes of each row, so it goes with --json alone, not with --${other}`)
  const { evaluateSignals } = await import('./commands/evaluate-signals.ts')
  const { output, isWhole } = await evaluateSignals({ files, isJson: json === true, width: width(), now: Date.now(), complain })
  print(output)
  process.exitCode = isWhole ? 0 : 3
}

interface EvalOptions {
  readonly signals?: true
  readonly policy?: string
  readonly rules?: string
  readonly json?: true
  readonly out?: string
  readonly failUnder?: string
  readonly answerLegitimate?: number
  readonly advisor?: 'offline' | 'bedrock'
  readonly model?: string
  readonly region?: string
  readonly endpoint?: string
}

async function advisedBy({ advisor, model, region, endpoint }: EvalOptions): Promise<{ advisor: Advisor; model: string } | undefined> {
  if (endpoint !== undefined && advisor !== 'bedrock') throw new ResponderError('usage', '--endpoint needs --advisor bedrock')
  if (advisor === undefined) return undefined
  if (advisor === 'offline') {
    const { offlineAdvisor } = await import('../shared/memory/advisor.ts')
    return { advisor: offlineAdvisor(), model: 'offline' }
  }
  if (model === undefined) throw new ResponderError('usage', '--advisor bedrock needs --model: a Bedrock model or inference profile')
  const [{ modelAdvisor }, { modelFor }] = await Promise.all([import('../shared/decide/advise/by-model.ts'), import('./bedrock-model.ts')])
  return { advisor: modelAdvisor(await modelFor(model, { region, endpoint })), model }
}

/** `policy apply`: the words that lead to a command. */
function pathOf(command: Command): string {
  const parent = command.parent
  return parent?.parent ? `${pathOf(parent)} ${command.name()}` : command.name()
}

function commandsOf(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...commandsOf(child)])
}
