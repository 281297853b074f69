import { type Incident, isEnforced } from '../domain/incident.ts'
import { errorName, ResponderError } from '../errors.ts'
import type { ContainPorts } from '../ports/contain.ts'
import { incidentSubject } from '../record/append.ts'
import { sendOwedNotice } from '../record/notice.ts'
import { readPolicy } from '../record/policy-in-force.ts'
import { type ChangeLog, openChangeLog } from './change-log.ts'
import { applyMissing, contain } from './contain.ts'
import { narrowDeny } from './narrow-deny.ts'
import { isReleaseOrdered, standingSteps } from './progress.ts'
import { release } from './release.ts'
import { verify } from './verify.ts'

/**
 * Makes the account what an incident's state says: `containing` is contained, `releasing` is given back; in any other
 * state what was contained is held. Safe to call again at any time. The policy is read afresh.
 */
export async function enforce(incidentId: string, ports: ContainPorts): Promise<void> {
  const [stored, changes, policy, users] = await Promise.all([
    ports.incidents.get(incidentId),
    ports.record.list(incidentSubject(incidentId)),
    readPolicy(ports.record),
    countUsers(ports),
  ])
  if (stored === undefined) throw new ResponderError('incident.unknown', `no incident ${incidentId} in the table`)
  const changeLog = openChangeLog(incidentId, changes, ports)
  if (stored.value.state === 'containing') return contain(stored, changeLog, { ...policy, users }, ports)
  if (stored.value.state === 'releasing') return release(stored, changeLog, policy, ports)
  if (stored.value.state === 'contained' || isPartly(stored.value, changeLog)) await applyMissing(stored, changeLog, policy, ports)
  if (stored.value.state === 'rotating') await narrowDeny(stored, changeLog, ports)
  // A containment that was at work while it was released may have left something.
  if (stored.value.state === 'released' && standingSteps(changeLog.changes).length > 0) return release(stored, changeLog, policy, ports)
  if (isEnforced(stored.value)) return verify(stored, changeLog, policy, ports)
  await sendOwedNotice(stored, ports)
}

/** Asking, with steps in place: the bounds let it be contained, and some step could not be looked at or taken. */
function isPartly({ state }: Incident, { changes }: ChangeLog): boolean {
  return state === 'asking' && !isReleaseOrdered(changes) && standingSteps(changes).length > 0
}

/** Read with the rest, so that it costs no time of its own. Unknown counts as none: the breaker is then at its tightest. */
async function countUsers({ iam, log }: ContainPorts): Promise<number> {
  return iam.countUsers().catch((cause: unknown) => {
    log.warn('contain.users.uncounted', { error: errorName(cause) })
    return 0
  })
}
