import { boundsFor, needsTags } from '../domain/bounds.ts'
import { counted } from '../domain/counted.ts'
import { isHeldBack } from '../domain/held-back.ts'
import type { Incident } from '../domain/incident.ts'
import { moved, withNotice } from '../domain/incident-machine.ts'
import { isLookUpDue } from '../domain/lookup-progress.ts'
import type { Policy } from '../domain/policy.ts'
import { SWEEP_ACTOR } from '../domain/sweep-actor.ts'
import { tagChangesOf } from '../domain/tag-change.ts'
import { HOUR_MS, MINUTE_MS } from '../domain/time.ts'
import { errorName, type UnreadableItem } from '../errors.ts'
import type { Versioned } from '../ports/stores.ts'
import type { SweepPorts } from '../ports/sweep.ts'
import { append, headOf, incidentSubject } from '../record/append.ts'
import { knownOrUnread, noticeOf, sendOwedNotice } from '../record/notice.ts'
import { noteNotice, order, readOrders } from '../record/orders.ts'
import { readPolicy } from '../record/policy-in-force.ts'
import { updateIncident } from '../record/update-incident.ts'
import { type Wait, waitOf } from './wait.ts'

/** After this time in a transient state an incident is stuck. It is longer than contain may run, including Lambda's two retries. */
const STUCK_MS = 5 * MINUTE_MS

/**
 * Incidents per sweep whose look-ups are requested, highest priority first. LookupEvents allows two requests a second for the whole account, so two
 * look-ups of half a minute run at once: twenty take the five minutes until the next sweep, and a longer queue would have the gravest wait in it.
 */
const LOOKUPS_LIMIT = 20

/** Open incidents per sweep, highest priority first. */
const SWEEP_LIMIT = 1000

/**
 * Processes every open incident, so that none stays open without attention. Returns how many it processed.
 *
 * It restarts stuck containments and releases, looks up events that were not delivered, sends owed notices, reminds people who have not answered,
 * and closes incidents that nobody answers as the policy says. Safe to run at any time. An incident that fails or cannot be read is logged and
 * counted, and does not stop the others.
 */
export async function sweep(ports: SweepPorts): Promise<number> {
  let failed = 0
  const onUnreadable = ({ key, issue }: UnreadableItem) => {
    ports.log.warn('sweep.incident.unreadable', { key, issue })
    failed += 1
  }
  const [{ policy }, open] = await Promise.all([readPolicy(ports.record), ports.incidents.listOpen(SWEEP_LIMIT, onUnreadable)])
  const lookups = { left: LOOKUPS_LIMIT }
  for (const { id } of open) {
    await sweepIncident(id, { policy, lookups }, ports).catch((cause: unknown) => {
      ports.log.warn('sweep.incident.failed', { incidentId: id, error: errorName(cause) })
      failed += 1
    })
  }
  const asking = open.filter(({ state }) => state === 'asking').length
  ports.log.info('sweep.done', { open: open.length, asking, failed })
  if (lookups.left < 0) ports.log.warn('sweep.lookups.put-off', { incidents: -lookups.left })
  if (open.length === SWEEP_LIMIT) ports.log.warn('sweep.full', { open: open.length })
  return open.length
}

/** `lookups.left`: how many look-ups this sweep may still request; below zero, how many it put off. */
async function sweepIncident(
  incidentId: string,
  { policy, lookups }: { policy: Policy; lookups: { left: number } },
  ports: SweepPorts,
): Promise<void> {
  // The index is eventually consistent: the item itself is read.
  const stored = await ports.incidents.get(incidentId)
  if (stored === undefined) return
  const { value: incident } = stored
  const now = ports.clock.now()
  if (isLookUpDue(incident, now)) {
    lookups.left -= 1
    if (lookups.left >= 0) await ports.backfillQueue.backfill(incidentId)
  }
  switch (incident.state) {
    case 'restricting':
    case 'containing':
    case 'releasing':
      if (now - incident.updatedAt >= STUCK_MS) await ports.containInvoker.contain(incidentId)
      return
    case 'rotating':
      await ports.containInvoker.contain(incidentId)
      await ports.rotateInvoker?.rotate(incidentId)
      return
    case 'asking':
      // Whether its account still refuses the responder, only contain can tell.
      if (isHeldBack(incident)) await ports.containInvoker.contain(incidentId)
      return await attend(stored, policy, ports)
    case 'restricted':
    case 'contained':
      return await attend(stored, policy, ports)
    case 'watching': {
      const isOld = now - Math.max(incident.updatedAt, incident.extendedUntil ?? 0) >= policy.review.expireAfterHours * HOUR_MS
      return isOld ? await attend(stored, policy, ports) : undefined
    }
    case 'released':
    case 'confirmed':
    case 'expired':
      return
  }
}

/**
 * Reminds people who have not answered, then pages the on-call person, and finally closes the incident.
 *
 * What the incident says of its own wait counts only where the record bears it out: `respond`, which processes input of intruders, may write the incident.
 */
