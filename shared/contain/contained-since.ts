import type { Change } from '../domain/change.ts'
import type { Incident } from '../domain/incident.ts'
import { NEVER_REFUSED } from '../domain/never-refused.ts'
import { type PlannedStep, standingSteps } from '../domain/progress.ts'
import type { Identity, Signal } from '../domain/signal.ts'
import { accountBeside } from './in-account.ts'
import { restrictionIn } from './restriction-document.ts'
import { accessKey } from './steps/access-key.ts'
import { DENY_ALL, revocationIn } from './steps/quarantine.ts'
import { isSameValue, type Step, type StepValue, type Subject } from './steps/step.ts'
import { isUserDeny, stepFor } from './steps/steps.ts'

/** The service of the sign-in itself: a user who is denied everything can sign in and do nothing. */
const SIGN_IN = 'signin'

/**
 * Since when the record says that a call's credential is contained (epoch ms), or undefined where no step that was read back stands against it. The
 * times are those of the last write: before that, somebody may have reversed the step.
 */
export function containedSince(signal: Signal, incident: Incident, changes: readonly Change[]): number | undefined {
  const times = standingSteps(changes).flatMap((planned) => {
    const step = planned.isDone ? stepFor(planned.target) : undefined
    return step !== undefined && coversCall(step, planned, { signal, incident }) ? [Date.parse(planned.at)] : []
  })
  return times.length === 0 ? undefined : Math.min(...times)
}

/** Since when a restriction stands on the user of a call, or on its session of the role (epoch ms), or undefined where none does. */
export function restrictedSince({ identity, credential }: Signal, incident: Incident, changes: readonly Change[]): number | undefined {
  const times = standingSteps(changes).flatMap(({ target, contained, isDone, at }) => {
    const subject = stepFor(target)?.subject
    const isStopped = isDone && subject !== undefined && isSubject(subject, identity, incident) && isRestrictedBy(contained, credential)
    return isStopped ? [Date.parse(at)] : []
  })
  return times.length === 0 ? undefined : Math.min(...times)
}

/** True where a step is on this very user or role, and not on one of that name in another account. */
export function isSubject({ kind, name, account }: Subject, identity: Identity, incident: Pick<Incident, 'identity'>): boolean {
  return kind === identity.kind && name === identity.name && account === accountBeside(identity.account, incident)
}

/** Of a role, a restriction says which sessions it is about: what others are refused was refused by somebody else. */
function isRestrictedBy(contained: StepValue, { sessionName }: Signal['credential']): boolean {
  const { sessions } = (contained === null ? undefined : restrictionIn(contained)) ?? { sessions: undefined }
  return sessions !== undefined && (sessions.length === 0 || (sessionName !== undefined && sessions.includes(sessionName)))
}

function coversCall(step: Step, { target, contained }: PlannedStep, { signal, incident }: { signal: Signal; incident: Incident }): boolean {
  const { identity, credential, action, service } = signal
  if (!isSubject(step.subject, identity, incident)) return false
  if (step.kind === accessKey.kind) return contained === 'Inactive' && accessKey.parse(target)?.accessKeyId === credential.id
  if (step.isCredential || NEVER_REFUSED.has(action) || service === SIGN_IN) return false
  if (contained === null) return false
  // Of the kinds that deny a user, only the inline policy can be one that denies less: that of a rotation.
  if (isUserDeny(step)) return step.kind !== 'user-policy' || isSameValue(contained, DENY_ALL)
  return step.kind === 'role-policy' && (isSameValue(contained, DENY_ALL) || isRevoked(contained, { credential, incident }))
}

/** True where a policy ends the session: by its name, and because a call of it was seen before the time to which the policy goes back. */
function isRevoked(document: string, { credential, incident }: { credential: Signal['credential']; incident: Incident }): boolean {
  const revoked = revocationIn(document)
  if (revoked === undefined) return false
  const { sessionName } = credential
  if (revoked.names.length > 0 && (sessionName === undefined || !revoked.names.includes(sessionName))) return false
  const issued = incident.lineage.some(({ id, time }) => id === credential.id && time !== undefined && time < revoked.issuedBefore)
  return issued || incident.findings.some((finding) => finding.credentialId === credential.id && finding.time < revoked.issuedBefore)
}
