import { standingSteps } from '../contain/progress.ts'
import { boundsFor, needsTags } from '../domain/bounds.ts'
import type { Incident } from '../domain/incident.ts'
import { moved, withNotice } from '../domain/incident-machine.ts'
import { isLookUpDue } from '../domain/lookup-progress.ts'
import type { Policy } from '../domain/policy.ts'
import { tagChangesOf } from '../domain/tag-change.ts'
import { HOUR_MS, MINUTE_MS } from '../domain/time.ts'
import { errorName, type UnreadableItem } from '../errors.ts'
import type { Versioned } from '../ports/stores.ts'
import type { SweepPorts } from '../ports/sweep.ts'
import { append, headOf, incidentSubject } from '../record/append.ts'
import { noticeOf, sendOwedNotice } from '../record/notice.ts'
import { isReleaseWanted, order, readOrders } from '../record/orders.ts'
import { readPolicy } from '../record/policy-in-force.ts'
import { updateIncident } from '../record/update-incident.ts'

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
  ports.log.info('sweep.done', { open: open.length, failed })
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
    case 'containing':
    case 'releasing':
      if (now - incident.updatedAt >= STUCK_MS) await ports.containInvoker.contain(incidentId)
      return
    case 'rotating':
      await ports.containInvoker.contain(incidentId)
      await ports.rotateInvoker?.rotate(incidentId)
      return
    case 'asking':
    case 'contained':
      return await remind(stored, policy, ports)
    case 'watching':
      return await expire(stored, { policy, since: Math.max(incident.updatedAt, incident.extendedUntil ?? 0) }, ports)
    case 'released':
    case 'confirmed':
    case 'expired':
      return
  }
}

/** Reminds people who have not answered, then pages the on-call person, and finally closes the incident. */
async function remind(stored: Versioned<Incident>, policy: Policy, ports: SweepPorts): Promise<void> {
  const { value: incident } = stored
  const now = ports.clock.now()
  // What could not be given back is tried again after as long a time, and not at the next sweep.
  const failedAt = incident.verdict?.kind === 'legitimate' ? incident.updatedAt : 0
  const since = Math.max(incident.containedAt ?? 0, incident.decidedBy.time, incident.extendedUntil ?? 0, failedAt)
  const isUnanswered = now - since >= policy.review.escalateAfterMinutes * MINUTE_MS && incident.escalatedAt === undefined
  const markEscalated = (one: Incident) =>
    one.escalatedAt === undefined ? withNotice({ ...one, escalatedAt: now }, 'escalated') : undefined
  const updated = await sendOwedNotice(isUnanswered ? await updateIncident(stored, markEscalated, ports.incidents) : stored, ports)
  const isPaged = now - since >= policy.review.pageAfterMinutes * MINUTE_MS && updated.value.pagedAt === undefined
  await expire(isPaged ? await page(updated, ports) : updated, { policy, since }, ports)
}

/** Pages the on-call person, at least once: the page is sent before it is noted. */
async function page(stored: Versioned<Incident>, { pager, incidents, clock, log }: SweepPorts): Promise<Versioned<Incident>> {
  await pager.notify(noticeOf(stored.value, 'paged', pager.stack))
  log.info('sweep.paged', { incidentId: stored.value.id })
  const markPaged = (incident: Incident) => (incident.pagedAt === undefined ? { ...incident, pagedAt: clock.now() } : undefined)
  return updateIncident(stored, markPaged, incidents)
}

/** Closes an incident that has waited for `expireAfterHours`. The tier's `onExpiry` decides whether its containment is undone or kept. */
async function expire(
  stored: Versioned<Incident>,
  { policy, since }: { policy: Policy; since: number },
  { iam, incidents, record, notifier, clock, containInvoker, log }: SweepPorts,
): Promise<void> {
  const { id, identity, lineage, names, state: from } = stored.value
  const hours = policy.review.expireAfterHours
  if (clock.now() - since < hours * HOUR_MS) return
  const tags = needsTags(policy) ? (await iam.describe(identity))?.tags : {}
  const { onExpiry } = boundsFor(policy, identity.id, tags, clock.now(), { tagChanges: tagChangesOf(lineage, identity), names })
  const at = new Date(clock.now()).toISOString()
  const why = from === 'watching' ? `nothing new in ${hours} hours` : `nobody answered in ${hours} hours: ${onExpiry}`
  const actor = 'countersign:sweep'
  const verdict = { kind: onExpiry === 'release' ? 'legitimate' : 'compromised', by: actor, reason: why, at } as const
  const steps = from === 'watching' ? [] : standingSteps(await record.list(incidentSubject(id)))
  const event = { kind: 'unanswered', verdict, onExpiry, isContained: steps.length > 0 } as const
  const state = moved(stored.value, event)?.state
  if (state === undefined) return
  // What people wanted back is tried again by their order, not by the verdict alone: respond may write that.
  if (state === 'releasing' && stored.value.verdict?.kind === 'legitimate' && !isReleaseWanted(await readOrders(id, record)))
    return log.warn('release.unordered', { incidentId: id, of: from })
  const entry = await append(record, incidentSubject(id), { at, actor, kind: 'state', target: `incident:${id}`, from, to: state, why })
  if (state === 'releasing') await order(id, { entry, to: 'release', at }, record)
  const markEnded = (incident: Incident): Incident | undefined => {
    const next = incident.state === from ? moved(incident, event) : undefined
    return next && { ...next, head: headOf(entry) }
  }
  await sendOwedNotice(await updateIncident(stored, markEnded, incidents), { incidents, notifier })
  log.info('sweep.expired', { incidentId: id, from, to: state })
  if (state === 'releasing') await containInvoker.contain(id)
}
