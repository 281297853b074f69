import { withReasons } from '../domain/decision.ts'
import type { Incident } from '../domain/incident.ts'
import { withNotice } from '../domain/incident-machine.ts'
import { errorName } from '../errors.ts'
import type { ContainPorts } from '../ports/contain.ts'
import type { Versioned } from '../ports/stores.ts'
import { sendOwedNotice } from '../record/notice.ts'
import type { PolicyInForce } from '../record/policy-in-force.ts'
import { updateIncident } from '../record/update-incident.ts'
import { applyStep, attempt, recordGone, restoreBefore } from './apply-step.ts'
import type { ChangeLog } from './change-log.ts'
import { type PlannedStep, reversalsOf, standingSteps } from './progress.ts'
import { isSameValue, type Step } from './steps/step.ts'
import { isUserDeny, stepFor } from './steps/steps.ts'
import { userBoundary } from './steps/user-boundary.ts'

/** A read may be older than a write by about 4 s: until then a difference is written over, but nobody is blamed for it. */
const CONSISTENT_MS = 5_000

/** A deny that was taken away so often is held by a boundary as well. */
const REVERSALS_BEFORE_BOUNDARY = 2

/** Who reverses once tries again: one more look, so many seconds after something was set again. */
const LOOK_AGAIN_SECONDS = 15

/**
 * Looks whether what was contained still is, and sets right what is not.
 *
 * Whoever gives back a containment goes through a verdict; so a difference here is somebody else's doing. It goes into the
 * record, is written over, and people are told with the highest priority. What is no longer there at all is let go.
 */
export async function verify(
  stored: Versioned<Incident>,
  changeLog: ChangeLog,
  { policy }: PolicyInForce,
  ports: ContainPorts,
): Promise<void> {
  const { override } = policy
  const isOff = override !== undefined && override.mode !== 'contain' && ports.clock.now() < Date.parse(override.until)
  /** Break-glass: what differs is said, and left so. */
  const handsOff = isOff ? `differs, and is left so: override until ${override.until}` : undefined
  const reversed: string[] = []
  const doubts: string[] = []
  for (const planned of standingSteps(changeLog.changes)) {
    const doubt = await enforceStep(planned, { changeLog, reversed, handsOff }, ports).catch((cause: unknown) =>
      failed(planned, cause, ports),
    )
    if (doubt !== undefined) doubts.push(`${planned.target}: ${doubt}`)
  }
  if (handsOff === undefined) doubts.push(...(await addBoundaries(changeLog, ports)))
  if (reversed.length > 0) await ports.reverifyQueue.verifyLater(stored.value.id, [LOOK_AGAIN_SECONDS])
  const lines = [...reversed.map((target) => `${target} was reversed by somebody else, and is set again`), ...doubts]
  const flagged = (incident: Incident): Incident | undefined => {
    const { decision, state } = incident
    const news = lines.filter((line) => !decision.why.includes(line))
    if (state === 'releasing' || state === 'released' || (reversed.length === 0 && news.length === 0)) return undefined
    return withNotice({ ...incident, priority: 100, head: changeLog.head(), decision: withReasons(decision, lines) }, 'reversed')
  }
  const updated = lines.length === 0 ? stored : await updateIncident(stored, flagged, ports.incidents)
  if (lines.length > 0)
    ports.log.warn('contain.reversed', { incidentId: updated.value.id, reversed: reversed.length, doubts: doubts.length })
  await sendOwedNotice(updated, ports)
}

/** A look that failed is a doubt of its step alone: the others are still held. */
function failed({ target }: PlannedStep, cause: unknown, { log }: ContainPorts): string {
  const name = errorName(cause)
  log.warn('contain.look.failed', { target, error: name })
  return `could not be looked at: ${name}`
}

async function enforceStep(
  planned: PlannedStep,
  { changeLog, reversed, handsOff }: { changeLog: ChangeLog; reversed: string[]; handsOff: string | undefined },
  ports: ContainPorts,
): Promise<string | undefined> {
  const { target, contained, at, isDone } = planned
  const step = stepFor(target)
  if (step === undefined) return undefined
  const now = await step.read(ports.iam)
  // A step that was not taken is tried again: a user that was made a moment ago may not have been there yet.
  if (!isDone) {
    await applyStep(step, now, changeLog, ports)
    return undefined
  }
  if (isSameValue(now, contained)) return undefined
  if (handsOff !== undefined) return handsOff
  const isReversal = ports.clock.now() - Date.parse(at) >= CONSISTENT_MS
  // A credential that is not there was deleted: that is not a change of its value, but its end.
  if (now === null && step.isCredential) return isReversal ? recordGone(step, changeLog) : undefined
  const isStanding = () => standingSteps(changeLog.changes).some((one) => one.target === target)
  if (isReversal && isUnsaid(step, changeLog, now)) {
    const why = 'not as contained: somebody else has changed it'
    const written = await changeLog.write({ kind: 'step-reversed', target, from: contained, to: now, why }, isStanding)
    // A release that ran meanwhile gives it back: then it is not to be set again.
    if (written === 'superseded') return undefined
  }
  const outcome = await attempt(step, contained, ports)
  if (outcome === 'gone') return isReversal ? recordGone(step, changeLog) : undefined
  if (outcome !== 'written') return `could not be set again: ${outcome}`
  // A release that ran meanwhile has given it back, and could not know of this write.
  const isOvertaken = isReversal
    ? (await changeLog.write({ kind: 'step-done', target, from: now, to: contained, why: 'set again' }, isStanding)) === 'superseded'
    : await changeLog.read().then(() => !isStanding())
  if (isOvertaken) await restoreBefore(step, planned, ports)
  else if (isReversal) reversed.push(target)
  return undefined
}

/** The same reversal, which could not be set right the last time either, is said once. */
function isUnsaid({ target }: Step, changeLog: ChangeLog, now: string | null): boolean {
  const last = changeLog.changes.findLast((change) => change.target === target)
  return last?.kind !== 'step-reversed' || last.to !== now
}

/** The users whose deny was taken away again and again get a boundary, which takes another right to remove. */
async function addBoundaries(changeLog: ChangeLog, ports: ContainPorts): Promise<string[]> {
  const { quarantinePolicyArn } = ports
  if (quarantinePolicyArn === undefined) return []
  const doubts: string[] = []
  for (const [target, times] of reversalsOf(changeLog.changes)) {
    const step = stepFor(target)
    if (step === undefined || !isUserDeny(step) || step.kind === userBoundary.kind || times < REVERSALS_BEFORE_BOUNDARY) continue
    const boundary = userBoundary.step({ userName: step.subject.name, policyArn: quarantinePolicyArn })
    const doubt = await boundary
      .read(ports.iam)
      .then((value) => applyStep(boundary, value, changeLog, ports))
      .catch((cause: unknown) => `could not be looked at: ${errorName(cause)}`)
    if (doubt !== undefined) doubts.push(`${boundary.target}: ${doubt}`)
  }
  return doubts
}
