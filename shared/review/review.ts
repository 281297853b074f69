import { areTwoPeople, needsSecond } from '../domain/approval.ts'
import { type Change, chain } from '../domain/change.ts'
import type { Incident } from '../domain/incident.ts'
import { statesAfter, statesBefore } from '../domain/incident-machine.ts'
import { requireReason } from '../domain/reason.ts'
import { ResponderError } from '../errors.ts'
import type { Versioned } from '../ports/stores.ts'
import { append, headOf, incidentSubject } from '../record/append.ts'
import { isOrderedEntry, order, orderSubject, readOrders } from '../record/orders.ts'
import { readPolicy } from '../record/policy-in-force.ts'
import { applyExtension, applyVerdict } from './apply-review.ts'
import { endorsementOf, extensionOf, reviewEntry, stateAfter } from './review-entry.ts'
import { checkReviewer, checkState, EVENT_BY_REVIEW, findIncident, type Review, type ReviewPorts } from './reviewer.ts'

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
 * starts over. What it orders follows in a chain of its own, which only reviewers may write. A verdict whose author was interrupted after that is
 * applied by the next call; one that was interrupted before is completed by its author.
 *
 * Throws `usage`, `incident.unknown`, `incident.state`, `review.forbidden`, `review.stale`, `review.second` or `record.conflict`.
 */
export async function review(incidentId: string, request: Review, ports: ReviewPorts): Promise<Reviewed> {
  requireReason(request)
  const subject = incidentSubject(incidentId)
  for (let attempt = 0; attempt < APPEND_ATTEMPTS; attempt++) {
    const [changes, orders, { policy }] = await Promise.all([
      ports.record.list(subject),
      readOrders(incidentId, ports.record),
      readPolicy(ports.record),
    ])
    const stored = await applyPendingVerdict(await findIncident(incidentId, ports), { changes, orders }, ports)
    const { value: incident } = stored
    checkReviewer(incident, request, policy)
    if (isRepeat(incident, request, changes)) return invokeNext(incident, ports)
    checkState(incident, request, changes)
    const extension = request.kind === 'extend' ? extensionOf(request, policy, ports) : undefined
    const isFourEyes = needsSecond(policy, { kind: request.kind, tier: incident.decision.tier })
    const first = isFourEyes ? endorsementOf(incident, orders, { kind: request.kind, now: ports.clock.now() }) : undefined
    if (first?.actor === request.by) return awaitSecond(incident, { first, changes }, ports)
    if (first !== undefined) requireTwoPeople(first, request)
    const at = new Date(ports.clock.now()).toISOString()
    const kind = extension !== undefined ? 'extension' : isFourEyes && first === undefined ? 'endorsement' : 'verdict'
    const to = extension ?? stateAfter(incident, request.kind, policy, ports)
    const draft = reviewEntry(incident, request, { at, kind, to, first })
    if (kind === 'endorsement') {
      const endorsement = chain(orderSubject(incidentId), headOf(orders.at(-1)), draft)
      if (!(await ports.record.append(endorsement))) continue
      return awaitSecond(incident, { first: endorsement, changes }, ports)
    }
    const open = openVerdict(changes, orders)
    const isOwn = kind === 'verdict' && open?.actor === request.by && open.to === to
    // Somebody else is between the two entries of a verdict: theirs comes first.
    if (open !== undefined && !isOwn && Math.abs(ports.clock.now() - Date.parse(open.at)) < WRITING_MS) continue
    const begun = isOwn ? open : undefined
    const entry = begun ?? chain(subject, headOf(changes.at(-1)), draft)
    if (begun === undefined && !(await ports.record.append(entry))) continue
    if (request.kind !== 'extend') await order(incidentId, { entry, to: ORDERED[entry.to as keyof typeof ORDERED], at }, ports.record)
    const applied = request.kind === 'extend' ? applyExtension(stored, entry, ports) : applyVerdict(stored, entry, request.kind, ports)
    return invokeNext((await applied).value, ports)
  }
  throw new ResponderError(
    'record.conflict',
    `${subject}: ${APPEND_ATTEMPTS} other entries were written first; look at incident ${incidentId} and review it again`,
  )
}

/** What the state that a verdict leads to orders. */
const ORDERED = { containing: 'contain', releasing: 'release', confirmed: 'confirm', rotating: 'rotate' } as const

/** The longest that a verdict waits for its order, in milliseconds: review runs for a minute at most. */
const WRITING_MS = 60_000

/** A verdict at the end of the incident's chain for which no order stands: its author's run broke off, or is about to write it, or somebody forged it. */
function openVerdict(changes: readonly Change[], orders: readonly Change[]): Change | undefined {
  const last = changes.findLast(({ kind }) => kind === 'verdict' || kind === 'state')
  return last?.kind === 'verdict' && !isOrderedEntry(last, orders) ? last : undefined
}

/** Shows the first of two verdicts in the incident's chain as well. There it counts for nothing: respond may write that chain. */
async function awaitSecond(
  incident: Incident,
  { first, changes }: { first: Change; changes: readonly Change[] },
  { record }: ReviewPorts,
): Promise<Reviewed> {
  const { at, actor, kind, target, from, to, why } = first
  const isShown = changes.some((change) => change.kind === kind && change.at === at && change.actor === actor)
  if (!isShown) await append(record, incidentSubject(incident.id), { at, actor, kind, target, from, to, why })
  return { ...incident, awaitsSecond: true }
}

function requireTwoPeople(first: Change, request: Review): void {
  if (areTwoPeople(first.actor, request.by)) return
  throw new ResponderError(
    'review.second',
    `${first.actor} gave the first review "${request.kind}"; the second must come from another person by the same channel (Slack, AWS or local), got ${request.by}`,
  )
}

/**
 * Applies a verdict that was ordered but is not yet in the incident, because its author was interrupted or is about to apply it. A verdict that
 * is followed by a change of the incident's state is not applied, and neither is one without an order: a person must give it again.
 */
async function applyPendingVerdict(
  stored: Versioned<Incident>,
  { changes, orders }: { changes: readonly Change[]; orders: readonly Change[] },
  ports: ReviewPorts,
): Promise<Versioned<Incident>> {
  const { verdict, state } = stored.value
  const open = changes.findLast(({ kind }) => kind === 'verdict' || kind === 'state')
  const kind = (['legitimate', 'compromised'] as const).find(
    (one) => open?.kind === 'verdict' && (statesAfter(EVENT_BY_REVIEW[one]) as readonly unknown[]).includes(open.to),
  )
  // The incident's chain alone does not prove that a person gave it. An order to contain is not applied for somebody else.
  if (
    open === undefined ||
    kind === undefined ||
    !isOrderedEntry(open, orders) ||
    verdict?.at === open.at ||
    !statesBefore(EVENT_BY_REVIEW[kind]).includes(state)
  )
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
  const needsContain = state === 'releasing' || state === 'containing' || state === 'restricting' || state === 'rotating'
  // Contain also sends the owed notice: the caller of review may have no right to publish.
  if (needsContain || owedNotice !== undefined) await containInvoker.contain(id)
  if (state === 'rotating') await rotateInvoker?.rotate(id)
  return { ...incident, awaitsSecond: false }
}
