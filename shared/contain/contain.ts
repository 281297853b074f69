import { foreignAccount } from '../decide/decide.ts'
import { wordsFor } from '../domain/containable.ts'
import { heldBackBy } from '../domain/held-back.ts'
import type { Incident } from '../domain/incident.ts'
import type { ContainPorts } from '../ports/contain.ts'
import type { Versioned } from '../ports/stores.ts'
import type { PolicyInForce } from '../record/policy-in-force.ts'
import { applyStep, goneDoubt, isWrite, NOT_READ_BACK } from './apply-step.ts'
import type { ChangeLog } from './change-log.ts'
import { finishRun, type RunOutcome } from './finish-run.ts'
import { incidentRefusal } from './permission.ts'
import { approvedSteps, planContext, planOf } from './plan.ts'
import { type ReadStep, readStep, readSwitches } from './read-step.ts'
import { reservePlace } from './reserve-place.ts'
import { accessKey } from './steps/access-key.ts'
import type { Step } from './steps/step.ts'
import { isNameOfIam } from './steps/step-kind.ts'
import { isWholeDeny } from './steps/steps.ts'
import { strangerIn } from './stranger.ts'
import { boundsOf, type IssuedAt, isAnother, issuedBy, type Known, keyOf, ownBounds, refusalFor, subjectOf } from './subjects.ts'

/**
 * Brings an incident in state `containing` to `contained`, or to `asking` where a bound stands against it, a step is not in place, or
 * its identity cannot be contained from here. `users` is how many the account has: the breaker lets a share of them be contained.
 */
export async function contain(
  stored: Versioned<Incident>,
  changeLog: ChangeLog,
  inForce: PolicyInForce & { readonly users: number },
  ports: ContainPorts,
): Promise<void> {
  const incident = stored.value
  const { policy } = inForce
  const ask = (why: string) => finishRun(stored, { kind: 'asking', why: [why] }, changeLog, ports)
  // Before anything is read: a name of another account would be that of a namesake here.
  const foreign = foreignAccount(incident.identity, ports)
  if (foreign !== undefined) return ask(foreign)
  const steps = planOf(incident, planContext(ports))
  const subject = subjectOf(incident)
  const own = subject && keyOf(subject)
  const isExact = (step: Step) => keyOf(step.subject) === own && step.kind === accessKey.kind
  const [exact, rest] = [steps.filter(isExact), steps.filter((step) => !isExact(step))]
  // One round trip for all that has to be known before the first step. What comes later is read later.
  const [{ bounds, known }, keys] = await Promise.all([
    ownBounds(incident, policy, ports),
    Promise.all(exact.map((step) => readStep(step, ports))),
  ])
  const refusal = incidentRefusal(incident, steps.length === 0 ? undefined : bounds, { of: 'containment', acting: ports })
  if (refusal !== undefined) return ask(refusal)
  const approved = new Set(approvedSteps(incident).map(({ target }) => target))
  const stranger = subject === undefined || known === undefined ? undefined : strangerIn(incident, subject, known)
  const isThere = known?.isThere === true && stranger === undefined
  const run: Run = { incident, own, isThere, stranger, issued: issuedBy(incident), approved }
  const isEarly = keys.some((one) => isWritten(one, { run, others: new Map(), changeLog }))
  const full = isEarly ? await reservePlace(incident, inForce, ports) : undefined
  if (full !== undefined) return ask(full)
  const first = await applyAll(keys, { run, others: new Map(), changeLog, isPlaced: isEarly }, ports)
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
  const all = [...readings, ...(switches ?? [])]
  const isLate = !isEarly && all.some((one) => isWritten(one, { run, others, changeLog }))
  const fullNow = isLate ? await reservePlace(incident, inForce, ports) : undefined
  if (fullNow !== undefined) return ask(fullNow)
  const second = await applyAll(all, { run, others, changeLog, isPlaced: isEarly || isLate }, ports)
  const unlisted = switches === undefined ? [UNLISTED] : []
  await finishRun(stored, outcomeOf(run, [...first, ...second], { others, unlisted }), changeLog, ports)
}

const UNLISTED = 'its other credentials could not be listed: look at its SSH keys, certificates and service credentials'

/** What stays the same while one run applies its steps. */
interface Run {
  readonly incident: Incident
  /** The key of the incident's own user or role; undefined where it is neither. */
  readonly own: string | undefined
  /** Whether IAM shows that user or role. */
  readonly isThere: boolean
  /** Why it is another one than the one that acted; undefined where it is not. */
  readonly stranger: string | undefined
  /** The users and roles that the credential issued by the log. */
  readonly issued: ReadonlyMap<string, IssuedAt>
  /** The targets of the steps that a person approved. */
  readonly approved: ReadonlySet<string>
}

