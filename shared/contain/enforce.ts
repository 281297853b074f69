import type { Change } from '../domain/change.ts'
import { type Incident, isEnforced } from '../domain/incident.ts'
import { goneSteps, isReleaseOrdered, standingSteps } from '../domain/progress.ts'
import { errorName, RefusedInAccount, ResponderError } from '../errors.ts'
import type { ContainPorts } from '../ports/contain.ts'
import type { Versioned } from '../ports/stores.ts'
import { incidentSubject } from '../record/append.ts'
import { sendOwedNotice } from '../record/notice.ts'
import { approvedIn, isReleaseAllowed, isReleaseUnfinished, readOrders, rotationOrder } from '../record/orders.ts'
import { ownStepsSubject } from '../record/own-steps-subject.ts'
import { type PolicyInForce, readPolicy } from '../record/policy-in-force.ts'
import { applyMissing } from './apply-missing.ts'
import { type ChangeLog, openChangeLog } from './change-log.ts'
import { contain } from './contain.ts'
import { finishRun } from './finish-run.ts'
import { findOwnName, findRenames, followRenames } from './follow-renames.ts'
import { heldBack, resumed } from './held-back.ts'
import { inAccountOf } from './in-account.ts'
import { narrowDeny } from './narrow-deny.ts'
import { refuseUnordered } from './refuse-unordered.ts'
import { release } from './release.ts'
import { restrict, restrictMissing } from './restrict.ts'
import { isRestrictedOnly } from './restriction-plan.ts'
import { verify } from './verify.ts'

/**
 * Makes the account what an incident's state says: restricts what is `restricting`, contains what is `containing`, gives back what is `releasing`, and in any other state
 * verifies that what was contained stays so. Safe to call again at any time. Reads the policy from the record, not from a cache.
 */
export async function enforce(incidentId: string, home: ContainPorts): Promise<void> {
  const [found, changes, own, policy, ownUsers] = await Promise.all([
    home.incidents.get(incidentId),
    home.record.list(incidentSubject(incidentId)),
    home.record.list(ownStepsSubject(incidentId)),
    readPolicy(home.record),
    home.accounts === undefined ? countUsers(home) : undefined,
  ])
  if (found === undefined) throw new ResponderError('incident.unknown', `no incident ${incidentId} in the table`)
  // From here on, IAM is that of the account of the incident's identity.
  const ports = inAccountOf(found.value, home)
  const users = ownUsers ?? (await countUsers(ports))
  // Read after the incident. Only what these say counts as approved: respond may write the incident itself.
  const orders = needsOrders(found.value) ? await readOrders(incidentId, ports.record) : []
  const approvals = approvedIn(orders)
  const approved = found.value.approved.filter((id) => approvals.has(id))
  const named = isUnderWay(found.value) ? await findOwnName(found, ports) : found
  const changeLog = openChangeLog(incidentId, changes, ports, { own })
  const stored = await resumed({ ...named, value: { ...named.value, approved } }, changeLog, ports)
  const about = { changeLog, orders, inForce: { ...policy, users } }
  return enforceState(stored, about, ports).catch((cause: unknown) => {
    if (cause instanceof RefusedInAccount && isUnderWay(stored.value))
      return finishRun(stored, heldBack(cause, stored.value, ports), changeLog, ports)
    throw cause
  })
}

/** What a run works with beside the incident. */
interface About {
  readonly changeLog: ChangeLog
  readonly orders: readonly Change[]
  readonly inForce: PolicyInForce & { readonly users: number }
}

async function enforceState(stored: Versioned<Incident>, { changeLog, orders, inForce }: About, ports: ContainPorts): Promise<void> {
  const told = await followRenames(stored.value, changeLog, ports)
  if (stored.value.state === 'containing') return contain(stored, changeLog, inForce, ports)
  if (stored.value.state === 'restricting') return restrict(stored, changeLog, inForce, ports)
  if (stored.value.state === 'releasing') {
    // The verdict is written before the state: a chain that was read before the incident may lack it.
    await changeLog.read()
    const isAllowed = isReleaseAllowed(changeLog.changes, orders)
    return isAllowed ? releaseByNames(stored, changeLog, inForce, ports) : refuseUnordered(stored, changeLog, ports)
  }
  if (stored.value.state === 'contained' || isPartly(stored.value, changeLog, orders)) await applyMissing(stored, changeLog, inForce, ports)
  if (stored.value.state === 'restricted') await restrictMissing(stored, changeLog, inForce, ports)
  if (stored.value.state === 'rotating') {
    await changeLog.read()
    const order = rotationOrder(changeLog.changes, orders)
    if (order === undefined) return refuseUnordered(stored, changeLog, ports)
    await narrowDeny(stored, Date.parse(order.at), changeLog, ports)
  }
  // A run of contain that was under way during the release may have applied a step after it.
  if (stored.value.state === 'released' && standingSteps(changeLog.changes).length > 0) {
    if (isReleaseAllowed(changeLog.changes, orders)) return release(stored, changeLog, inForce, ports)
    ports.log.warn('release.unordered', { incidentId: stored.value.id, of: stored.value.state })
  }
  if (isEnforced(stored.value)) return verify(stored, changeLog, { ...inForce, told }, ports)
  await sendOwedNotice(stored, ports)
}

/** True where a run of contain or of a restriction is to be made. */
function isUnderWay({ state }: Incident): boolean {
  return state === 'containing' || state === 'restricting'
}

/** True where what is done next depends on what people ordered. */
function needsOrders({ state, approved, verdict }: Incident): boolean {
  return (
    state === 'releasing' ||
    state === 'released' ||
    state === 'rotating' ||
    approved.length > 0 ||
    (state === 'asking' && verdict !== undefined)
  )
}

/** Restores under the names that the users have now. */
async function releaseByNames(
  stored: Versioned<Incident>,
  changeLog: ChangeLog,
  policy: PolicyInForce,
  ports: ContainPorts,
): Promise<void> {
  const targets = standingSteps(changeLog.changes).map(({ target }) => target)
  const current = await findRenames(stored, targets, ports)
  await followRenames(current.value, changeLog, ports)
  await release(current, changeLog, policy, ports)
}

/**
 * True where an incident asks although contain has applied steps, be their users gone since: some other step could not be read or applied. What
 * people wanted back is left to them.
 */
function isPartly({ state }: Incident, { changes }: ChangeLog, orders: readonly Change[]): boolean {
  if (state !== 'asking' || isReleaseUnfinished(changes, orders) || isReleaseOrdered(changes)) return false
  const standing = standingSteps(changes)
  // A restriction that stands says nothing of a containment: nobody has called for one, or it wrote nothing.
  if (isRestrictedOnly(standing.map(({ contained }) => contained))) return false
  return standing.length > 0 || goneSteps(changes).size > 0
}

/** Counts the users of the account. Answers 0 where IAM cannot be asked, which makes the breaker as strict as it can be. */
async function countUsers({ iam, log }: ContainPorts): Promise<number> {
  return iam.countUsers().catch((cause: unknown) => {
    log.warn('contain.users.uncounted', { error: errorName(cause) })
    return 0
  })
}
