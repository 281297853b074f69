import type { Change } from '../domain/change.ts'
import type { Incident } from '../domain/incident.ts'
import { type PlannedStep, standingSteps } from '../domain/progress.ts'
import { HOUR_MS } from '../domain/time.ts'
import type { ContainPorts } from '../ports/contain.ts'
import type { Versioned } from '../ports/stores.ts'
import { applyStep } from './apply-step.ts'
import type { ChangeLog } from './change-log.ts'
import { isRestriction, quarantinePolicyName, revocation } from './steps/quarantine.ts'
import { isUserDeny, stepFor } from './steps/steps.ts'
import { userPolicy } from './steps/user-policy.ts'
import { undoStep } from './undo-step.ts'

/** The longest that a session of GetSessionToken or GetFederationToken lasts: 36 hours. */
const SESSION_MS = 36 * HOUR_MS

/**
 * Narrows the deny of a user whose key is being rotated, so that the new key works: the deny of everything becomes a deny of the sessions
 * that were issued until a person ordered the rotation (`orderedAt`, epoch ms). It lets every active long-lived key of the user through, and is removed when the last of those
 * sessions has expired. Where AWS has no room for that policy, the deny of everything stays until then.
 *
 * A user whose console password is a suspect stays denied everything: a new key makes the password no safer.
 */
export async function narrowDeny(
  { value: incident }: Versioned<Incident>,
  orderedAt: number,
  changeLog: ChangeLog,
  ports: ContainPorts,
): Promise<void> {
  const { identity, credentials } = incident
  if (credentials.some(({ kind }) => kind === 'console')) return
  const isOver = ports.clock.now() - orderedAt >= SESSION_MS
  if (!isOver && !(await denySessions(incident, orderedAt, { changeLog, ports }))) return
  const sessions = userPolicy.textOf(quarantineOf(incident))
  for (const planned of ownDenies(incident, changeLog.changes).reverse()) {
    // A value that somebody else has changed is not overwritten. `verify` runs next and reports it.
    if (isOver || planned.target !== sessions) await undoStep(planned, { changeLog, cause: `rotation of ${identity.name}` }, ports)
  }
}

/** Returns false where AWS has no room for the policy. */
async function denySessions(
  incident: Incident,
  issuedBefore: number,
  { changeLog, ports }: { changeLog: ChangeLog; ports: ContainPorts },
): Promise<boolean> {
  const document = revocation({ issuedBefore, names: [] })
  const wanted = { contained: () => document, title: `sessions of ${incident.identity.name} ended` }
  const step = userPolicy.step(quarantineOf(incident), wanted)
  return (await applyStep(step, await step.read(ports.iam), changeLog, ports)) === undefined
}

function quarantineOf({ identity, id }: Incident) {
  return { userName: identity.name, policyName: quarantinePolicyName(id) }
}

/** True while a step of this incident denies its own user anything. */
export function hasOwnDeny(incident: Incident, changes: readonly Change[]): boolean {
  return ownDenies(incident, changes).length > 0
}

/** True where all that stands of this incident against its own user restricts it, and nothing denies it everything. */
export function isOwnRestricted(incident: Incident, changes: readonly Change[]): boolean {
  const denies = ownDenies(incident, changes)
  return denies.length > 0 && denies.every(({ contained }) => isRestriction(contained))
}

function ownDenies({ identity }: Incident, changes: readonly Change[]): PlannedStep[] {
  return standingSteps(changes).filter(({ target }) => {
    const step = stepFor(target)
    return step !== undefined && isUserDeny(step) && step.subject.name === identity.name && step.subject.account === undefined
  })
}
