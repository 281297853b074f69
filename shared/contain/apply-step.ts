import { goneReason } from '../domain/gone-text.ts'
import { isReleaseOrdered, type PlannedStep, standingSteps } from '../domain/progress.ts'
import { MINUTE_MS } from '../domain/time.ts'
import { errorName, RefusedInAccount } from '../errors.ts'
import type { ContainPorts } from '../ports/contain.ts'
import { isReleaseAllowed, readOrders } from '../record/orders.ts'
import type { ChangeLog } from './change-log.ts'
import { iamOf } from './in-account.ts'
import { isContainment, isRestriction } from './steps/quarantine.ts'
import { isSameValue, type Step, type StepValue, type WriteOutcome } from './steps/step.ts'

/**
 * Applies one step: writes the undo record, changes the value, reads it back. Returns a doubt where the step is not in place.
 *
 * `read` is the value as it stands. A step that an earlier run planned keeps that run's undo record, so that a release restores the value
 * from before the first run. Where AWS has no room, the next rung of the ladder is applied in its place.
 */
export async function applyStep(step: Step, read: StepValue, changeLog: ChangeLog, ports: ContainPorts): Promise<string | undefined> {
  const standing = () => standingOf(step, changeLog)
  const wanted = wantedOf(step, read, standing())
  if (wanted === undefined) return undefined
  const before = standing()
  if (before === undefined || !isSameValue(before.contained, wanted)) {
    // A policy of our name that somebody else put there is planned all the same, so that it is verified.
    const isUnplanned = () => standing()?.contained !== wanted && !isOvertaken(wanted, standing()) && !isReleaseOrdered(changeLog.changes)
    const from = before === undefined ? read : before.before
    const planned = await changeLog.write({ kind: 'step-planned', target: step.target, from, to: wanted, why: step.title }, isUnplanned)
    // A release that ran meanwhile undoes every step, so none is applied any more.
    if (planned === 'superseded' && (isReleaseOrdered(changeLog.changes) || isOvertaken(wanted, standing()))) return undefined
  }
  // Before the write: what stands in IAM by contain's doing is always among its own steps.
  const noted = standing()
  if (noted !== undefined && isSameValue(noted.contained, wanted)) await changeLog.own.note(noted, step.title)
  const outcome = isSameValue(read, wanted) ? 'written' : await attempt(step, wanted, ports)
  if (outcome === 'gone' && read === null && before?.isDone === true) return recordGone(step, changeLog)
  if (outcome !== 'written') {
    const failure = failureText(outcome, step)
    // A failure is recorded once.
    const last = changeLog.changes.findLast(({ target }) => target === step.target)
    if (last?.kind !== 'step-failed' || last.why !== failure)
      await changeLog.write({ kind: 'step-failed', target: step.target, from: read, to: wanted, why: failure })
    const next = outcome === 'quota' ? step.nextRung : undefined
    if (next === undefined) return failure
    return applyStep(next, await next.read(iamOf(next.subject, ports)), changeLog, ports)
  }
  const isOpen = () => standing()?.isDone === false && !isOvertaken(wanted, standing())
  if (!isOpen() && isSameValue(read, wanted)) return undefined
  const isReadBack = isSameValue(await step.read(iamOf(step.subject, ports)).catch(() => null), wanted)
  if (isOpen()) {
    const why = isReadBack ? 'read back' : NOT_READ_BACK
    const planned = standing()
    await changeLog.write({ kind: 'step-done', target: step.target, from: read, to: wanted, why }, isOpen)
    if (planned !== undefined && standing() === undefined) {
      await restoreBefore(step, planned, changeLog, ports)
      return undefined
    }
  }
  const now = standing()
  if (now !== undefined && isOvertaken(wanted, now)) return setAgain(step, now, ports)
  if (isReadBack) return undefined
  // IAM is consistent after about 4 s: a read that is still old does not say at once that the write was lost.
  const isLag = ports.clock.now() - Date.parse(standing()?.at ?? '') < LAG_MS
  return isLag ? NOT_READ_BACK : 'accepted by IAM, and for a minute not seen there'
}

/** True where another run has planned a containment meanwhile, of which a restriction does not take the place. */
function isOvertaken(wanted: StepValue, standing: PlannedStep | undefined): boolean {
  return standing !== undefined && isRestriction(wanted) && isContainment(standing.contained)
}

