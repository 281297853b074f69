import type { Incident } from '../../domain/incident.ts'
import { type Bounds, boundsFor, needsTags } from '../../domain/policy.ts'
import type { ContainPorts, Versioned } from '../../ports.ts'
import { updateIncident } from '../incident-update.ts'
import { notify } from '../notify.ts'
import type { PolicyInForce } from '../policy-source.ts'
import type { Chapter } from './chapter.ts'
import { planOf } from './plan.ts'
import { take } from './take.ts'

const HOUR_MS = 3_600_000

/** Brings an incident in state `containing` to `contained`, or to `asking` where a bound stands against it. */
export async function contain(
  stored: Versioned<Incident>,
  chapter: Chapter,
  { policy }: PolicyInForce,
  ports: ContainPorts,
): Promise<void> {
  const incident = stored.value
  const steps = planOf(incident)
  // One round trip for all that has to be known before the first step.
  const [bounds, isReserved, values] = await Promise.all([
    boundsNow(incident, policy, ports),
    ports.breaker.reserve(Math.floor(ports.clock.now() / HOUR_MS), incident.id, policy.breaker.containmentsPerHour),
    Promise.all(steps.map((step) => step.read(ports.iam))),
  ])
  const own = bounds.get(incident.identity.name) as Bounds
  const refusal = refusalOf(own, isReserved, policy.breaker.containmentsPerHour, steps.length)
  if (refusal !== undefined) return close(stored, { state: 'asking', why: refusal }, chapter, ports)
  const doubts: string[] = []
  for (const [at, step] of steps.entries()) {
    const doubt = bounds.get(step.userName)?.protection ?? (await take(step, values[at] ?? null, chapter, ports))
    if (doubt !== undefined) doubts.push(`${step.title}: ${doubt}`)
  }
  if (doubts.length === 0) return close(stored, { state: 'contained', why: 'every step is in place' }, chapter, ports)
  return close(stored, { state: 'asking', why: doubts.join('; ') }, chapter, ports)
}

/** The bounds as they are now of every user that the plan touches, by name. A protected one keeps only its own steps from being taken. */
async function boundsNow(incident: Incident, policy: PolicyInForce['policy'], { iam }: ContainPorts): Promise<Map<string, Bounds>> {
  const { identity } = incident
  const owners = new Set(
    incident.lineage.filter(({ kind, owner }) => kind === 'access-key' && owner !== identity.name).map(({ owner }) => owner),
  )
  const others = [...owners].map((name) => ({
    id: `arn:aws:iam::${identity.account}:user/${name}`,
    kind: 'iam-user' as const,
    name,
    account: identity.account,
  }))
  const all = [identity, ...others].map(async (one) => {
    // Always asked: a name from an event lacks the path by which a policy may protect the user.
    const known = await iam.describe(one)
    return [one.name, boundsFor(policy, known?.arn ?? one.id, known?.tags ?? (needsTags(policy) ? undefined : {}))] as const
  })
  return new Map(await Promise.all(all))
}

function refusalOf(bounds: Bounds, isReserved: boolean, limit: number, steps: number): string | undefined {
  if (steps === 0) return 'nothing here that can be contained by API'
  if (bounds.protection !== undefined) return bounds.protection
  if (bounds.mode !== 'contain') return `mode ${bounds.mode} of tier ${bounds.tier} does not contain`
  return isReserved ? undefined : `breaker: ${limit} containments in this hour already`
}

/** Moves the incident on, the record first, and tells people. Where another has moved it, nothing is left to do. */
async function close(
  stored: Versioned<Incident>,
  outcome: { state: 'contained' | 'asking'; why: string },
  chapter: Chapter,
  ports: ContainPorts,
): Promise<void> {
  const { state, why } = outcome
  await chapter.write({ kind: 'state', target: `incident:${stored.value.id}`, from: 'containing', to: state, why })
  const now = ports.clock.now()
  const moved = (incident: Incident): Incident | undefined => {
    if (incident.state !== 'containing') return undefined
    const { decision } = incident
    const next = { ...incident, state, updatedAt: Math.max(now, incident.updatedAt), head: chapter.head() }
    if (state === 'contained') return { ...next, containedAt: incident.containedAt ?? now }
    return { ...next, decision: { ...decision, action: 'ask', why: [...decision.why, why] } }
  }
  const { value } = await updateIncident(stored, moved, ports.incidents)
  ports.log.info('contain.closed', { incidentId: value.id, state, steps: chapter.changes.length })
  await notify(value, state === 'contained' ? 'contained' : 'ask', ports.notifier)
}
