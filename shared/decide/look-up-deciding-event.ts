import { principalIn } from '../domain/arn.ts'
import { type Incident, isClosed } from '../domain/incident.ts'
import { withNotice } from '../domain/incident-machine.ts'
import { decidingEventOf } from '../domain/lookup-progress.ts'
import { type EventLookup, NOT_LOOKED_UP } from '../domain/lookups.ts'
import { partyOf } from '../domain/report.ts'
import { MINUTE_MS } from '../domain/time.ts'
import type { LookUpPorts } from '../ports/lookup.ts'
import type { Versioned } from '../ports/stores.ts'
import { sendOwedNotice } from '../record/notice.ts'
import { updateIncident } from '../record/update-incident.ts'
import { normalise } from '../sense/normalise.ts'
import { historyIn } from './history-of.ts'

/** CloudTrail gives most events to LookupEvents within 15 minutes. One that it does not know after twice that time, it does not know. */
const UNKNOWN_AFTER_MS = 30 * MINUTE_MS

/**
 * Asks CloudTrail for the event that decided an incident, and tells people first of all where it does not know it. Moves nothing and gives nothing
 * back: who could have an incident released by hiding an event would have a weapon too. Throws what CloudTrail throws.
 */
export async function lookUpDecidingEvent(known: Versioned<Incident>, ports: LookUpPorts): Promise<Versioned<Incident>> {
  const before = decidingEventOf(known.value)
  if (before !== undefined && before.answer !== 'unknown') return known
  const answer = await answerFor(known.value, ports)
  if (answer === undefined || answer.answer === before?.answer) return known
  const { incidents, log } = ports
  const isUnknown = answer.answer === 'unknown'
  // A notice that is owed already must not be lost to this one.
  const stored = isUnknown ? await sendOwedNotice(known, ports) : known
  const keep = (incident: Incident): Incident | undefined => {
    if (isClosed(incident) || incident.decidedBy.signalId !== answer.signalId) return undefined
    const next = { ...incident, lookups: { ...(incident.lookups ?? NOT_LOOKED_UP), decidingEvent: answer } }
    return isUnknown ? withNotice(next, 'unknown-event') : next
  }
  const kept = await updateIncident(stored, keep, incidents)
  if (isUnknown) log.warn('lookup.event.unknown', { incidentId: known.value.id, signalId: answer.signalId })
  return isUnknown ? sendOwedNotice(kept, ports) : kept
}

/** What CloudTrail says of the deciding event; undefined where it may only be late. */
async function answerFor(incident: Incident, ports: LookUpPorts): Promise<EventLookup | undefined> {
  const { signalId, time } = incident.decidedBy
  const at = ports.clock.now()
  const answered = (answer: EventLookup['answer'], why: string): EventLookup => ({ signalId, answer, why, at })
  const notHeld = whyNotHeld(incident, ports.history.region)
  if (notHeld !== undefined) return answered('not-held', notHeld)
  const timeline = (await ports.incidents.signals(incident.id, () => {})).find(({ id }) => id === signalId)
  // The timeline is written beside the incident, and may come a moment later.
  if (timeline === undefined) return undefined
  const caller = principalIn(timeline.identityId)?.account ?? incident.identity.account
  const history = historyIn(caller, ports)
  // A derived id is the hash of a record without one, and CloudTrail gives every event an id.
  const isWithoutId = signalId.startsWith('derived:')
  const { records } = isWithoutId ? { records: [] } : await history.page({ eventId: signalId.split('#')[0] as string }, {})
  const isSame = records
    .map(normalise)
    .flatMap((one) => (one.kind === 'signals' ? one.signals : []))
    .some(
      (signal) =>
        signal.id === signalId &&
        signal.action === timeline.action &&
        signal.time === timeline.time &&
        signal.outcome === timeline.outcome &&
        signal.credential.id === timeline.credentialId,
    )
  if (isSame) return answered('known', 'CloudTrail has the same event')
  if (records.length > 0) return answered('unknown', 'CloudTrail has another event by that id')
  if (at - time < UNKNOWN_AFTER_MS) return undefined
  if (isWithoutId) return answered('unknown', 'it has no event id')
  // A call by an identity of another account may be recorded in either of the two.
  const { account } = history
  if (account !== undefined && account !== caller)
    return answered('not-held', `the event history of account ${account} does not hold events of account ${caller}`)
  return answered('unknown', 'CloudTrail has no such event')
}

/** Why CloudTrail's event history cannot know the deciding event, or undefined where it can. */
function whyNotHeld({ decidedBy: { origin } }: Incident, region: string | undefined): string | undefined {
  if (origin === undefined) return 'an earlier release did not keep where it came from'
  if (origin.source !== 'cloudtrail')
    return `it was reported by ${origin.source === 'aws-health' ? 'AWS Health' : partyOf(origin.source)}, which CloudTrail does not record`
  if (!origin.isManagementEvent) return 'the event history holds management events only, and this is a data event'
  if (region !== undefined && origin.region !== region) return `the event history of ${region} does not hold events of ${origin.region}`
  return undefined
}