/** What a step is applied in. `others` is who else the plan touches; `isPlaced`: the run has taken its place of the breaker. */
interface Context {
  readonly run: Run
  readonly others: ReadonlyMap<string, Known>
  readonly changeLog: ChangeLog
  readonly isPlaced: boolean
}

/** Why a step is not in place, or undefined where it is. */
interface Applied {
  readonly step: Step
  readonly doubt: string | undefined
}

/** Applies steps: those of one subject one after the other, since IAM refuses two changes of it at once, those of others in parallel. */
async function applyAll(steps: readonly ReadStep[], context: Context, ports: ContainPorts): Promise<Applied[]> {
  const doubts = new Map<Step, string | undefined>()
  const bySubject = Map.groupBy(steps, ({ step }) => keyOf(step.subject))
  await inParallel([...bySubject.values()], async (all) => {
    for (const one of all) doubts.set(one.step, await applyOne(one, context, ports))
  })
  return steps.map(({ step }) => ({ step, doubt: doubts.get(step) }))
}

async function applyOne(one: ReadStep, context: Context, ports: ContainPorts): Promise<string | undefined> {
  const { step, reading } = one
  const { run, changeLog } = context
  const isOwn = keyOf(step.subject) === run.own
  const refusal = refusalOfStep(step, context)
  if (refusal !== undefined) return refusal
  // A run without a place of the breaker writes nothing, not even for a subject that IAM may not show yet.
  if (!context.isPlaced && isChange(one, context)) return goneDoubt(step)
  if (reading.kind === 'read') return applyStep(step, reading.value, changeLog, ports)
  // A deny of its own user is put there unread: what stands under that name can only be ours. All else waits until it can be read.
  return isOwn && !step.isCredential ? applyStep(step, null, changeLog, ports) : `could not be looked at: ${reading.error}`
}

/** Why a step is not applied, or undefined where it is; the incident's own bounds were asked for before. */
function refusalOfStep(step: Step, { run, others }: Pick<Context, 'run' | 'others'>): string | undefined {
  const key = keyOf(step.subject)
  if (key === run.own) return run.stranger
  return refusalFor(others.get(key), { issued: run.issued.get(key), isApproved: run.approved.has(step.target), isWhole: isWholeDeny(step) })
}

/** True where applying the step writes to IAM: its subject is there, no bound refuses it, and something is not as the step wants it. */
function isWritten(one: ReadStep, context: Omit<Context, 'isPlaced'>): boolean {
  const { step, reading } = one
  const key = keyOf(step.subject)
  const isShown = key === context.run.own ? context.run.isThere : context.others.get(key)?.isThere === true
  const isThere = isShown || (reading.kind === 'read' && reading.value !== null)
  return isThere && refusalOfStep(step, context) === undefined && isChange(one, context)
}

function isChange({ step, reading }: ReadStep, { run, changeLog }: Pick<Context, 'run' | 'changeLog'>): boolean {
  if (reading.kind === 'read') return isWrite(step, reading.value, changeLog)
  return keyOf(step.subject) === run.own && !step.isCredential
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
    if (doubt === undefined || (doubt === goneDoubt(step) && key !== own)) continue
    // A name that IAM cannot have given is nobody's: a person looks at the event, and nothing is left in use.
    const isNobody = key !== own && !isNameOfIam(step.subject.name)
    const known = others.get(key)
    // Who was in IAM before the call is somebody else, who is told of and keeps nobody from being contained.
    const isOther = known !== undefined && isAnother(known, issued.get(key))
    const isOurs = (key === own || (issued.has(key) && !isOther)) && !isNobody
    if (doubt === NOT_READ_BACK && isOurs) isUnread = true
    // What the credential has in an account that refuses the responder goes on there.
    else if (known?.isRefused === true) doubts.push(heldBackBy(`${step.title}: ${doubt}`))
    else (isOurs ? doubts : remarks).push(`${step.title}: ${doubt}`)
  }
  doubts.push(...unlisted)
  if (own === undefined)
    doubts.push(`${wordsFor(incident.identity)} itself is still in use: it cannot be contained from here, a person has to act`)
  if (doubts.length > 0) return { kind: 'asking', why: [...doubts, ...remarks] }
  return isUnread ? { kind: 'unread' } : { kind: 'contained', remarks }
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
