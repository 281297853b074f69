import { foreignAccount } from '../decide/decide.ts'
import { type Bounds, boundsFor } from '../domain/bounds.ts'
import { wordsFor } from '../domain/containable.ts'
import type { Incident } from '../domain/incident.ts'
import { HOUR_MS } from '../domain/time.ts'
import type { ContainPorts } from '../ports/contain.ts'
import type { Versioned } from '../ports/stores.ts'
import type { PolicyInForce } from '../record/policy-in-force.ts'
import { applyStep, GONE, NOT_READ_BACK } from './apply-step.ts'
import type { ChangeLog } from './change-log.ts'
import { finishRun, type RunOutcome } from './finish-run.ts'
import { approvedSteps, planOf } from './plan.ts'
import { goneSteps } from './progress.ts'
import { type ReadStep, readStep, readSwitches } from './read-step.ts'
import { accessKey } from './steps/access-key.ts'
import type { Step } from './steps/step.ts'
import { isNameOfIam } from './steps/step-kind.ts'
import { boundsOf, issuedBy, type Known, keyOf, ownBounds, refusalFor, subjectOf, wasThereBefore } from './subjects.ts'

/** The breaker lets at least so many users be contained in an hour, however few the account has. */
const MIN_USERS = 3

/**
 * Brings an incident in state `containing` to `contained`, or to `asking` where a bound stands against it, a step is not in place, or
 * its identity cannot be contained from here. `users` is how many the account has: the breaker lets a share of them be contained.
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
  const limit = Math.min(policy.breaker.containmentsPerHour, Math.max(MIN_USERS, Math.floor(policy.breaker.maxUserFraction * users)))
  const subject = subjectOf(incident)
  const own = subject && keyOf(subject)
  const isExact = (step: Step) => keyOf(step.subject) === own && step.kind === accessKey.kind
  const [exact, rest] = [steps.filter(isExact), steps.filter((step) => !isExact(step))]
  // One round trip for all that has to be known before the first step. What comes later is read later.
  const [bounds, isReserved, keys] = await Promise.all([
    ownBounds(incident, policy, ports),
    isRefusedAnyway(incident, policy, ports) ? false : ports.breaker.reserve(Math.floor(now / HOUR_MS), incident.id, limit),
    Promise.all(exact.map((step) => readStep(step, ports))),
  ])
  const refusal = refusalOf(incident, bounds, { isReserved, limit, steps: steps.length, account: ports.account })
  if (refusal !== undefined) return finishRun(stored, { kind: 'asking', why: [refusal] }, changeLog, ports)
  const run: Run = { incident, own, issued: issuedBy(incident), approved: new Set(approvedSteps(incident).map(({ target }) => target)) }
  const first = await applyAll(keys, { run, others: new Map(), changeLog }, ports)
  const [others, readings, switches] = await Promise.all([
    boundsOf(
      rest.map((step) => step.subject).filter((one) => keyOf(one) !== own),
      incident,
      policy,
      ports,
    ),
    Promise.all(rest.map((step) => readStep(step, ports))),
    readSwitches(incident, ports),
  ])
  const second = await applyAll([...readings, ...(switches ?? [])], { run, others, changeLog }, ports)
  const unlisted = switches === undefined ? [UNLISTED] : []
  await finishRun(stored, outcomeOf(run, [...first, ...second], { others, unlisted }), changeLog, ports)
}

const UNLISTED = 'its other credentials could not be listed: look at its SSH keys, certificates and service credentials'

/** What stays the same while one run applies its steps. */
interface Run {
  readonly incident: Incident
  /** The key of the incident's own user or role; undefined where it is neither. */
  readonly own: string | undefined
  /** The keys of the users and roles that the credential issued by the log, with the times of the calls (epoch ms). */
  readonly issued: ReadonlyMap<string, readonly number[]>
  /** The targets of the steps that a person approved. */
  readonly approved: ReadonlySet<string>
}

/** Why a step is not in place, or undefined where it is. */
interface Applied {
  readonly step: Step
  readonly doubt: string | undefined
}

/** Applies steps: those of one subject one after the other, since IAM refuses two changes of it at once, those of others in parallel. */
async function applyAll(
  steps: readonly ReadStep[],
  { run, others, changeLog }: { run: Run; others: ReadonlyMap<string, Known>; changeLog: ChangeLog },
  ports: ContainPorts,
): Promise<Applied[]> {
  const doubts = new Map<Step, string | undefined>()
  const bySubject = Map.groupBy(steps, ({ step }) => keyOf(step.subject))
  await inParallel([...bySubject.values()], async (all) => {
    for (const one of all) doubts.set(one.step, await applyOne(one, { run, others, changeLog }, ports))
  })
  return steps.map(({ step }) => ({ step, doubt: doubts.get(step) }))
}

