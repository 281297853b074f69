import type { Command } from 'commander'
import { ResponderError } from '../../shared/errors.ts'
import { asDefault, ENDPOINT, paint, REASON, wholeNumber, width, withConsent, withTarget } from './with-target.ts'

/** What is done, loaded when it is. */
const incidentsOf = () => import('../commands/incidents.ts')

/** Adds the commands that show incidents and give verdicts. */
export function addIncidents(root: Command): void {
  const incidents = root.command('incidents').description('open incidents, highest priority first')
  withTarget(
    asDefault(incidents, 'list').description('list the open incidents').option('--all', 'the closed ones too').option('--json', 'NDJSON'),
    async (target, { json, all }) =>
      (await incidentsOf()).listIncidents(target, { isJson: json === true, isAll: all === true, width: width() }),
  )
  withTarget(
    incidents
      .command('show')
      .description('one incident in full: why, timeline, changes')
      .argument('<id>')
      .option('--json', 'one JSON object'),
    async (target, { json }, id) =>
      (await import('../commands/show-incident.ts')).showIncident(target, id, { isJson: json === true, paint: paint(), width: width() }),
  )
  withTarget(
    root
      .command('explain')
      .description('what happened, why this was done, what to do next; each sentence cites facts of the incident')
      .argument('<id>')
      .option(
        '--model <id>',
        'a Bedrock model or inference profile, asked with your AWS credentials; without it a template states the facts',
      )
      .option(...ENDPOINT)
      .option('--json', 'one JSON object'),
    async (target, { json, model, region, endpoint }, id) => {
      if (endpoint !== undefined && model === undefined)
        throw new ResponderError('usage', '--endpoint needs --model: the model of that server')
      const { explainIncident } = await import('../commands/explain.ts')
      const asked = model === undefined ? undefined : await (await import('../bedrock-model.ts')).modelFor(model, { region, endpoint })
      return explainIncident(target, id, { model: asked, isJson: json === true, paint: paint(), width: width() })
    },
  )
  withConsent(
    root
      .command('release')
      .description('give the verdict legitimate, and restore what was contained')
      .argument('<id>')
      .requiredOption(...REASON)
      .option('--json', 'one JSON object'),
    {
      follows: async (target, _, id) => (await incidentsOf()).whatFollows(target, id, 'legitimate'),
      action: async (target, { json, reason }, id) =>
        (await incidentsOf()).releaseIncident(target, id, { reason: reason ?? '', isJson: json === true }),
    },
  )
  withConsent(
    root
      .command('confirm')
      .description('give the verdict compromised: what was contained stays contained, what was not stays usable')
      .argument('<id>')
      .requiredOption(...REASON)
      .option('--json', 'one JSON object'),
    {
      follows: async (target, _, id) => (await incidentsOf()).whatFollows(target, id, 'compromised'),
      action: async (target, { json, reason }, id) =>
        (await incidentsOf()).confirmIncident(target, id, { reason: reason ?? '', isJson: json === true }),
    },
  )
  withConsent(
    root
      .command('contain')
      .description(
        'contain an incident in state asking, restricted or watching, in any mode of its tier; protection and the breaker still apply',
      )
      .argument('<id>')
      .requiredOption(...REASON)
      .option('--json', 'one JSON object'),
    {
      follows: async (target, _, id) => (await incidentsOf()).whatFollows(target, id, 'contain'),
      action: async (target, { json, reason }, id) => {
        const { output, isWhole } = await (await incidentsOf()).containIncident(target, id, { reason: reason ?? '', isJson: json === true })
        if (!isWhole) process.exitCode = 1
        return output
      },
    },
  )
  withConsent(
    root
      .command('extend')
      .description('ask for more time: the incident stays as it is, without reminders')
      .argument('<id>')
      .option('--hours <number>', "for how long; without it the policy's review.maxExtensionHours", wholeNumber)
      .requiredOption(...REASON)
      .option('--json', 'one JSON object'),
    {
      follows: async (target, { hours }, id) => (await incidentsOf()).whatFollows(target, id, 'extend', hours),
      action: async (target, { json, reason, hours }, id) =>
        (await incidentsOf()).extendIncident(target, id, { reason: reason ?? '', hours, isJson: json === true }),
    },
  )
  withConsent(
    root
      .command('root-keys')
      .description("delete the root user's access keys that an incident names (centralised root access)")
      .argument('<id>')
      .requiredOption(...REASON)
      .option('--profile <name>', 'AWS profile of the management account or of the delegated administrator'),
    {
      follows: async (target, _, id) =>
        `${await (await incidentsOf()).whoOf(target, id)}\nThe access keys of the root user that the incident names are deleted. That cannot be undone.`,
      action: async (target, { reason, profile }, id) => {
        const gone = await target.deleteRootKeys(id, { reason: reason ?? '', profile })
        return `Deleted: ${gone.join(', ')}. That cannot be undone. Change root's password and check its MFA devices as well.`
      },
    },
  )
  withConsent(
    root
      .command('approve')
      .description('undo a change that the intruder made to an existing resource')
      .argument('<id>')
      .requiredOption('--change <text>', 'which, as `incidents show` lists it: "iam:UpdateAssumeRolePolicy deploy"')
      .requiredOption(...REASON)
      .option('--json', 'one JSON object'),
    {
      follows: async (target, { change }, id) => (await incidentsOf()).whatApprovalChanges(target, id, change ?? ''),
      action: async (target, { json, reason, change }, id) =>
        (await incidentsOf()).approveChange(target, id, { change: change ?? '', reason: reason ?? '', isJson: json === true }),
    },
  )
}
