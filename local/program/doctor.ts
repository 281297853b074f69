import { type Command, Option } from 'commander'
import { print } from './with-target.ts'

interface DoctorOptions {
  readonly stack?: string
  readonly region?: string
  readonly context: string
  readonly json?: true
}

/** The region in which a stack is deployed, unless another is named. */
const USUAL_REGION = 'us-east-1'

/** Adds the command that says which detectors are delivered what they look at. */
export function addDoctor(root: Command): void {
  root
    .command('doctor')
    .description(
      'which detectors get the calls that they look at, which not, why, and what would deliver them; of a stack, also what its trails record; changes nothing',
    )
    .addOption(new Option('--stack <name>', 'a deployed stack, as its event rules are now, with your AWS credentials').conflicts('context'))
    .addOption(
      new Option(
        '--context <json>',
        'without --stack: settings as in cdk.json under "countersign", such as {"includeRoleSessions":true}',
      ).default('{}', 'the default settings'),
    )
    .option('--region <region>', `the region of the stack; without it that of your credentials, or ${USUAL_REGION} without --stack`)
    .option('--json', 'one JSON object')
    .action(async ({ stack, region, context, json }: DoctorOptions) => {
      const [{ doctor }, found] = await Promise.all([
        import('../commands/doctor.ts'),
        stack === undefined ? configured(context, region ?? USUAL_REGION) : deployed(stack, region),
      ])
      const { output, isWhole } = doctor(found, { isJson: json === true })
      print(output)
      if (!isWhole) process.exitCode = 1
    })
}

async function configured(context: string, region: string) {
  const [{ readStackConfig }, { rulesOf }] = await Promise.all([
    import('../../shared/config.ts'),
    import('../../shared/detect/delivery-rules.ts'),
  ])
  const { readOnlyEvents, includeRoleSessions } = readStackConfig(context)
  const options = { readOnlyEvents, includeRoleSessions }
  return { options, rules: new Set(rulesOf(options)), region }
}

async function deployed(stack: string, region: string | undefined) {
  const { openRules } = await import('../open-rules.ts')
  return openRules(stack, region)
}
