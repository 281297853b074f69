import { areTwoPeople, needsSecond } from '../domain/approval.ts'
import { type Change, chain } from '../domain/change.ts'
import type { Incident } from '../domain/incident.ts'
import { statesAfter, statesBefore } from '../domain/incident-machine.ts'
import { ResponderError } from '../errors.ts'
import type { Versioned } from '../ports/stores.ts'
import { headOf, incidentSubject } from '../record/append.ts'
import { order } from '../record/orders.ts'
import { readPolicy } from '../record/policy-in-force.ts'
import { applyExtension, applyVerdict } from './apply-review.ts'
import { endorsementOf, extensionOf, reviewEntry, stateAfter } from './review-entry.ts'
import { checkReviewer, checkState, EVENT_BY_REVIEW, findIncident, type Review, type ReviewPorts, requireReason } from './reviewer.ts'

/** The incident after a review. `awaitsSecond`: the review is recorded, and a second person must give the same one. */
export type Reviewed = Incident & { readonly awaitsSecond: boolean }

/** Attempts to append to the chain before another writer's entries count as a conflict. */
const APPEND_ATTEMPTS = 8

/**
 * Applies a review to an incident.
 *
 * - `legitimate` undoes the containment and releases the incident.
 * - `compromised` keeps the containment, rotates the keys when the policy says so, and closes the incident.
 * - `contain` orders the containment of an incident that asks.
 * - `extend` keeps the incident open and postpones reminders and expiry.
 *
 * The same review by the same person changes nothing, except `extend`, which starts a new extension.
 *
 * The record entry is written first, under the next number of the chain that was read: of two concurrent reviewers one succeeds and the other
 * starts over. A verdict whose author was interrupted after that entry is applied by the next call.
 *
 * Throws `usage`, `incident.unknown`, `incident.state`, `review.forbidden`, `review.stale`, `review.second` or `record.conflict`.
 */
export async function review(incidentId: string, request: Review, ports: ReviewPorts): Promise<Reviewed> {
  requireReason(request)
  const subject = incidentSubject(incidentId)
  for (let attempt = 0; attempt < APPEND_ATTEMPTS; attempt++) {
    const [changes, { policy }] = await Promise.all([ports.record.list(subject), readPolicy(ports.record)])
    const stored = await applyPendingVerdict(await findIncident(incidentId, ports), changes, ports)
    const { value: incident } = stored
    checkReviewer(incident, request, policy)
    if (isRepeat(incident, request, changes)) return invokeNext(incident, ports)
    checkState(incident, request)
    const extension = request.kind === 'extend' ? extensionOf(request, policy, ports) : undefined
    const isFourEyes = needsSecond(policy, { kind: request.kind, tier: incident.decision.tier })
    const first = isFourEyes ? endorsementOf(incident, changes, { kind: request.kind, now: ports.clock.now() }) : undefined
    if (first?.actor === request.by) return { ...incident, awaitsSecond: true }
    if (first !== undefined) requireTwoPeople(first, request)
    const at = new Date(ports.clock.now()).toISOString()
    const kind = extension !== undefined ? 'extension' : isFourEyes && first === undefined ? 'endorsement' : 'verdict'
    const to = extension ?? stateAfter(incident, request.kind, policy, ports)
    const entry = chain(subject, headOf(changes.at(-1)), reviewEntry(incident, request, { at, kind, to, first }))
    if (!(await ports.record.append(entry))) continue
    if (kind === 'endorsement') return { ...incident, awaitsSecond: true }
    if (request.kind === 'contain') await order(incidentId, { by: request.by, reason: entry.why, at }, ports.record)
    const applied = request.kind === 'extend' ? applyExtension(stored, entry, ports) : applyVerdict(stored, entry, request.kind, ports)
    return invokeNext((await applied).value, ports)
  }
  throw new ResponderError(
    'record.conflict',
    `${subject}: ${APPEND_ATTEMPTS} other entries were written first; look at incident ${incidentId} and review it again`,
  )
}

function requireTwoPeople(first: Change, request: Review): void {
  if (areTwoPeople(first.actor, request.by)) return
  throw new ResponderError(
    'review.second',
    `${first.actor} gave the first review "${request.kind}"; the second must come from another person by the same channel (Slack, AWS or local), got ${request.by}`,
  )
}

/**
 * Applies a verdict that is in the record but not yet in the incident, because its author was interrupted or is about to apply it. A verdict that
 * is followed by a change of the incident's state is not applied: a person must give it again.
 */
async function applyPendingVerdict(
  stored: Versioned<Incident>,
  changes: readonly Change[],
  ports: ReviewPorts,
): Promise<Versioned<Incident>> {
  const { verdict, state } = stored.value
  const open = changes.findLast(({ kind }) => kind === 'verdict' || kind === 'state')
  const kind = (['legitimate', 'compromised'] as const).find(
    (one) => open?.kind === 'verdict' && (statesAfter(EVENT_BY_REVIEW[one]) as readonly unknown[]).includes(open.to),
  )
  // An order to contain is not applied for somebody else: the incident's chain alone does not prove that a person gave it.
  if (open === undefined || kind === undefined || verdict?.at === open.at || !statesBefore(EVENT_BY_REVIEW[kind]).includes(state))
    return stored
  return applyVerdict(stored, open, kind, ports)
}

/** True for the same review by the same person, or for a release in progress: its author may have been interrupted before contain was invoked. */
function isRepeat({ state, verdict }: Incident, { kind, by, revision }: Review, changes: readonly Change[]): boolean {
  // Every extension is a new one.
  if (kind === 'extend' || !statesAfter(EVENT_BY_REVIEW[kind]).includes(state)) return false
  if (kind === 'contain') return changes.findLast((change) => change.kind === 'verdict')?.actor === by
  // Without a revision the review comes from the command line, whose user gets an error for a repeated review. A release may still be in progress.
  return revision === undefined ? kind === 'legitimate' : verdict?.by === by && verdict.kind === kind
}

/** Invokes contain and rotate as the state requires. Safe to repeat, so an interrupted earlier review is completed. */
async function invokeNext(incident: Incident, { containInvoker, rotateInvoker }: ReviewPorts): Promise<Reviewed> {
  const { id, state, owedNotice } = incident
  const needsContain = state === 'releasing' || state === 'containing' || state === 'rotating'
  // Contain also sends the owed notice: the caller of review may have no right to publish.
  if (needsContain || owedNotice !== undefined) await containInvoker.contain(id)
  if (state === 'rotating') await rotateInvoker?.rotate(id)
  return { ...incident, awaitsSecond: false }
}
