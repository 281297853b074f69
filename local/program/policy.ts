import { Argument, type Command } from 'commander'
import { Mode } from '../../shared/domain/policy.ts'
import { startOverride, stopOverride } from '../commands/override.ts'
import { checkPolicy, diffPolicy, putPolicy, showPolicy } from '../commands/policy.ts'
import { print, REASON, wholeNumber, withConsent, withTarget } from './with-target.ts'

/** The bounds that people set. */
export function addPolicy(root: Command): void {
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
  withConsent(
    policy
      .command('apply')
      .description('put a file in force as a new version')
      .argument('[file]', 'the file', 'policy.yaml')
      .requiredOption(...REASON),
    {
      follows: async (target, _, file) => `In ${target.name}:\n${await diffPolicy(target, file)}`,
      action: (target, { reason }, file) => putPolicy(target, file, { reason: reason ?? '' }),
    },
  )
}

/** Break-glass. */
export function addOverride(root: Command): void {
  const override = root.command('override').description('break the glass: one mode for everything, for some minutes')
  withConsent(
    override
      .command('start')
      .description('put one mode in the place of all; everybody is told')
      .addArgument(new Argument('<mode>', 'which').choices(Mode.options))
      .requiredOption('--minutes <number>', 'for how long, 1440 at most (required)', wholeNumber)
      .requiredOption(...REASON),
    {
      follows: async ({ name }, { minutes }, mode) =>
        `Mode ${mode} stands in the place of every other in ${name} for ${minutes} minutes, and everybody is told.`,
      action: (target, { minutes, reason }, mode) => startOverride(target, mode, { minutes: minutes ?? 0, reason: reason ?? '' }),
    },
  )
  withTarget(
    override
      .command('end')
      .description('end it before its time')
      .requiredOption(...REASON),
    (target, { reason }) => stopOverride(target, { reason: reason ?? '' }),
  )
}
