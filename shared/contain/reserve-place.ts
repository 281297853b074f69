import type { Incident } from '../domain/incident.ts'
import type { Policy } from '../domain/policy.ts'
import { HOUR_MS } from '../domain/time.ts'
import type { ContainPorts } from '../ports/contain.ts'
import type { BreakerLane } from '../ports/stores.ts'
import { commandFor } from '../record/notice.ts'
import { isOrdered } from '../record/orders.ts'

/** The breaker lets at least so many users be contained in an hour, however few the account has. */
const MIN_USERS = 3

/**
 * Takes a place of the breaker for an incident, before the first write. Returns why there is none, or undefined where one was taken.
 *
 * Urgent incidents have places of their own, so that whoever sacrifices other identities does not use those up, and take an ordinary one where
 * theirs are used up. `users` is how many the account has. Safe to repeat: an incident counts once in an hour. Where a lane is full, people are
 * paged once in that hour.
 */
export async function reservePlace(
  incident: Incident,
  { policy, users }: { readonly policy: Policy; readonly users: number },
  ports: ContainPorts,
): Promise<string | undefined> {
  const limits = limitsOf(policy, users)
  const hour = Math.floor(ports.clock.now() / HOUR_MS)
  const reserve = (kind: BreakerLane['kind']) => ports.breaker.reserve({ hour, kind }, incident.id, limits[kind])
  const isFirst = isUrgent(incident, policy)
  if ((isFirst && (await reserve('urgent'))) || (await reserve('ordinary'))) return undefined
  // What a person ordered is urgent too. The order is looked up only where it makes a difference.
  const isUrgentToo = isFirst || (await isOrdered(incident, ports.record))
  if (isUrgentToo && !isFirst && (await reserve('urgent'))) return undefined
  if (limits.ordinary > 0) await pageOnce({ hour, kind: isUrgentToo ? 'urgent' : 'ordinary' }, { incident, policy, limits }, ports)
  const own = isUrgentToo ? `, and ${limits.urgent} urgent ones` : ''
  return `breaker: ${limits.ordinary} containments in this hour already${own}`
}

/** True for what a confirming party reported, and for what is above the policy's priority. */
function isUrgent({ assessment, priority }: Incident, { breaker }: Policy): boolean {
  return assessment.isConfirmed || priority >= breaker.urgentPriority
}

/** How many incidents may be contained in an hour. There are never more urgent places than ordinary ones: 0 containments an hour means none. */
function limitsOf({ breaker }: Policy, users: number): Record<BreakerLane['kind'], number> {
  const ordinary = Math.min(breaker.containmentsPerHour, Math.max(MIN_USERS, Math.floor(breaker.maxUserFraction * users)))
  return { ordinary, urgent: Math.min(breaker.urgentPerHour, ordinary) }
}

/** Pages the on-call person, at least once: the page is sent before it is noted. A page that fails fails the run, which is tried again. */
async function pageOnce(
  lane: BreakerLane,
  { incident, policy, limits }: { incident: Incident; policy: Policy; limits: Record<BreakerLane['kind'], number> },
  { breaker, pager, log }: ContainPorts,
): Promise<void> {
  if (!(await breaker.claimPage(lane, incident.id))) return
  const next = new Date((lane.hour + 1) * HOUR_MS).toISOString()
  const rest =
    lane.kind === 'urgent'
      ? 'Nothing more is contained by itself until then, confirmed or not.'
      : `Until then only confirmed incidents and those of priority ${policy.breaker.urgentPriority} or more are contained, ${limits.urgent} at most.`
  await pager.notify({
    incidentId: incident.id,
    kind: 'breaker',
    priority: 100,
    title: `The breaker has tripped: ${lane.kind === 'urgent' ? 'urgent incidents' : 'incidents'} become questions until ${next}`,
    body: [
      `${limits.ordinary} containments in this hour${lane.kind === 'urgent' ? `, and ${limits.urgent} urgent ones` : ''}. ${rest}`,
      'Either the policy contains what is legitimate, or somebody sacrifices identities to use the breaker up.',
      `First refused: ${incident.id}. See all that ask: ${commandFor(pager.stack, 'incidents')}`,
    ].join('\n'),
  })
  log.warn('contain.breaker.tripped', { incidentId: incident.id, lane: lane.kind })
  await breaker.markPaged(lane)
}
