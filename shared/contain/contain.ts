import { foreignAccount } from '../decide/decide.ts'
import type { Incident } from '../domain/incident.ts'
import { type Bounds, boundsFor, needsTags } from '../domain/policy.ts'
import type { ContainPorts } from '../ports/contain.ts'
import type { Versioned } from '../ports/stores.ts'
import { oweNotice, sendOwedNotice } from '../record/notice.ts'
import { isOrdered } from '../record/orders.ts'
import type { PolicyInForce } from '../record/policy-in-force.ts'
import { updateIncident } from '../record/update-incident.ts'
import { applyStep, GONE } from './apply-step.ts'
import type { ChangeLog } from './change-log.ts'
import { approvedSteps, planOf } from './plan.ts'
import { isReleaseOrdered } from './progress.ts'
import { isCredential, type Step, type StepValue, type Subject } from './steps/step.ts'
import { switchInactive } from './steps/switch-inactive.ts'

const HOUR_MS = 3_600_000

/** The breaker lets at least so many users be contained in an hour, however few the account has. */
const LEAST_USERS = 3

/**
 * Brings an incident in state `containing` to `contained`, or to `asking` where a bound stands against it. `users` is how many
 * the account has: the breaker lets a share of them be contained.
 */
export async function contain(
  stored: Versioned<Incident>,
  changeLog: ChangeLog,
  { policy, users }: PolicyInForce & { readonly users: number },
  ports: ContainPorts,
): Promise<void> {
  const incident = stored.value
  const now = ports.clock.now()
  const steps = planOf(incident, { quarantinePolicyArn: ports.quarantinePolicyArn, now })
  const limit = Math.min(policy.breaker.containmentsPerHour, Math.max(LEAST_USERS, Math.floor(policy.breaker.maxUserFraction * users)))
  const subject = subjectOf(incident)
  const own = keyOf(subject)
  const isExact = (step: Step) => keyOf(step.subject) === own && step.target.startsWith('access-key:')
  const [exact, rest] = [steps.filter(isExact), steps.filter((step) => !isExact(step))]
  // One round trip for all that has to be known before the first step, and nothing else: what comes later is looked at later.
  const [bounds, isReserved, keys] = await Promise.all([
    boundsNow([subject], incident, policy, ports),
    isRefusedAnyway(incident, policy, ports) ? false : ports.breaker.reserve(Math.floor(now / HOUR_MS), incident.id, limit),
    Promise.all(exact.map((step) => readStep(step, ports))),
  ])
  const ordered = await withOrder(bounds.get(own), incident, ports)
  const refusal = refusalOf(incident, ordered, { isReserved, limit, steps: steps.length, account: ports.account })
  if (refusal !== undefined) return finishRun(stored, { state: 'asking', why: [refusal] }, changeLog, ports)
  /** What keeps the incident from being contained, and what is only to be said: the intruder must not hold off the one by the other. */
  const doubts: string[] = []
  const remarks: string[] = []
  const issued = issuedBy(incident)
  const applyAll = async (looked: readonly ReadStep[], others: ReadonlyMap<string, Bounds> = new Map()) => {
    const approved = new Set(approvedSteps(incident).map(({ target }) => target))
    const outcomes = new Map<Step, string | undefined>()
    const applyOne = async ({ step, value }: ReadStep) => {
      const key = keyOf(step.subject)
      const doubt = key === own ? undefined : boundOf(others.get(key), issued.has(key) || approved.has(step.target))
      // A deny of its own user is put there unseen: what stands under that name can only be ours. All else is left until it can be seen.
      const read = value.kind === 'seen' ? value.value : key === own && !isCredential(step.target) ? null : undefined
      const unseen = value.kind === 'failed' && read === undefined ? `could not be looked at: ${value.error}` : undefined
      outcomes.set(step, doubt ?? unseen ?? (read === undefined ? undefined : await applyStep(step, read, changeLog, ports)))
    }
    // IAM refuses two changes of one user or role at once (ConcurrentModification).
    const bySubject = Map.groupBy(looked, ({ step }) => keyOf(step.subject))
    await inParallel([...bySubject.values()], async (all) => {
      for (const one of all) await applyOne(one)
    })
    for (const { step } of looked) {
      const outcome = outcomes.get(step)
      const isOwn = keyOf(step.subject) === own
      // What the intruder made and took away again, or what IAM does not show yet: `verify` tries once more.
      if (outcome === undefined || (outcome === GONE && !isOwn)) continue
      // What it made is its own: while that is free, the incident is not contained.
      ;(isOwn || issued.has(keyOf(step.subject)) ? doubts : remarks).push(`${step.title}: ${outcome}`)
    }
  }
  await applyAll(exact.map((step, at) => ({ step, value: keys[at] as StepReading })))
  const [others, values, switches] = await Promise.all([
    boundsNow(
      rest.map((step) => step.subject).filter((one) => keyOf(one) !== own),
      incident,
      policy,
      ports,
    ),
    Promise.all(rest.map((step) => readStep(step, ports))),
    switchesOf(incident, ports),
  ])
  await applyAll([...rest.map((step, at) => ({ step, value: values[at] as StepReading })), ...(switches ?? [])], others)
  if (switches === undefined)
    doubts.push('its other credentials could not be listed: look at its SSH keys, certificates and service credentials')
  if (doubts.length === 0) return finishRun(stored, { state: 'contained', why: remarks }, changeLog, ports)
  return finishRun(stored, { state: 'asking', why: [...doubts, ...remarks] }, changeLog, ports)
}

