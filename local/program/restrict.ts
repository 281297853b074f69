import type { Command } from 'commander'
import { terminalWidth } from '../render/display-width.ts'
import { wrapText } from '../render/wrap.ts'
import { complain, withTarget } from './with-target.ts'

/** Adds the command that shows how an identity would be restricted. */
export function addRestrict(root: Command): void {
  withTarget(
    root
      .command('restrict')
      .description('print the policy document by which an identity would be restricted, by what is known of it; sets nothing')
      .argument('<identity>', 'its ARN, or a name that only one has')
      .option('--print', 'print the document (required: no restriction is set by hand)')
      .option('--last-used <file>', 'what `aws iam get-service-last-accessed-details` prints of it, in place of what a stack has stored'),
    async (target, { print, lastUsed }, identity) => {
      const { printRestriction } = await import('../commands/restrict.ts')
      const { document, note } = await printRestriction(target, identity, { isPrint: print === true, lastUsedFile: lastUsed })
      complain(wrapText(note, terminalWidth(process.stderr)))
      return document
    },
  )
}
