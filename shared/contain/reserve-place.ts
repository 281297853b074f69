import { isOfRestrictions, lanesOf, refusedByBreaker } from '../domain/breaker-lanes.ts'
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
 * An incident has one place in an hour, however its priority grows: whoever sacrifices other identities must not use up two lanes by each. What AWS
 * confirms and what a person orders have places that no evidence uses up, and take one of evidence's where theirs are used up. `users` is how many the
 * incident's account has. Safe to repeat. Where a lane is full, people are paged once in that hour. Restrictions have lanes of their own, of as many places as the
 * ordinary and the urgent one: none uses a place that a containment needs.
 *
 * Where several accounts are acted in, all share the places of an hour, and the share of users is counted in each account by itself: its place is taken
 * first, so that one account cannot use up the places of all by more than its own share.
 */
export async function reservePlace(
  incident: Incident,
  { policy, users }: { readonly policy: Policy; readonly users: number },
  ports: ContainPorts,
  of: 'containment' | 'restriction' = 'containment',
): Promise<string | undefined> {
  const hour = Math.floor(ports.clock.now() / HOUR_MS)
  const { account } = incident.identity
  const counts: readonly Count[] =
    ports.accounts === undefined
      ? [{ place: {}, limits: limitsOf(policy, users) }]
      : [
          { place: { account }, limits: limitsOf(policy, users) },
          { place: {}, limits: limitsOf(policy, undefined) },
        ]
  /** The first count that has no place of this kind; undefined where each has one. */
  const fullFor = async (kind: BreakerLane['kind']) => {
    for (const count of counts)
      if (!(await ports.breaker.reserve({ hour, kind, ...count.place }, incident.id, count.limits[kind]))) return count
    return undefined
  }
  const reserveFirst = async (kinds: readonly BreakerLane['kind'][]) => {
    let full: Count | undefined
    for (const kind of kinds) {
      const one = await fullFor(kind)
      if (one === undefined) return undefined
      full = one
    }
    return full
  }
  const lanes = lanesOf(incident, { policy, of })
  const full = await reserveFirst(lanes)
  if (full === undefined) return undefined
  // The order of a person is looked up only where it makes a difference.
  const isByPerson = of === 'containment' && (await isOrdered(incident, ports.record))
  if (isByPerson && (await reserveFirst(['urgent', 'ordered'])) === undefined) return undefined
  const [first] = isByPerson ? (['ordered'] as const) : lanes
  const { place, limits } = full
  if (limits.ordinary > 0) await pageOnce({ hour, kind: first, ...place }, { incident, policy, limits }, ports)
  return refusedByBreaker(`${usedUp(first, limits)}${place.account === undefined ? '' : ` in account ${place.account}`} already`)
}

/** Places of one account, or of all together. */
interface Count {
  readonly place: { readonly account?: string }
  readonly limits: Limits
}

type Limits = Readonly<Record<BreakerLane['kind'], number>>

/**
 * How many incidents may be contained in an hour, and how many restricted. No lane has more places than the ordinary one: 0 containments an hour means none, and 0 urgent ones that
 * no lane but the ordinary one has any. `users`: those of the account whose share counts; undefined where no share does.
 */
function limitsOf({ breaker }: Policy, users: number | undefined): Limits {
  const share = users === undefined ? Infinity : Math.max(MIN_USERS, Math.floor(breaker.maxUserFraction * users))
  const ordinary = Math.min(breaker.containmentsPerHour, share)
  const own = Math.min(breaker.urgentPerHour, ordinary)
  return { ordinary, urgent: own, confirmed: own, ordered: own, restricted: ordinary, 'restricted-urgent': own }
}

/** Says which places an incident of a lane found used up. */
function usedUp(kind: BreakerLane['kind'], limits: Limits): string {
  if (isOfRestrictions(kind)) return `${limits.restricted} restrictions in this hour`
  const ordinary = `${limits.ordinary} containments in this hour`
  if (kind === 'ordinary') return ordinary
  return `${ordinary}, and ${limits.urgent} urgent ones${kind === 'urgent' ? '' : ` and ${limits[kind]} ${kind} ones`}`
}

/** What is contained until the next hour although a lane is full. */
function restOf(kind: BreakerLane['kind'], { policy: { breaker }, limits }: { policy: Policy; limits: Limits }): string {
  const { ordinary, urgent, confirmed, ordered } = limits
  switch (kind) {
    case 'ordinary':
      return `Until then only confirmed incidents, ordered ones and those of priority ${breaker.urgentPriority} or more are contained, ${urgent} of each at most.`
    case 'urgent':
      return `Until then only what AWS confirms and what a person orders is contained, ${confirmed} of each at most.`
    case 'confirmed':
      return `Nothing more is contained by itself until then, confirmed or not. A person may order ${ordered} containments.`
    case 'restricted':
    case 'restricted-urgent':
      return `Until then ${urgent === 0 ? 'nothing more is' : `only incidents of priority ${breaker.urgentPriority} or more are`} restricted${urgent === 0 ? '' : `, ${urgent} at most`}. What calls for a containment has ${ordinary} places of its own.`
    case 'ordered':
      return 'Nothing that a person orders is contained until then. Raise the limit with `policy apply`, or contain by hand.'
  }
}

const TITLES: Readonly<Record<BreakerLane['kind'], string>> = {
  ordinary: 'incidents become questions',
  urgent: 'urgent incidents become questions',
  confirmed: 'confirmed incidents become questions',
  ordered: 'what people order is not contained',
  restricted: 'incidents that would be restricted become questions',
  'restricted-urgent': 'incidents that would be restricted become questions',
}

/** Pages the on-call person, at least once: the page is sent before it is noted. A page that fails fails the run, which is tried again. */
async function pageOnce(
  lane: BreakerLane,
  { incident, policy, limits }: { incident: Incident; policy: Policy; limits: Limits },
  { breaker, pager, log }: ContainPorts,
): Promise<void> {
  if (!(await breaker.claimPage(lane, incident.id))) return
  const next = new Date((lane.hour + 1) * HOUR_MS).toISOString()
  await pager.notify({
    incidentId: incident.id,
    kind: 'breaker',
    priority: 100,
    title: `The breaker has tripped: ${TITLES[lane.kind]} until ${next}`,
    body: [
      `${usedUp(lane.kind, limits)}${lane.account === undefined ? '' : ` in account ${lane.account}`}. ${restOf(lane.kind, { policy, limits })}`,
      'Either the policy stops what is legitimate, or somebody sacrifices identities to use the breaker up.',
      `First refused: ${incident.id}. See all that ask: ${commandFor(pager.stack, 'incidents')}`,
    ].join('\n'),
  })
  log.warn('contain.breaker.tripped', { incidentId: incident.id, lane: lane.kind })
  await breaker.markPaged(lane)
}
