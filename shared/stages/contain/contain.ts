import type { Incident } from '../../domain/incident.ts'
import { type Bounds, boundsFor, needsTags } from '../../domain/policy.ts'
import type { ContainPorts, Versioned } from '../../ports.ts'
import { updateIncident } from '../incident-update.ts'
import { notify } from '../notify.ts'
import type { PolicyInForce } from '../policy-source.ts'
import type { Chapter } from './chapter.ts'
import { planOf } from './plan.ts'
import type { Step, StepValue, Subject } from './step.ts'
import { switchInactive } from './switch-inactive.ts'
import { GONE, take } from './take.ts'

const HOUR_MS = 3_600_000

/** The breaker lets at least so many users be contained in an hour, however few the account has. */
const LEAST_USERS = 3

/**
 * Brings an incident in state `containing` to `contained`, or to `asking` where a bound stands against it. `users` is how many
 * the account has: the breaker lets a share of them be contained.
 */
export async function contain(
  stored: Versioned<Incident>,
  chapter: Chapter,
  { policy, users }: PolicyInForce & { readonly users: number },
  ports: ContainPorts,
): Promise<void> {
  const incident = stored.value
  const now = ports.clock.now()
  const steps = planOf(incident, { quarantinePolicyArn: ports.quarantinePolicyArn, now })
  const limit = Math.min(policy.breaker.containmentsPerHour, Math.max(LEAST_USERS, Math.floor(policy.breaker.shareOfUsers * users)))
  // One round trip for all that has to be known before the first step.
  const [bounds, isReserved, values, switches] = await Promise.all([
    boundsNow([subjectOf(incident), ...steps.map(({ subject }) => subject)], incident, policy, ports),
    ports.breaker.reserve(Math.floor(now / HOUR_MS), incident.id, limit),
    Promise.all(steps.map((step) => step.read(ports.iam))),
    switchesOf(incident, ports),
  ])
  const refusal = refusalOf(bounds.get(keyOf(subjectOf(incident))), { isReserved, limit, steps: steps.length })
  if (refusal !== undefined) return close(stored, { state: 'asking', why: refusal }, chapter, ports)
  const doubts: string[] = []
  const all = [...steps.map((step, at) => ({ step, value: values[at] ?? null })), ...(switches ?? [])]
  for (const { step, value } of all) {
    const doubt = bounds.get(keyOf(step.subject))?.protection ?? (await take(step, value, chapter, ports))
    // What the intruder made and took away again, or what IAM does not show yet: `verify` tries once more.
    const isNothing = doubt === GONE && keyOf(step.subject) !== keyOf(subjectOf(incident))
    if (doubt !== undefined && !isNothing) doubts.push(`${step.title}: ${doubt}`)
  }
  if (switches === undefined)
    doubts.push('its other credentials could not be listed: look at its SSH keys, certificates and service credentials')
  if (doubts.length === 0) return close(stored, { state: 'contained', why: 'every step is in place' }, chapter, ports)
  return close(stored, { state: 'asking', why: doubts.join('; ') }, chapter, ports)
}

function subjectOf({ identity }: Incident): Subject {
  return { kind: identity.kind === 'role' ? 'role' : 'iam-user', name: identity.name }
}

const keyOf = ({ kind, name }: Subject) => `${kind} ${name}`

/** What the user has beside access keys, as steps with their values; undefined where it could not be listed. */
async function switchesOf({ identity }: Incident, { iam, log }: ContainPorts): Promise<{ step: Step; value: StepValue }[] | undefined> {
  if (identity.kind !== 'iam-user') return []
  try {
    const switches = await iam.listSwitches(identity.name)
    return switches.map((one) => ({ step: switchInactive(identity.name, one), value: one.status }))
  } catch (cause) {
    log.warn('contain.switches.failed', { error: cause instanceof Error ? cause.name : 'unknown error' })
    return undefined
  }
}

/** The bounds as they are now of everybody that the plan touches. A protected one keeps only its own steps from being taken. */
async function boundsNow(
  subjects: readonly Subject[],
  { identity }: Incident,
  policy: PolicyInForce['policy'],
  { iam }: ContainPorts,
): Promise<Map<string, Bounds>> {
  const distinct = new Map(subjects.map((subject) => [keyOf(subject), subject]))
  const all = [...distinct].map(async ([key, { kind, name }]) => {
    const isOwn = kind === identity.kind && name === identity.name
    const path = kind === 'role' ? 'role' : 'user'
    const one = isOwn ? identity : { id: `arn:aws:iam::${identity.account}:${path}/${name}`, kind, name, account: identity.account }
    // Always asked: a name from an event lacks the path by which a policy may protect the user.
    const known = await iam.describe(one)
    return [key, boundsFor(policy, known?.arn ?? one.id, known?.tags ?? (needsTags(policy) ? undefined : {}))] as const
  })
  return new Map(await Promise.all(all))
}

function refusalOf(
  bounds: Bounds | undefined,
  { isReserved, limit, steps }: { isReserved: boolean; limit: number; steps: number },
): string | undefined {
  if (steps === 0 || bounds === undefined) return 'nothing here that can be contained by API'
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
  await ports.watchDoor.verifyLater(value.id)
}
