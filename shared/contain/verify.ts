import { withReasons } from '../domain/decision.ts'
import type { Incident } from '../domain/incident.ts'
import { withNotice } from '../domain/incident-machine.ts'
import { goneSteps, type PlannedStep, reversalsOf, standingSteps } from '../domain/progress.ts'
import { errorName } from '../errors.ts'
import type { ContainPorts } from '../ports/contain.ts'
import type { Versioned } from '../ports/stores.ts'
import { sendOwedNotice } from '../record/notice.ts'
import type { PolicyInForce } from '../record/policy-in-force.ts'
import { updateIncident } from '../record/update-incident.ts'
import { admitter } from './admit-step.ts'
import { applyStep, attempt, isGoneEntry, recordGone, restoreBefore } from './apply-step.ts'
import type { ChangeLog } from './change-log.ts'
import { findRenames, followRenames } from './follow-renames.ts'
import { iamOf, quarantineArnFor } from './in-account.ts'
import { refusalToSet } from './refusal-to-set.ts'
import { isRestriction } from './steps/quarantine.ts'
import { isSameValue, type Step } from './steps/step.ts'
import { isUserDeny, stepFor } from './steps/steps.ts'
import { userBoundary } from './steps/user-boundary.ts'
import { findSelf, isOfStranger, leaveAlone } from './stranger.ts'
import { isOlderLine, reversalNews, SET_AGAIN } from './tell-reversals.ts'

/** IAM's reads lag about 4 s behind its writes. A difference within this time is written over, and not reported as a reversal. */
const CONSISTENT_MS = 5_000

/** After so many reversals of a deny, a permissions boundary denies the user as well. */
const REVERSALS_BEFORE_BOUNDARY = 2

/** When a reversal is verified again, in seconds: whoever reverses once tries again. */
const LOOK_AGAIN_SECONDS = 15

/**
 * Verifies that every step of an incident is still in place, and applies those again that are not.
 *
 * A release goes through a verdict, so any other difference is somebody else's doing. It goes into the record, is written over, and people
 * are told with the highest priority. A step whose user, role or credential is gone is closed, and people are told that too.
 */
export async function verify(
  stored: Versioned<Incident>,
  changeLog: ChangeLog,
  { told = [], ...inForce }: PolicyInForce & { readonly users: number; readonly told?: readonly string[] },
  ports: ContainPorts,
): Promise<void> {
  const { current, stranger, doubts } = await findSelf(stored, changeLog, ports)
  const first = await verifyOnce(current, { changeLog, stranger }, inForce, ports)
  // Under an old name a step is gone, or was never applied.
  const open = standingSteps(changeLog.changes).flatMap(({ isDone, target }) => (isDone ? [] : [target]))
  const renamed = await findRenames(current, [...goneSteps(changeLog.changes), ...open], ports)
  // Steps that are gone under the old name of a user are looked at under the new one at once.
  const moved = renamed === current ? [] : await followRenames(renamed.value, changeLog, ports)
  const second = moved.length === 0 ? NOTHING : await verifyOnce(renamed, { changeLog, stranger: undefined }, inForce, ports)
  const why = whysOf(changeLog)
  // What was deleted when a key was rotated is told by the rotation.
  const rotated = new Set(changeLog.changes.flatMap(({ kind, target }) => (kind === 'rotation-deleted' ? [target] : [])))
  const look: Look = {
    reversed: [...first.reversed, ...second.reversed],
    doubts: [...told, ...doubts, ...moved, ...first.doubts, ...second.doubts],
    gone: [...first.gone, ...second.gone].filter((target) => isGoneEntry(stepFor(target), why.get(target)) && !rotated.has(target)),
  }
  await tell(renamed, look, changeLog, ports)
}

/** What a look found: targets that somebody reversed and that are set again, doubts in words, and targets of which nothing is there any more. */
interface Look {
  readonly reversed: readonly string[]
  readonly doubts: readonly string[]
  readonly gone: readonly string[]
}

/** The reason of the last entry of each target. */
function whysOf({ changes }: ChangeLog): Map<string, string> {
  return new Map(changes.map(({ target, why }) => [target, why]))
}

const NOTHING: Look = { reversed: [], doubts: [], gone: [] }

