import type { Command } from 'commander'
import { ResponderError } from '../../shared/errors.ts'
import type { LookedAt } from '../dismiss-each.ts'
import type { Target } from '../target.ts'
import { type CommandOptions, REASON, withConsent } from './with-target.ts'

/** What is done, loaded when it is. */
const commands = () => import('../commands/assign.ts')

/** Adds the commands by which a team shares its incidents: who works on one, what was found out, and several that are dismissed at once. */
export function addTeamwork(root: Command): void {
  withConsent(
    root
      .command('assign')
      .description('say who works on an incident; that answers nothing, and reminders go on')
      .argument('<id>')
      .option('--to <name>', 'who works on it: a name, up to 200 characters')
      .option('--nobody', 'nobody works on it any more')
      .option('--json', 'one JSON object'),
    {
      follows: async (target, options, id) => (await commands()).whatAssigningDoes(target, id, assigneeOf(options)),
      action: async (target, options, id) =>
        (await commands()).assignIncident(target, id, { to: assigneeOf(options), isJson: options.json === true }),
    },
  )
  withConsent(
    root
      .command('comment')
      .description('write a comment into the record of an incident, open or closed')
      .argument('<id>')
      .requiredOption('--text <text>', 'what people are to know, up to 1,500 characters (required)')
      .option('--json', 'one JSON object'),
    {
      follows: async (target, { text }, id) => (await commands()).whatCommentingDoes(target, id, text ?? ''),
      action: async (target, { text, json }, id) =>
        (await commands()).commentOnIncident(target, id, { text: text ?? '', isJson: json === true }),
    },
  )
  addDismiss(root)
}

function addDismiss(root: Command): void {
  const dismiss = root.command('dismiss')
  // What the person saw in the question is what is dismissed: an incident that changes while the question stands is refused.
  let seen: readonly LookedAt[] | undefined
  const look = async (target: Target) => (await import('../dismiss-each.ts')).lookAtEach(target, dismiss.args)
  withConsent(
    dismiss
      .description('give the verdict legitimate on several incidents, to whose credentials nothing was done; each by itself, up to 100')
      .argument('<id...>')
      .requiredOption(...REASON)
      .option('--json', 'NDJSON: what became of each'),
    {
      follows: async (target) => {
        seen = await look(target)
        return (await import('../commands/dismiss.ts')).whatDismissalDoes(target, seen)
      },
      action: async (target, { reason, json }) => {
        const { dismissIncidents } = await import('../commands/dismiss.ts')
        const { output, isWhole } = await dismissIncidents(target, seen ?? (await look(target)), {
          reason: reason ?? '',
          isJson: json === true,
        })
        if (!isWhole) process.exitCode = 1
        return output
      },
    },
  )
}

/** Whom `--to` or `--nobody` names. Throws `usage` where neither or both are given. */
function assigneeOf({ to, nobody }: CommandOptions): string | null {
  if ((to === undefined) === (nobody === undefined))
    throw new ResponderError(
      'usage',
      'say whom it is assigned to with --to NAME, or with --nobody that nobody works on it any more; one of the two',
    )
  return to ?? null
}