/** Sets the containment that another run planned, over which this run may have written a restriction. */
async function setAgain(
  step: Step,
  { contained }: PlannedStep,
  ports: Pick<ContainPorts, 'iam' | 'account' | 'accounts' | 'log'>,
): Promise<string | undefined> {
  ports.log.warn('contain.step.overtaken', { target: step.target })
  const outcome = await attempt(step, contained, ports)
  return outcome === 'written' ? undefined : failureText(outcome, step)
}

/** Undoes a write that came after a release had undone its step. The value from before is written only where a person ordered that release. */
export async function restoreBefore(
  step: Step,
  { before }: PlannedStep,
  changeLog: ChangeLog,
  { log, record, ...ports }: Pick<ContainPorts, 'iam' | 'account' | 'accounts' | 'log' | 'record'>,
): Promise<void> {
  const { changes, incidentId } = changeLog
  if (!isReleaseAllowed(changes, await readOrders(incidentId, record))) {
    log.warn('release.unordered', { incidentId, of: step.target })
    return
  }
  log.warn('contain.step.overtaken', { target: step.target })
  await step.write(iamOf(step.subject, ports), before)
  await changeLog.own.close(step.target, 'step-undone', 'a release had undone it')
}

/** The doubt about a step that IAM has accepted and does not show yet. */
export const NOT_READ_BACK = 'accepted by IAM, not read back yet'

/** Longer than IAM's reads lag behind its writes. */
const LAG_MS = MINUTE_MS

/** The doubt about a step whose identity or credential is not there, and why such a step is closed: names which. */
export function goneDoubt({ kind, target, subject, isCredential }: Step): string {
  const account = subject.account === undefined ? '' : ` in account ${subject.account}`
  const owner = `${subject.kind === 'role' ? 'role' : 'user'} ${subject.name}${account}`
  return goneReason(
    isCredential ? `${kind.replaceAll('-', ' ')} ${target.slice(target.lastIndexOf('/') + 1)} of ${subject.name}${account}` : owner,
  )
}

/** The reason in records of 0.1.0 and 0.2.0, which named nothing. */
const GONE_UNNAMED = 'it is no longer there'

/** True where a step was closed because its user, role or credential was gone, and not by a release. */
export function isGoneEntry(step: Step | undefined, why: string | undefined): boolean {
  return step !== undefined && (why === goneDoubt(step) || why === GONE_UNNAMED)
}

function failureText(outcome: string, step: Step): string {
  if (outcome === 'gone') return goneDoubt(step)
  return outcome === 'quota' ? 'an AWS quota is used up' : `AWS answered ${outcome}`
}

/** Closes a step whose user, role or credential is gone: nothing is left to verify or to undo. */
export async function recordGone(step: Step, changeLog: ChangeLog): Promise<undefined> {
  const { target } = step
  const isStanding = () => standingSteps(changeLog.changes).some((one) => one.target === target)
  await changeLog.write({ kind: 'step-gone', target, from: null, to: null, why: goneDoubt(step) }, isStanding)
}

export function standingOf(step: Step, changeLog: ChangeLog): PlannedStep | undefined {
  return standingSteps(changeLog.changes).find(({ target }) => target === step.target)
}

/** True where `applyStep` would change the value in IAM. */
export function isWrite(step: Step, read: StepValue, changeLog: ChangeLog): boolean {
  const wanted = wantedOf(step, read, standingOf(step, changeLog))
  return wanted !== undefined && !isSameValue(read, wanted)
}

/** The value wanted: what a step in force has set, unless the step now asks for more. */
function wantedOf(step: Step, read: StepValue, standing: PlannedStep | undefined): StepValue | undefined {
  return standing === undefined ? step.contained(read) : (step.contained(standing.contained) ?? standing.contained)
}

/** Writes a value. A refused call becomes a doubt that a person reads, so that the other steps are still applied. */
export async function attempt(
  step: Step,
  wanted: StepValue,
  { log, ...ports }: Pick<ContainPorts, 'iam' | 'account' | 'accounts' | 'log'>,
): Promise<WriteOutcome | string> {
  try {
    return await step.write(iamOf(step.subject, ports), wanted)
  } catch (cause) {
    const name = errorName(cause)
    log.warn('contain.step.failed', { target: step.target, error: name })
    return cause instanceof RefusedInAccount ? cause.message : name
  }
}