async function attend(stored: Versioned<Incident>, policy: Policy, ports: SweepPorts): Promise<void> {
  const { id } = stored.value
  const now = ports.clock.now()
  const { escalateAfterMinutes, pageAfterMinutes, expireAfterHours } = policy.review
  const [changes, orders] = await Promise.all([ports.record.list(incidentSubject(id)), readOrders(id, ports.record)])
  const wait = waitOf(stored.value, { changes, orders, now })
  // A verdict that the record does not bear out is passed over, and said.
  const isUnordered = stored.value.verdict?.kind === 'legitimate' && !wait.isReleaseUnfinished
  if (isUnordered) ports.log.warn('release.unordered', { incidentId: id, of: stored.value.state })
  const isOver = now - wait.since >= expireAfterHours * HOUR_MS
  // Nobody is asked about what is only watched. Where steps are in place all the same, somebody has forged its state.
  if (stored.value.state === 'watching' && !wait.isContained) return isOver ? await expire(stored, { policy, wait }, ports) : undefined
  const isUnanswered = now - wait.remindFrom >= escalateAfterMinutes * MINUTE_MS && wait.told.escalated === undefined
  const reminded = await (isUnanswered ? escalate(stored, escalateAfterMinutes, ports) : sendOwedNotice(stored, ports))
  const isPageDue = (isOver || now - wait.remindFrom >= pageAfterMinutes * MINUTE_MS) && wait.told.paged === undefined
  const updated = isPageDue ? await page(reminded, pageAfterMinutes, ports) : reminded
  // From the page on, people have as long as they have where the sweep comes in time.
  const heardFor = now - (wait.told.paged ?? now)
  if (isOver && heardFor >= expireAfterHours * HOUR_MS - pageAfterMinutes * MINUTE_MS) await expire(updated, { policy, wait }, ports)
}

/** Reminds people, at least once: the notice is sent before it is noted. */
async function escalate(stored: Versioned<Incident>, minutes: number, ports: SweepPorts): Promise<Versioned<Incident>> {
  const { id, state } = stored.value
  const now = ports.clock.now()
  const markEscalated = (one: Incident) => (one.state === state ? withNotice({ ...one, escalatedAt: now }, 'escalated') : undefined)
  const marked = await updateIncident(stored, markEscalated, ports.incidents)
  const told = await sendOwedNotice(marked, ports)
  if (marked.value.state === state) await noteNotice(id, { at: now, notice: 'escalated', why: unanswered(minutes) }, ports.record)
  return told
}

/** Pages the on-call person, at least once: the page is sent before it is noted. */
async function page(stored: Versioned<Incident>, minutes: number, ports: SweepPorts): Promise<Versioned<Incident>> {
  const { pager, incidents, record, clock, log } = ports
  const { id, state } = stored.value
  const now = clock.now()
  await pager.notify(noticeOf(stored.value, 'paged', pager.stack, await knownOrUnread(stored.value, { incidents, record })))
  log.info('sweep.paged', { incidentId: id })
  await noteNotice(id, { at: now, notice: 'paged', why: unanswered(minutes) }, record)
  return updateIncident(stored, (one) => (one.state === state ? { ...one, pagedAt: now } : undefined), incidents)
}

const unanswered = (minutes: number) => `nobody answered in ${counted(minutes, 'minute')}`

/** Closes an incident that has waited for `expireAfterHours`. The tier's `onExpiry` decides whether its containment is undone or kept. */
async function expire(
  stored: Versioned<Incident>,
  { policy, wait: { isContained, isReleaseUnfinished } }: { policy: Policy; wait: Wait },
  { iam, incidents, record, notifier, clock, containInvoker, log }: SweepPorts,
): Promise<void> {
  const { id, identity, lineage, names, state: from } = stored.value
  const hours = policy.review.expireAfterHours
  const tags = needsTags(policy) ? (await iam.describe(identity))?.tags : {}
  const { onExpiry } = boundsFor(policy, identity.id, tags, clock.now(), {
    tagChanges: tagChangesOf(lineage, identity, identity.account),
    names,
  })
  const at = new Date(clock.now()).toISOString()
  const actor = SWEEP_ACTOR
  const why = reasonOf(from, { hours, onExpiry, isReleaseUnfinished })
  const verdict = { kind: onExpiry === 'release' ? 'legitimate' : 'compromised', by: actor, reason: why, at } as const
  const event = { kind: 'unanswered', verdict, onExpiry, isContained, isReleaseUnfinished } as const
  const state = moved(stored.value, event)?.state
  if (state === undefined) return
  const entry = await append(record, incidentSubject(id), { at, actor, kind: 'state', target: `incident:${id}`, from, to: state, why })
  if (state === 'releasing') await order(id, { entry, to: 'release', at }, record)
  const markEnded = (incident: Incident): Incident | undefined => {
    const next = incident.state === from ? moved(incident, event) : undefined
    return next && { ...next, head: headOf(entry) }
  }
  await sendOwedNotice(await updateIncident(stored, markEnded, incidents), { incidents, record, notifier })
  log.info('sweep.expired', { incidentId: id, from, to: state })
  if (state === 'releasing') await containInvoker.contain(id)
}

function reasonOf(
  from: Incident['state'],
  { hours, onExpiry, isReleaseUnfinished }: { hours: number; onExpiry: 'keep' | 'release'; isReleaseUnfinished: boolean },
): string {
  if (from === 'watching') return `nothing new in ${counted(hours, 'hour')}`
  if (isReleaseUnfinished) return `nobody answered in ${counted(hours, 'hour')}: the release that a person ordered is tried again`
  return `nobody answered in ${counted(hours, 'hour')}: ${onExpiry}`
}