/** What another bound refuses for certain takes no place of the breaker from what comes after it. */
function isRefusedAnyway({ identity }: Incident, policy: PolicyInForce['policy'], { account, clock }: ContainPorts): boolean {
  const isForeign = account !== undefined && identity.account !== account
  return isForeign || boundsFor(policy, identity.id, {}, clock.now()).protection !== undefined
}

interface ReadStep {
  readonly step: Step
  readonly value: StepReading
}

/** So many steps are taken at once: IAM throttles an account's changes at some ten a second. */
const AT_ONCE = 8

/** Runs `work` on every item, some at once, begun in order. Ends when all have; throws what the first that failed threw. */
async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items]
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item)
  }
  const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker))
  for (const one of ended) if (one.status === 'rejected') throw one.reason
}

/**
 * Takes what the lineage still lacks, on an incident that is contained: steps that no run has planned, because somebody could not
 * be looked at then. Who may not be touched is not.
 */
export async function applyMissing(
  { value: incident }: Versioned<Incident>,
  changeLog: ChangeLog,
  { policy }: PolicyInForce,
  ports: ContainPorts,
): Promise<void> {
  const planned = new Set(changeLog.changes.map(({ target }) => target))
  const all = planOf(incident, { quarantinePolicyArn: ports.quarantinePolicyArn, now: ports.clock.now() })
  const missing = all.filter(({ target }) => !planned.has(target))
  if (missing.length === 0) return
  const [bounds, values] = await Promise.all([
    boundsNow(
      missing.map(({ subject }) => subject),
      incident,
      policy,
      ports,
    ),
    Promise.all(missing.map((step) => readStep(step, ports))),
  ])
  const made = issuedBy(incident)
  for (const [at, step] of missing.entries()) {
    const value = values[at] as StepReading
    const key = keyOf(step.subject)
    if (value.kind === 'seen' && boundOf(bounds.get(key), made.has(key)) === undefined) await applyStep(step, value.value, changeLog, ports)
  }
}

/** The value of a step as it stands. A look that failed keeps that step from being taken, and no other. */
type StepReading = { readonly kind: 'seen'; readonly value: StepValue } | { readonly kind: 'failed'; readonly error: string }

async function readStep(step: Step, { iam, log }: ContainPorts): Promise<StepReading> {
  try {
    return { kind: 'seen', value: await step.read(iam) }
  } catch (cause) {
    const error = cause instanceof Error ? cause.name : 'unknown error'
    log.warn('contain.look.failed', { target: step.target, error })
    return { kind: 'failed', error }
  }
}

/** Users and roles that the compromised credential made itself: they are nobody else's, so no tier of theirs is asked. */
function issuedBy({ lineage }: Incident): Set<string> {
  return new Set(
    lineage.flatMap(({ kind, owner }) => {
      if (kind === 'user') return keyOf({ kind: 'iam-user', name: owner })
      return kind === 'role' ? keyOf({ kind, name: owner }) : []
    }),
  )
}

/**
 * Why somebody else that the lineage leads to is not touched, or undefined where it may be. `isFree`: it was made by the
 * credential, or a person approved the step; then only protection stands against it.
 */
function boundOf(bounds: Bounds | undefined, isFree: boolean): string | undefined {
  if (bounds === undefined) return 'its tags and path could not be read'
  if (bounds.protection !== undefined) return bounds.protection
  return isFree || bounds.mode === 'contain'
    ? undefined
    : `mode ${bounds.mode} of tier ${bounds.tier} does not contain: a person has to decide`
}

function subjectOf({ identity }: Incident): Subject {
  return { kind: identity.kind === 'role' ? 'role' : 'iam-user', name: identity.name }
}

const keyOf = ({ kind, name }: Subject) => `${kind} ${name}`

