import { boundsFor, needsTags } from '../domain/bounds.ts'
import type { Incident } from '../domain/incident.ts'
import { moved, withNotice } from '../domain/incident-machine.ts'
import type { Policy } from '../domain/policy.ts'
import { HOUR_MS, MINUTE_MS } from '../domain/time.ts'
import { errorName, type UnreadableItem } from '../errors.ts'
import type { Versioned } from '../ports/stores.ts'
import type { SweepPorts } from '../ports/sweep.ts'
import { append, headOf, incidentSubject } from '../record/append.ts'
import { noticeOf, sendOwedNotice } from '../record/notice.ts'
import { readPolicy } from '../record/policy-in-force.ts'
import { updateIncident } from '../record/update-incident.ts'

/** Longer than contain may run, its two repeats by Lambda included: an incident that is still on its way is stuck. */
const STUCK_MS = 5 * MINUTE_MS

/** CloudTrail gives most events to LookupEvents within 15 minutes; so long a new incident is looked up again. */
const BACKFILL_MS = HOUR_MS

/** The most open incidents of one sweep; the highest priority comes first. */
const SWEEP_LIMIT = 1000

/**
 * Looks after every open incident, so that nothing hangs for ever: what is stuck on its way is set going again, events that never came
 * are looked up, a notice that is owed is paid, people who do not answer are told again, and an incident that nobody ever
 * answers ends as the policy says. Safe to run at any time. Answers how many incidents it looked at. One that cannot be read is told of and
 * counted, and holds up none of the others.
 */
export async function sweep(ports: SweepPorts): Promise<number> {
  const failures: string[] = []
  const onUnreadable = ({ key, issue }: UnreadableItem) => {
    ports.log.warn('sweep.incident.unreadable', { key, issue })
    failures.push(`${key}: ${issue}`)
  }
  const [{ policy }, open] = await Promise.all([readPolicy(ports.record), ports.incidents.listOpen(SWEEP_LIMIT, onUnreadable)])
  for (const { id } of open) {
    await sweepIncident(id, policy, ports).catch((cause: unknown) => {
      const error = errorName(cause)
      ports.log.warn('sweep.incident.failed', { incidentId: id, error })
      failures.push(`${id}: ${error}`)
    })
  }
  ports.log.info('sweep.done', { open: open.length, failed: failures.length })
  if (open.length === SWEEP_LIMIT) ports.log.warn('sweep.full', { open: open.length })
  return open.length
}

async function sweepIncident(incidentId: string, policy: Policy, ports: SweepPorts): Promise<void> {
  // The index may be behind: what counts is the item itself.
  const stored = await ports.incidents.get(incidentId)
  if (stored === undefined) return
  const { value: incident } = stored
  const now = ports.clock.now()
  const isYoung = now - incident.updatedAt < BACKFILL_MS && incident.state !== 'watching'
  if (isYoung) await ports.backfillQueue.backfill(incidentId)
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

/** Tells people again that they are waited for, then pages who is on call, and ends what nobody answers. */
async function remind(stored: Versioned<Incident>, policy: Policy, ports: SweepPorts): Promise<void> {
  const { value: incident } = stored
  const now = ports.clock.now()
  const since = Math.max(incident.containedAt ?? 0, incident.decidedBy.time, incident.extendedUntil ?? 0)
  const isUnanswered = now - since >= policy.review.escalateAfterMinutes * MINUTE_MS && incident.escalatedAt === undefined
  const told = (one: Incident) => (one.escalatedAt === undefined ? withNotice({ ...one, escalatedAt: now }, 'escalated') : undefined)
  const updated = await sendOwedNotice(isUnanswered ? await updateIncident(stored, told, ports.incidents) : stored, ports)
  const isPaged = now - since >= policy.review.pageAfterMinutes * MINUTE_MS && updated.value.pagedAt === undefined
  await expire(isPaged ? await page(updated, ports) : updated, { policy, since }, ports)
}

/** Wakes who is on call: once, and twice rather than never. */
async function page(stored: Versioned<Incident>, { pager, incidents, clock, log }: SweepPorts): Promise<Versioned<Incident>> {
  await pager.notify(noticeOf(stored.value, 'paged'))
  log.info('sweep.paged', { incidentId: stored.value.id })
  const paged = (incident: Incident) => (incident.pagedAt === undefined ? { ...incident, pagedAt: clock.now() } : undefined)
  return updateIncident(stored, paged, incidents)
}

/** Ends an incident that nobody has answered for as long as the policy says. What it says of the tier decides what becomes of it. */
async function expire(
  stored: Versioned<Incident>,
  { policy, since }: { policy: Policy; since: number },
  { iam, incidents, record, notifier, clock, containInvoker, log }: SweepPorts,
): Promise<void> {
  const { id, identity, state: from } = stored.value
  const hours = policy.review.expireAfterHours
  if (clock.now() - since < hours * HOUR_MS) return
  const tags = needsTags(policy) ? (await iam.describe(identity))?.tags : {}
  const { onExpiry } = boundsFor(policy, identity.id, tags, clock.now())
  const at = new Date(clock.now()).toISOString()
  const why = from === 'watching' ? `nothing new in ${hours} hours` : `nobody answered in ${hours} hours: ${onExpiry}`
  const actor = 'countersign:sweep'
  const verdict = { kind: onExpiry === 'release' ? 'legitimate' : 'compromised', by: actor, reason: why, at } as const
  const event = { kind: 'unanswered', verdict, onExpiry } as const
  const state = moved(stored.value, event)?.state
  if (state === undefined) return
  const entry = await append(record, incidentSubject(id), { at, actor, kind: 'state', target: `incident:${id}`, from, to: state, why })
  const ended = (incident: Incident): Incident | undefined => {
    const next = incident.state === from ? moved(incident, event) : undefined
    return next && { ...next, head: headOf(entry) }
  }
  await sendOwedNotice(await updateIncident(stored, ended, incidents), { incidents, notifier })
  log.info('sweep.expired', { incidentId: id, from, to: state })
  if (state === 'releasing') await containInvoker.contain(id)
}
