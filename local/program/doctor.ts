import { type Command, Option } from 'commander'
import { print, width } from './with-target.ts'

interface DoctorOptions {
  readonly stack?: string
  readonly data?: string
  readonly region?: string
  readonly context: string
  readonly json?: true
}

/** The region in which a stack is deployed, unless another is named. */
const USUAL_REGION = 'us-east-1'

/** Adds the command that says what of a stack or a folder works, and which detectors are delivered what they look at. */
export function addDoctor(root: Command): void {
  root
    .command('doctor')
    .description(
      'what works and what does not, with what to do: of a stack its rules, trail, lag, dead letters, mode, approvers, notices, exceptions, seal and clock, and which detectors get the calls that they look at; of settings the last alone; changes nothing',
    )
    .addOption(new Option('--stack <name>', 'a deployed stack, as it is now, with your AWS credentials').conflicts(['context', 'data']))
    .addOption(new Option('--data <folder>', 'the embedded account in a folder, of which less is to be checked').conflicts('context'))
    .addOption(
      new Option(
        '--context <json>',
        'without --stack: settings as in cdk.json under "countersign", such as {"includeRoleSessions":true}',
      ).default('{}', 'the default settings'),
    )
    .option('--region <region>', `the region of the stack; without it that of your credentials, or ${USUAL_REGION} without --stack`)
    .option('--json', 'one JSON object')
    .action(async ({ stack, data, region, context, json }: DoctorOptions) => {
      const commands = await import('../commands/doctor.ts')
      const printing = { isJson: json === true, width: width() }
      const { output, exitCode } =
        stack === undefined && data === undefined
          ? commands.doctor(await configured(context, region ?? USUAL_REGION), printing)
          : await (await import('../open-doctor.ts')).examine({ stack, data, region }, printing)
      print(output)
      process.exitCode = exitCode
    })
}

async function configured(context: string, region: string) {
  const [{ readStackConfig }, { rulesOf }, { requireRegion }] = await Promise.all([
    import('../../shared/config.ts'),
    import('../../shared/detect/delivery-rules.ts'),
    import('../doctor/require-region.ts'),
  ])
  requireRegion(region)
  const { readOnlyEvents, includeRoleSessions } = readStackConfig(context)
  const options = { readOnlyEvents, includeRoleSessions }
  return { options, rules: new Set(rulesOf(options)), region }
}
