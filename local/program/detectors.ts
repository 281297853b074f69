import { type Command, Option } from 'commander'
import { requireStack } from '../open-target.ts'
import { complain, POLICY_HELP, print, width } from './with-target.ts'

interface DetectorsOptions {
  readonly policy?: string
  readonly rules?: string
  readonly data?: string
  readonly stack?: string
  readonly region?: string
  readonly json?: true
}

/** Adds the command that lists the detectors. It needs no account: without one it goes by a policy file. */
export function addDetectors(root: Command): void {
  root
    .command('detectors')
    .description('every detector: what it says and rests on, and how the policy tunes it; with an id also its calls and what to do first')
    .argument('[id]', 'one detector')
    .addOption(new Option('--policy <file>', POLICY_HELP).conflicts(['data', 'stack']))
    .option(
      '--rules <folder>',
      'Sigma rules, which are listed too (a stack does not show which it has: name the folder that it was deployed with)',
    )
    .addOption(new Option('--data <folder>', 'the policy in force in an embedded account').conflicts('stack'))
    .option('--stack <name>', 'the policy in force in a deployed stack, with your AWS credentials')
    .option('--region <region>', 'the region of the stack')
    .option('--json', 'one JSON object')
    .action(async (id: string | undefined, options: DetectorsOptions) => {
      requireStack(options)
      const [{ listDetectors, showDetector }, found] = await Promise.all([import('../commands/detectors.ts'), policyOf(options)])
      const rules = options.rules === undefined ? undefined : (await import('../rules/read-rules.ts')).readRulesFolder(options.rules).loaded
      const input = {
        ...found,
        ...(rules && { rules: { folder: options.rules ?? '', loaded: rules.map(({ rule }) => rule) } }),
        now: Date.now(),
        isJson: options.json === true,
        width: width(),
      }
      print(id === undefined ? listDetectors(input) : showDetector(id, input))
    })
}

async function policyOf({ policy, data, stack, region }: DetectorsOptions) {
  if (data !== undefined || stack !== undefined) return storedIn({ data: data ?? '', ...(stack && { stack }), ...(region && { region }) })
  const [{ policyToUse }, { readPolicyFile }] = await Promise.all([import('../default-policy.ts'), import('../policy-file.ts')])
  const path = policyToUse(policy, complain)
  return { policy: await readPolicyFile(path), from: path }
}

async function storedIn(options: { data: string; stack?: string; region?: string }) {
  const [{ openTarget }, { readPolicy }] = await Promise.all([
    import('../open-target.ts'),
    import('../../shared/record/policy-in-force.ts'),
  ])
  const target = await openTarget(options)
  try {
    const { policy, number } = await readPolicy(target.record)
    return { policy, from: `revision ${number} in ${target.name}` }
  } finally {
    await target.close()
  }
}
