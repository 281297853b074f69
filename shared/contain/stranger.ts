import type { Incident } from '../domain/incident.ts'
import type { PlannedStep } from '../domain/progress.ts'
import { errorName } from '../errors.ts'
import type { ContainPorts } from '../ports/contain.ts'
import type { Versioned } from '../ports/stores.ts'
import { recordGone } from './apply-step.ts'
import type { ChangeLog } from './change-log.ts'
import { findOwnName, followRenames } from './follow-renames.ts'
import { iamOf } from './in-account.ts'
import { isSameValue, type Subject } from './steps/step.ts'
import { stepFor } from './steps/steps.ts'
import { isIssued, issuedBy, type Known, keyOf, subjectOf } from './subjects.ts'

/**
 * Why the user or role that IAM shows under the name of an incident's own is another one, or undefined where it is the same, or where nothing is known.
 * What the incident's credentials created under that name is theirs.
 */
export function strangerIn(incident: Incident, subject: Subject, known: Omit<Known, 'bounds'>): string | undefined {
  const { principalId } = incident.identity
  if (principalId === undefined || known.principalId === undefined || known.principalId === principalId) return undefined
  if (isIssued(known, issuedBy(incident).get(keyOf(subject)))) return undefined
  return `in IAM ${subject.name} is another one now (${known.principalId}); ${principalId} acted, and was renamed or deleted`
}

/** The incident under the name that its own user has now. `stranger`: why the name is another's, where that is so and the new name is not known. */
export interface Self {
  readonly current: Versioned<Incident>
  readonly stranger: string | undefined
  readonly doubts: readonly string[]
}

/** Looks in IAM whether an incident's own name is still its user's or role's. IAM is asked only where the unique id is known. */
export async function findSelf(stored: Versioned<Incident>, changeLog: ChangeLog, ports: ContainPorts): Promise<Self> {
  const stranger = await findStranger(stored.value, ports)
  if (stranger === undefined) return { current: stored, stranger, doubts: [] }
  const current = await findOwnName(stored, ports)
  return current === stored
    ? { current, stranger, doubts: [stranger] }
    : { current, stranger: undefined, doubts: await followRenames(current.value, changeLog, ports) }
}

async function findStranger(incident: Incident, { iam, log }: ContainPorts): Promise<string | undefined> {
  const subject = subjectOf(incident)
  if (subject === undefined || incident.identity.principalId === undefined) return undefined
  const known = await iam.describe(incident.identity).catch((cause: unknown) => {
    // Nothing is known then: the steps are looked at as they are.
    log.warn('contain.stranger.unknown', { error: errorName(cause) })
    return undefined
  })
  return known === undefined ? undefined : strangerIn(incident, subject, { ...known, isThere: true })
}

/** True for a step on the incident's own user or role where another one has the name now. */
export function isOfStranger({ target }: PlannedStep, incident: Incident, stranger: string | undefined): boolean {
  if (stranger === undefined) return false
  const [own, step] = [subjectOf(incident), stepFor(target)]
  return own !== undefined && step !== undefined && keyOf(step.subject) === keyOf(own)
}

/**
 * Closes a step that was on another under the same name. Where our value stands, nothing is taken away: respond may write who acted, so that alone is no
 * ground to set anybody free. A person has to look.
 */
export async function leaveAlone(
  { target, contained }: PlannedStep,
  changeLog: ChangeLog,
  ports: ContainPorts,
): Promise<string | undefined> {
  const step = stepFor(target)
  if (step === undefined) return undefined
  const now = await step.read(iamOf(step.subject, ports))
  if (now !== null && isSameValue(now, contained))
    return 'stands on another one of that name: look who it is, and release the incident if that one is denied in error'
  return recordGone(step, changeLog)
}
