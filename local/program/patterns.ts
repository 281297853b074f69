import type { Command } from 'commander'
import { asDefault, folded, REASON, withConsent, withTarget } from './with-target.ts'

const commands = () => import('../commands/patterns.ts')

/** Adds the commands for what people accepted. */
export function addPatterns(root: Command): void {
  const patterns = root.command('patterns').description('what a release accepted, which is recorded and not asked about')
  withTarget(
    asDefault(patterns, 'list').description('the accepted patterns, the newest first').option('--json', 'NDJSON'),
    async (target, { json }) => folded(await (await commands()).showPatterns(target, { isJson: json === true }), json),
  )
  withConsent(
    patterns
      .command('revoke')
      .description('revoke one: people are asked again')
      .argument('<id>', 'its id, such as pat-0123456789ab')
      .requiredOption(...REASON),
    {
      follows: async (target, _, id) => (await commands()).whatRevokeChanges(target, id),
      action: async (target, { reason }, id) => (await commands()).revoke(target, id, reason ?? ''),
    },
  )
}