async function verifyOnce(
  stored: Versioned<Incident>,
  { changeLog, stranger }: { changeLog: ChangeLog; stranger: string | undefined },
  inForce: PolicyInForce & { readonly users: number },
  ports: ContainPorts,
): Promise<Look> {
  const { override } = inForce.policy
  const isOff = override !== undefined && override.mode !== 'contain' && ports.clock.now() < Date.parse(override.until)
  /** Set under break-glass: a difference is reported and left as it is, but for that of a restriction where the override restricts. */
  const handsOff = isOff ? `differs, and is left so: override until ${override.until}` : undefined
  const isSet = ({ contained }: PlannedStep) => override?.mode === 'restrict' && isRestriction(contained)
  const reversed: string[] = []
  const doubts: string[] = []
  const standing = standingSteps(changeLog.changes)
  const admit = await admitter(stored.value, standing, { changeLog, inForce }, ports)
  const lookAt = async (planned: PlannedStep) => {
    if (isOfStranger(planned, stored.value, stranger)) return leaveAlone(planned, changeLog, ports)
    const { isAdmitted, doubt } = await admit(planned)
    if (!isAdmitted) return doubt
    return enforceStep(planned, { incident: stored.value, changeLog, reversed, handsOff: isSet(planned) ? undefined : handsOff }, ports)
  }
  for (const planned of standing) {
    const look = lookAt(planned)
    const doubt = await look.catch((cause: unknown) => failed(planned, cause, ports))
    if (doubt !== undefined) doubts.push(`${planned.target}: ${doubt}`)
  }
  if (handsOff === undefined) doubts.push(...(await addBoundaries(changeLog, ports)))
  if (reversed.length > 0) await ports.reverifyQueue.verifyLater(stored.value.id, [LOOK_AGAIN_SECONDS])
  const gone = goneSteps(changeLog.changes)
  if (stranger !== undefined && standing.length > 0) doubts.push(stranger)
  return { reversed, doubts, gone: standing.flatMap(({ target }) => (gone.has(target) ? [target] : [])) }
}

/** So many lines are told of one look. Together with what else is said of a decision they stay within the reasons that it keeps, by which is known what was told. */
const LINES_LIMIT = 12

function shortened(lines: readonly string[]): readonly string[] {
  return lines.length <= LINES_LIMIT ? lines : [...lines.slice(0, LINES_LIMIT), `and ${lines.length - LINES_LIMIT} more like these`]
}

/**
 * Tells people what a look found, each line once, and reversals at growing intervals. What went by itself changes no priority: it is out of use.
 */
async function tell(
  stored: Versioned<Incident>,
  { reversed, doubts, gone }: Look,
  changeLog: ChangeLog,
  ports: ContainPorts,
): Promise<void> {
  const { id } = stored.value
  const now = ports.clock.now()
  const news = reversalNews(changeLog.changes, now)
  const reversals = news.kind === 'due' ? news.lines : []
  // One look is enough for all that are reversed until then.
  if (news.kind === 'waits' && news.count <= reversed.length) await ports.reverifyQueue.verifyLater(id, [Math.ceil((news.at - now) / 1000)])
  const alarms = [...reversals, ...doubts]
  const why = whysOf(changeLog)
  const lines = shortened([...alarms, ...gone.map((target) => `${target}: ${why.get(target)}`)])
  let isTold = false
  const flagged = (incident: Incident): Incident | undefined => {
    const { decision, state } = incident
    isTold = state !== 'releasing' && state !== 'released' && (reversals.length > 0 || lines.some((line) => !decision.why.includes(line)))
    if (!isTold) return undefined
    const why = decision.why.filter((line) => !isOlderLine(line, reversals))
    const told = { ...incident, head: changeLog.head(), decision: withReasons({ ...decision, why }, lines) }
    return alarms.length === 0 ? withNotice(told, 'step-gone') : withNotice({ ...told, priority: 100 }, 'reversed')
  }
  const updated = await updateIncident(stored, flagged, ports.incidents)
  if (lines.length > 0 || reversed.length > 0)
    ports.log.warn('contain.reversed', { incidentId: id, reversed: reversed.length, doubts: doubts.length, gone: gone.length })
  await sendOwedNotice(updated, ports)
  // Noted after it was sent: people are told at least once.
  if (isTold && reversals.length > 0)
    await changeLog.write({ kind: 'notice', target: `incident:${id}`, from: null, to: 'reversed', why: reversals.join('; ') })
}

