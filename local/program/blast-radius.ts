import type { Command } from 'commander'
import { print } from './with-target.ts'

/** Adds the command that shows what the identities of an account could break. */
export function addBlastRadius(root: Command): void {
  root
    .command('blast-radius')
    .description('what the users and roles of an account could do, and by which steps to more; from a file, with no call of AWS')
    .argument('[identity]', 'one of them: its ARN, or a name that only one has')
    .requiredOption('--file <file>', 'what `aws iam get-account-authorization-details` prints')
    .option('--json', 'NDJSON: one line for each identity')
    .option('--out <file>', 'an HTML report')
    .action(async (identity: string | undefined, { file, json, out }: { file: string; json?: true; out?: string }) => {
      const { blastRadius } = await import('../commands/blast-radius.ts')
      print(await blastRadius({ file, identity, isJson: json === true, page: out }))
    })
}
