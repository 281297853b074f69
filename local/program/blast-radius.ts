import { type Command, Option } from 'commander'
import { ResponderError } from '../../shared/errors.ts'
import { DATA_FOLDER } from '../data-folder.ts'
import { requireStack } from '../open-target.ts'
import { complain, print, width } from './with-target.ts'

interface BlastRadiusWords {
  readonly file?: string
  readonly data: string
  readonly stack?: string
  readonly region?: string
  readonly account?: string
  readonly json?: true
  readonly out?: string
}

/** Adds the command that shows what the identities of an account could break. */
export function addBlastRadius(root: Command): void {
  root
    .command('blast-radius')
    .alias('inventory')
    .description('what the users, roles and permission sets of an account could do, and by which steps to more')
    .argument('[identity]', 'one of them: its ARN, or a name that only one has')
    .option('--file <file>', 'what `aws iam get-account-authorization-details` prints; with no call of AWS')
    .addOption(new Option('--data <folder>', 'the embedded account').default(DATA_FOLDER))
    .addOption(
      new Option('--stack <name>', 'a deployed stack: its last inventory, and what changed since those before').conflicts(['file', 'out']),
    )
    .option('--region <region>', 'the region of the stack')
    .option('--account <id>', 'with --stack: another account than its own')
    .option('--json', 'NDJSON: one line for each identity')
    .option('--out <file>', 'with --file: an HTML report')
    .action(async (identity: string | undefined, { file, data, stack, region, account, json, out }: BlastRadiusWords) => {
      const isJson = json === true
      requireStack({ stack, region })
      if (out !== undefined && file === undefined) throw new ResponderError('usage', '--out makes a page of a file: name it with --file')
      if (account !== undefined && stack === undefined)
        throw new ResponderError('usage', '--account names an account of a stack: name the stack with --stack')
      if (file !== undefined) {
        const { blastRadius } = await import('../commands/blast-radius.ts')
        print(await blastRadius({ file, identity, isJson, page: out, width: width() }))
        if (out !== undefined) complain(`Report: ${out}`)
        return
      }
      const [{ openTarget }, { storedReach }] = await Promise.all([import('../open-target.ts'), import('../commands/stored-reach.ts')])
      const target = await openTarget({ data, ...(stack === undefined ? {} : { stack }), ...(region === undefined ? {} : { region }) })
      try {
        print(await storedReach(target, { identity, account, isJson, complain, width: width() }))
      } finally {
        await target.close()
      }
    })
}