/** Turns a failed read into a doubt about that step alone, so that the others are still verified. */
function failed({ target }: PlannedStep, cause: unknown, { log }: ContainPorts): string {
  const name = errorName(cause)
  log.warn('contain.look.failed', { target, error: name })
  return `could not be looked at: ${name}`
}

async function enforceStep(
  planned: PlannedStep,
  {
    incident,
    changeLog,
    reversed,
    handsOff,
  }: { incident: Incident; changeLog: ChangeLog; reversed: string[]; handsOff: string | undefined },
  ports: ContainPorts,
): Promise<string | undefined> {
  const { target, contained, at, isDone } = planned
  const step = stepFor(target)
  if (step === undefined) return undefined
  const now = await step.read(iamOf(step.subject, ports))
  const isAsSet = isSameValue(now, contained)
  const refusal = isAsSet
    ? undefined
    : refusalToSet(step, planned, {
        now,
        incident,
        quarantinePolicyArn: quarantineArnFor(step.subject, ports),
      })
  // What was never set needs no word: nothing was changed.
  if (refusal !== undefined) return isDone && ports.clock.now() - Date.parse(at) >= CONSISTENT_MS ? refusal : undefined
  // A step that was not applied is tried again: a user that was created a moment ago may not have been visible yet.
  if (!isDone) {
    await applyStep(step, now, changeLog, ports)
    return undefined
  }
  if (isAsSet) return undefined
  if (handsOff !== undefined) return handsOff
  const isReversal = ports.clock.now() - Date.parse(at) >= CONSISTENT_MS
  // A credential that is gone was deleted. That ends it and reverses nothing.
  if (now === null && step.isCredential) return isReversal ? recordGone(step, changeLog) : undefined
  const isStanding = () => standingSteps(changeLog.changes).some((one) => one.target === target)
  if (isReversal && isUnsaid(step, changeLog, now)) {
    const why = 'not as contained: somebody else has changed it'
    const written = await changeLog.write({ kind: 'step-reversed', target, from: contained, to: now, why }, isStanding)
    // A release that ran meanwhile undoes the step, so it is not applied again.
    if (written === 'superseded') return undefined
  }
  const outcome = await attempt(step, contained, ports)
  if (outcome === 'gone') return isReversal ? recordGone(step, changeLog) : undefined
  if (outcome !== 'written') return `could not be set again: ${outcome}`
  // A release that ran meanwhile has undone the step before this write, so this write is undone as well.
  const isOvertaken = isReversal
    ? (await changeLog.write({ kind: 'step-done', target, from: now, to: contained, why: SET_AGAIN }, isStanding)) === 'superseded'
    : await changeLog.read().then(() => !isStanding())
  if (isOvertaken) await restoreBefore(step, planned, changeLog, ports)
  else if (isReversal) reversed.push(target)
  return undefined
}

/** Returns false where the last entry already reports this reversal: one that cannot be set right is reported once. */
function isUnsaid({ target }: Step, changeLog: ChangeLog, now: string | null): boolean {
  const last = changeLog.changes.findLast((change) => change.target === target)
  return last?.kind !== 'step-reversed' || last.to !== now
}

/** Adds a permissions boundary to users whose deny was reversed repeatedly. Removing it takes another right. */
async function addBoundaries(changeLog: ChangeLog, ports: ContainPorts): Promise<string[]> {
  const doubts: string[] = []
  // A boundary denies everything, which is more than a restriction may.
  const denied = new Set(
    standingSteps(changeLog.changes).flatMap((one) => (changeLog.own.has(one) && !isRestriction(one.contained) ? [one.target] : [])),
  )
  for (const [target, times] of reversalsOf(changeLog.changes)) {
    if (!denied.has(target)) continue
    const step = stepFor(target)
    if (step === undefined || !isUserDeny(step) || step.kind === userBoundary.kind || times < REVERSALS_BEFORE_BOUNDARY) continue
    const { name, account } = step.subject
    const policyArn = quarantineArnFor(step.subject, ports)
    if (policyArn === undefined) continue
    const boundary = userBoundary.step({ userName: name, policyArn }, {}, account)
    const doubt = await boundary
      .read(iamOf(boundary.subject, ports))
      .then((value) => applyStep(boundary, value, changeLog, ports))
      .catch((cause: unknown) => `could not be looked at: ${errorName(cause)}`)
    if (doubt !== undefined) doubts.push(`${boundary.target}: ${doubt}`)
  }
  return doubts
}