/** What the user has beside access keys, as steps with their values; undefined where it could not be listed. */
async function switchesOf({ identity }: Incident, { iam, log }: ContainPorts): Promise<ReadStep[] | undefined> {
  if (identity.kind !== 'iam-user') return []
  try {
    const switches = await iam.listSwitches(identity.name)
    return switches.map((one) => ({ step: switchInactive(identity.name, one), value: { kind: 'seen', value: one.status } }))
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
  { iam, clock }: ContainPorts,
): Promise<Map<string, Bounds>> {
  const distinct = new Map(subjects.map((subject) => [keyOf(subject), subject]))
  const all = [...distinct].map(async ([key, { kind, name }]) => {
    const isOwn = kind === identity.kind && name === identity.name
    const path = kind === 'role' ? 'role' : 'user'
    const one = isOwn ? identity : { id: `arn:aws:iam::${identity.account}:${path}/${name}`, kind, name, account: identity.account }
    // Always asked: a name from an event lacks the path by which a policy may protect the user.
    const known = await iam.describe(one).catch((cause: unknown) => {
      // Without its own bounds nothing may be done, so the whole is tried again; another's only keep that one from being touched.
      if (isOwn) throw cause
      return null
    })
    if (known === null) return []
    return [[key, boundsFor(policy, known?.arn ?? one.id, known?.tags ?? (needsTags(policy) ? undefined : {}), clock.now())] as const]
  })
  return new Map((await Promise.all(all)).flat())
}

/** A person's order stands in the place of the mode, and of no protection. Asked for only where the mode does not contain. */
async function withOrder(bounds: Bounds | undefined, incident: Incident, { record }: ContainPorts): Promise<Bounds | undefined> {
  if (bounds === undefined || bounds.mode === 'contain') return bounds
  return (await isOrdered(incident, record)) ? { ...bounds, mode: 'contain' } : bounds
}

function refusalOf(
  { identity }: Incident,
  bounds: Bounds | undefined,
  { isReserved, limit, steps, account }: { isReserved: boolean; limit: number; steps: number; account: string | undefined },
): string | undefined {
  if (account !== undefined && identity.account !== account) return foreignAccount(identity, account)
  if (steps === 0 || bounds === undefined) return 'nothing here that can be contained by API'
  if (bounds.protection !== undefined) return bounds.protection
  if (bounds.mode !== 'contain') return `mode ${bounds.mode} of tier ${bounds.tier} does not contain`
  return isReserved ? undefined : `breaker: ${limit} containments in this hour already`
}

/** Moves the incident on, the record first, has it looked at again, and tells people. */
async function finishRun(
  stored: Versioned<Incident>,
  outcome: { state: 'contained' | 'asking'; why: readonly string[] },
  changeLog: ChangeLog,
  ports: ContainPorts,
): Promise<void> {
  const { state, why } = outcome
  const said = why.length === 0 ? 'every step is in place' : why.join('; ')
  const isStill = () => !isReleaseOrdered(changeLog.changes)
  const entry = { kind: 'state', target: `incident:${stored.value.id}`, from: 'containing', to: state, why: said } as const
  // People may have released it meanwhile: then that is the last word.
  if ((await changeLog.write(entry, isStill)) === 'superseded') return
  const now = ports.clock.now()
  const moved = (incident: Incident): Incident | undefined => {
    // What came while this run was at work is not contained by it: it stays on its way, for a run of its own.
    if (incident.state !== 'containing' || hasMore(incident, stored.value)) return undefined
    const { decision } = incident
    const whys = [...decision.why.filter((line) => !why.includes(line)), ...why].slice(-WHY_LIMIT)
    const next = { ...incident, state, updatedAt: Math.max(now, incident.updatedAt), head: changeLog.head() }
    if (state === 'contained')
      return oweNotice({ ...next, containedAt: incident.containedAt ?? now, decision: { ...decision, why: whys } }, 'contained')
    return oweNotice({ ...next, decision: { ...decision, action: 'ask', why: whys } }, 'ask')
  }
  const finished = await updateIncident(stored, moved, ports.incidents)
  if (finished.value.state === 'containing') return ports.reverifyQueue.verifyLater(finished.value.id, [AGAIN_AFTER_SECONDS])
  ports.log.info('contain.closed', { incidentId: finished.value.id, state, steps: changeLog.changes.length })
  // The reverification is queued before the notice is sent: a notice that fails is owed, a reverification that was never queued is lost.
  await ports.reverifyQueue.verifyLater(finished.value.id, VERIFY_AFTER_SECONDS)
  await sendOwedNotice(finished, ports)
}

/** Whether there are suspects or things made that were not there when a run began. */
function hasMore(now: Incident, then: Incident): boolean {
  const isPrimary = ({ credentials }: Incident) => credentials.filter((one) => one.isPrimary).length
  return (
    now.lineage.length > then.lineage.length ||
    now.credentials.length > then.credentials.length ||
    isPrimary(now) > isPrimary(then) ||
    now.approved.length > then.approved.length
  )
}

const AGAIN_AFTER_SECONDS = 1

/** When a containment is looked at again: an intruder at work undoes it at once, or a minute later. */
const VERIFY_AFTER_SECONDS = [5, 15, 60] as const

/** The most lines of "why" that an incident keeps. */
const WHY_LIMIT = 20
