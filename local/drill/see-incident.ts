import { verifyChain } from '../../shared/domain/change.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import type { Target } from '../target.ts'
import type { KeyUse } from './use-key.ts'

/** What a drill reads of the stack. */
export type Seen = Pick<Target, 'incidents' | 'record' | 'slack'>

/** The incident where the use of a canary is among its findings. */
export async function detectedIn(incidentId: string, { incidents }: Seen): Promise<Incident | undefined> {
  const incident = (await incidents.get(incidentId))?.value
  return incident?.findings.some(({ detector }) => detector === 'canary-used') === true ? incident : undefined
}

/** Where people read of an incident: its message in Slack where the stack has Slack, else that nothing is owed to them any more. Undefined while they do not. */
export async function toldIn(incidentId: string, { incidents, slack }: Seen): Promise<string | undefined> {
  if (slack !== undefined) {
    const message = await slack.get(incidentId)
    return message && `message ${message.ts} in Slack channel ${message.channel}`
  }
  const incident = (await incidents.get(incidentId))?.value
  return incident !== undefined && incident.owedNotice === undefined ? 'the notice was sent; there is no Slack' : undefined
}

/** How the record stands, where its chain is whole and every call that AWS answered is on the timeline; undefined while calls are missing. */
export async function recordedIn(incidentId: string, use: KeyUse, { incidents, record }: Seen): Promise<RecordSeen | undefined> {
  // The incident is read first: what it names was written before.
  const incident = (await incidents.get(incidentId))?.value
  const chain = await record.list(incidentSubject(incidentId))
  const fault = verifyChain(incidentSubject(incidentId), chain, incident?.head)
  if (fault !== undefined) return { fault: `entry ${fault.number} of its chain: ${fault.fault}` }
  const seen = new Set((await incidents.signals(incidentId)).map(({ action }) => action))
  const missing = [...use.accepted, ...use.refused].filter((action) => !seen.has(action))
  if (missing.length > 0) return { missing }
  return { note: `${chain.length} entries, hashes fit; ${seen.size} calls` }
}

/** What was read of the record: `note` where all is well, `missing` calls, or the fault of its chain. */
export type RecordSeen = { readonly note: string } | { readonly missing: readonly string[] } | { readonly fault: string }