async function applyOne(
  { step, reading }: ReadStep,
  { run, others, changeLog }: { run: Run; others: ReadonlyMap<string, Known>; changeLog: ChangeLog },
  ports: ContainPorts,
): Promise<string | undefined> {
  const key = keyOf(step.subject)
  const isOwn = key === run.own
  const refusal = isOwn
    ? undefined
    : refusalFor(others.get(key), { issuedAt: run.issued.get(key), isApproved: run.approved.has(step.target) })
  if (refusal !== undefined) return refusal
  if (reading.kind === 'read') return applyStep(step, reading.value, changeLog, ports)
  // A deny of its own user is put there unread: what stands under that name can only be ours. All else waits until it can be read.
  return isOwn && !step.isCredential ? applyStep(step, null, changeLog, ports) : `could not be looked at: ${reading.error}`
}

/**
 * What keeps an incident from being contained is told apart from what is only to be said: an intruder must not hold off the one by the
 * other. What the credential issued is its own: while that is free, the incident is not contained.
 */
function outcomeOf(
  { incident, own, issued }: Run,
  applied: readonly Applied[],
  { others, unlisted }: { others: ReadonlyMap<string, Known>; unlisted: readonly string[] },
): RunOutcome {
  const doubts: string[] = []
  const remarks: string[] = []
  let isUnread = false
  for (const { step, doubt } of applied) {
    const key = keyOf(step.subject)
    // What the intruder issued and took away again, or what IAM does not show yet: `verify` tries once more.
    if (doubt === undefined || (doubt === GONE && key !== own)) continue
    // A name that IAM cannot have given is nobody's: a person looks at the event, and nothing is left in use.
    const isNobody = key !== own && !isNameOfIam(step.subject.name)
    const known = others.get(key)
    // Who was in IAM before the call is somebody else, who is told of and keeps nobody from being contained.
    const isOther = known !== undefined && wasThereBefore(known, issued.get(key))
    const isOurs = (key === own || (issued.has(key) && !isOther)) && !isNobody
    if (doubt === NOT_READ_BACK && isOurs) isUnread = true
    else (isOurs ? doubts : remarks).push(`${step.title}: ${doubt}`)
  }
  doubts.push(...unlisted)
  if (own === undefined)
    doubts.push(`${wordsFor(incident.identity)} itself is still in use: it cannot be contained from here, a person has to act`)
  if (doubts.length > 0) return { kind: 'asking', why: [...doubts, ...remarks] }
  return isUnread ? { kind: 'unread' } : { kind: 'contained', remarks }
}

/** What another bound refuses for certain takes no place of the breaker from what comes after it. */
function isRefusedAnyway({ identity }: Incident, policy: PolicyInForce['policy'], { account, clock, ownRoles }: ContainPorts): boolean {
  const isForeign = account !== undefined && identity.account !== account
  return isForeign || boundsFor(policy, identity.id, {}, clock.now(), { ownRoles }).protection !== undefined
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

/** So many subjects are changed at once: IAM throttles an account's changes at some ten a second. */
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
 * Applies what the lineage still lacks, on an incident that was contained: steps that no run has planned, because somebody could not be
 * looked at then, and steps whose user or role was gone and is there again. Who may not be touched is not.
 */
export async function applyMissing(
  { value: incident }: Versioned<Incident>,
  changeLog: ChangeLog,
  { policy }: PolicyInForce,
  ports: ContainPorts,
): Promise<void> {
  const planned = new Set(changeLog.changes.map(({ target }) => target))
  const gone = goneSteps(changeLog.changes)
  const all = planOf(incident, { quarantinePolicyArn: ports.quarantinePolicyArn, now: ports.clock.now() })
  const missing = all.filter(({ target }) => !planned.has(target) || gone.has(target))
  if (missing.length === 0) return
  const [bounds, steps] = await Promise.all([
    boundsOf(
      missing.map(({ subject }) => subject),
      incident,
      policy,
      ports,
    ),
    Promise.all(missing.map((step) => readStep(step, ports))),
  ])
  const issued = issuedBy(incident)
  for (const { step, reading } of steps) {
    const key = keyOf(step.subject)
    const known = bounds.get(key)
    if (gone.has(step.target) && known?.isThere !== true) continue
    if (reading.kind === 'read' && refusalFor(known, { issuedAt: issued.get(key), isApproved: false }) === undefined)
      await applyStep(step, reading.value, changeLog, ports)
  }
}
