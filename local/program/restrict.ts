import type { Command } from 'commander'
import { withTarget } from './with-target.ts'

/** Adds the command that shows how an identity would be restricted. */
export function addRestrict(root: Command): void {
  withTarget(
    root
      .command('restrict')
      .description('print the policy document by which an identity would be restricted, by what is known of it; sets nothing')
      .argument('<identity>', 'its ARN, or a name that only one has')
      .option('--print', 'print the document (required: no restriction is set by hand)'),
    async (target, { print }, identity) => {
      const { printRestriction } = await import('../commands/restrict.ts')
      const { document, note } = await printRestriction(target, identity, { isPrint: print === true })
      process.stderr.write(`${note}\n`)
      return document
    },
  )
}
