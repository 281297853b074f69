import type { Command } from 'commander'
import { bedrockModel } from '../../shared/aws/bedrock-model.ts'
import { bedrockClient } from '../../shared/aws/clients.ts'
import { printable } from '../../shared/record/notice.ts'
import { explainIncident } from '../commands/explain.ts'
import {
  approveChange,
  confirmIncident,
  containIncident,
  extendIncident,
  listIncidents,
  releaseIncident,
  showIncident,
  whatFollows,
  whoOf,
} from '../commands/incidents.ts'
import { asDefault, paint, REASON, wholeNumber, withConsent, withTarget } from './with-target.ts'

/** Looking at incidents, and saying something of them. */
export function addIncidents(root: Command): void {
  const incidents = root.command('incidents').description('open incidents, highest priority first')
  withTarget(
    asDefault(incidents, 'list').description('list the open incidents').option('--all', 'the closed ones too').option('--json', 'NDJSON'),
    (target, { json, all }) => listIncidents(target, { isJson: json === true, isAll: all === true }),
  )
  withTarget(
    incidents
      .command('show')
      .description('one incident whole: why, timeline, changes')
      .argument('<id>')
      .option('--json', 'one JSON object'),
    (target, { json }, id) => showIncident(target, id, { isJson: json === true, paint: paint() }),
  )
  withTarget(
    root
      .command('explain')
      .description('what happened, why this was done, what comes next: each sentence by facts of the incident')
      .argument('<id>')
      .option('--model <id>', 'a Bedrock model or inference profile, asked with your AWS credentials; without it a template says the facts')
      .option('--json', 'one JSON object'),
    (target, { json, model, region }, id) =>
      explainIncident(target, id, {
        model: model === undefined ? undefined : bedrockModel(bedrockClient(region === undefined ? {} : { region }), { id: model }),
        isJson: json === true,
        paint: paint(),
      }),
  )
  withConsent(
    root
      .command('release')
      .description('say that an incident is legitimate, and give back what was contained')
      .argument('<id>')
      .requiredOption(...REASON)
      .option('--json', 'one JSON object'),
    {
      follows: (target, _, id) => whatFollows(target, id, 'legitimate'),
      action: (target, { json, reason }, id) => releaseIncident(target, id, { reason: reason ?? '', isJson: json === true }),
    },
  )
  withConsent(
    root
      .command('confirm')
      .description('say that an incident was an attack: what was contained stays so')
      .argument('<id>')
      .requiredOption(...REASON)
      .option('--json', 'one JSON object'),
    {
      follows: (target, _, id) => whatFollows(target, id, 'compromised'),
      action: (target, { json, reason }, id) => confirmIncident(target, id, { reason: reason ?? '', isJson: json === true }),
    },
  )
  withConsent(
    root
      .command('contain')
      .description('have an incident contained that asks, whatever the mode of its tier; protection and the breaker hold')
      .argument('<id>')
      .requiredOption(...REASON)
      .option('--json', 'one JSON object'),
    {
      follows: (target, _, id) => whatFollows(target, id, 'contain'),
      action: (target, { json, reason }, id) => containIncident(target, id, { reason: reason ?? '', isJson: json === true }),
    },
  )
  withConsent(
    root
      .command('extend')
      .description('say that more time is needed: it stays as it is, and nobody is reminded')
      .argument('<id>')
      .option('--hours <number>', "for how long; without it the policy's review.maxExtensionHours", wholeNumber)
      .requiredOption(...REASON)
      .option('--json', 'one JSON object'),
    {
      follows: (target, _, id) => whatFollows(target, id, 'extend'),
      action: (target, { json, reason, hours }, id) => extendIncident(target, id, { reason: reason ?? '', hours, isJson: json === true }),
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
        `${await whoOf(target, id)}\nThe access keys of the root user that it names are deleted. That cannot be undone.`,
      action: async (target, { reason, profile }, id) => {
        const gone = await target.deleteRootKeys(id, { reason: reason ?? '', profile })
        return `Deleted, for good: ${gone.join(', ')}. Change root's password and check its MFA as well.`
      },
    },
  )
  withConsent(
    root
      .command('approve')
      .description('have a change that the intruder made to what was there before set back')
      .argument('<id>')
      .requiredOption('--change <text>', 'which, as `incidents show` lists it: "iam:UpdateAssumeRolePolicy deploy"')
      .requiredOption(...REASON)
      .option('--json', 'one JSON object'),
    {
      follows: async (target, { change }, id) =>
        `${await whoOf(target, id)}\n"${printable(change ?? '', 200)}" is set back; a release undoes it.`,
      action: (target, { json, reason, change }, id) =>
        approveChange(target, id, { change: change ?? '', reason: reason ?? '', isJson: json === true }),
    },
  )
}
