import { Argument, type Command } from 'commander'
import { counted } from '../../shared/domain/counted.ts'
import type { Mode } from '../../shared/domain/policy.ts'
import { folded, print, REASON, wholeNumber, width, withConsent, withTarget } from './with-target.ts'

const commands = () => import('../commands/policy.ts')
const override = () => import('../commands/override.ts')

/** As a value, so that no schema is loaded to list them; as a record, so that none can be forgotten. */
const MODES: Readonly<Record<Mode, true>> = { observe: true, ask: true, restrict: true, contain: true }

/** Adds the commands for the policy. */
export function addPolicy(root: Command): void {
  const policy = root.command('policy').description('the policy: what the responder may do by itself')
  policy
    .command('check')
    .description('check a policy file')
    .argument('[file]', 'the file; without it policy.yaml of this folder, else the built-in one')
    .option('--rules <folder>', 'Sigma rules: whether each rule that the policy names is among them')
    .action(async (file: string | undefined, { rules }: { rules?: string }) => {
      const { policyToUse } = await import('../default-policy.ts')
      const path = policyToUse(file, (line) => void process.stderr.write(`${line}\n`))
      print(await (await commands()).checkPolicy(path, { rulesFolder: rules, width: width() }))
    })
  withTarget(policy.command('show').description('the policy in force').option('--json', 'one JSON object'), async (target, { json }) =>
    (await commands()).showPolicy(target, { isJson: json === true }),
  )
  withTarget(
    policy.command('diff').description('how a file differs from the policy in force').argument('[file]', 'the file', 'policy.yaml'),
    async (target, _, file) => folded(await (await commands()).diffPolicy(target, file)),
  )
  withConsent(
    policy
      .command('apply')
      .description('put a file in force as a new revision')
      .argument('[file]', 'the file', 'policy.yaml')
      .requiredOption(...REASON),
    {
      follows: async (target, _, file) => `In ${target.name}:\n${await (await commands()).diffPolicy(target, file)}`,
      action: async (target, { reason, yes }, file) =>
        (await commands()).putPolicy(target, file, { reason: reason ?? '', isShown: yes !== true }),
    },
  )
}

/** Adds the commands for an override (break-glass). */
export function addOverride(root: Command): void {
  const group = root.command('override').description('break-glass: replace all modes by one, for some minutes')
  withConsent(
    group
      .command('start')
      .description('replace the modes of all tiers by one; people are notified')
      .addArgument(new Argument('<mode>', 'which').choices(Object.keys(MODES)))
      .requiredOption('--minutes <number>', 'for how long, 1440 at most (required)', wholeNumber)
      .requiredOption(...REASON),
    {
      follows: async ({ name }, { minutes }, mode) =>
        `Mode ${mode} replaces every other mode in ${name} for ${counted(minutes ?? 0, 'minute')}, and people are notified.`,
      action: async (target, { minutes, reason }, mode) =>
        (await override()).startOverride(target, mode, { minutes: minutes ?? 0, reason: reason ?? '' }),
    },
  )
  withConsent(
    group
      .command('end')
      .description('end the override before its time; people are notified')
      .requiredOption(...REASON),
    {
      follows: async (target) => (await override()).whatEndChanges(target),
      action: async (target, { reason }) => (await override()).stopOverride(target, { reason: reason ?? '' }),
    },
  )
}
