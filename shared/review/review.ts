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
import { endorsementOf, entryOf, extensionOf, stateAfter } from './review-entry.ts'
import { checkFits, checkReviewer, EVENT_OF, findIncident, type Review, type ReviewPorts } from './reviewer.ts'

/** The incident after a review. `awaitsSecond`: it was noted, and another person has to say the same. */
export type Reviewed = Incident & { readonly awaitsSecond: boolean }

/** How often another writer of the chain may be first. */
const ATTEMPTS = 8

/**
 * Applies what a reviewer says: `legitimate` gives back what was taken; `compromised` leaves it, has the keys made anew where the policy says
 * so, and closes the incident; `contain` has an incident contained that asks; `extend` leaves it open, and puts off what happens where nobody
 * answers. The same again by the same person changes nothing, but for an extension, which then counts anew.
 *
 * The entry of the record comes first, under the number that was read: of two reviewers at once one writes it, and the other
 * looks again. Where whoever wrote it broke off, the next one carries it out.
 */
export async function review(incidentId: string, said: Review, ports: ReviewPorts): Promise<Reviewed> {
  if (said.reason.trim() === '') throw new ResponderError('usage', 'a verdict needs a reason: --reason "why"')
  const subject = incidentSubject(incidentId)
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const [changes, { policy }] = await Promise.all([ports.record.list(subject), readPolicy(ports.record)])
    const stored = await carryOut(await findIncident(incidentId, ports), changes, ports)
    const { value: incident } = stored
    checkReviewer(incident, said, policy)
    if (isRepeat(incident, said, changes)) return invokeNext(incident, ports)
    checkFits(incident, said)
    const extension = said.kind === 'extend' ? extensionOf(said, policy, ports) : undefined
    const first = needsSecond(policy, { kind: said.kind, tier: incident.decision.tier })
      ? endorsementOf(incident, changes, { kind: said.kind, now: ports.clock.now() })
      : null
    if (first?.actor === said.by) return { ...incident, awaitsSecond: true }
    if (first !== undefined && first !== null && !areTwoPeople(first.actor, said.by))
      throw new ResponderError(
        'review.second',
        `${first.actor} has said ${said.kind} already; the second must be another person, by the same way (Slack, AWS or local), got ${said.by}`,
      )
    const at = new Date(ports.clock.now()).toISOString()
    const kind = extension !== undefined ? 'extension' : first === undefined ? 'endorsement' : 'verdict'
    const entry = chain(
      subject,
      headOf(changes.at(-1)),
      entryOf(incident, said, { at, kind, to: extension ?? stateAfter(incident, said.kind, policy, ports), first: first ?? undefined }),
    )
    if (!(await ports.record.append(entry))) continue
    if (kind === 'endorsement') return { ...incident, awaitsSecond: true }
    if (said.kind === 'contain') await order(incidentId, { by: said.by, reason: entry.why, at }, ports.record)
    const applied = said.kind === 'extend' ? applyExtension(stored, entry, ports) : applyVerdict(stored, entry, said.kind, ports)
    return invokeNext((await applied).value, ports)
  }
  throw new ResponderError('record.conflict', `${subject}: ${ATTEMPTS} others wrote first; look at incident ${incidentId} again`)
}

/**
 * A verdict that is in the record and not in the incident: whoever gave it broke off, or is at it right now. Where the incident has
 * moved on since, by an entry of its own, it is for a person to say it again.
 */
async function carryOut(stored: Versioned<Incident>, changes: readonly Change[], ports: ReviewPorts): Promise<Versioned<Incident>> {
  const { verdict, state } = stored.value
  const open = changes.findLast(({ kind }) => kind === 'verdict' || kind === 'state')
  const kind = (['legitimate', 'compromised'] as const).find(
    (one) => open?.kind === 'verdict' && (statesAfter(EVENT_OF[one]) as readonly unknown[]).includes(open.to),
  )
  // An order is not carried out for somebody else: the incident's chain alone does not prove that a person gave it.
  if (open === undefined || kind === undefined || verdict?.at === open.at || !statesBefore(EVENT_OF[kind]).includes(state)) return stored
  return applyVerdict(stored, open, kind, ports)
}

/** The same said again by the same person, or a release while it runs: whoever said it may have broken off before contain was called. */
function isRepeat({ state, verdict }: Incident, { kind, by, revision }: Review, changes: readonly Change[]): boolean {
  // An extension counts anew each time.
  if (kind === 'extend' || !statesAfter(EVENT_OF[kind]).includes(state)) return false
  if (kind === 'contain') return changes.findLast((change) => change.kind === 'verdict')?.actor === by
  // Without a revision it is a person at a keyboard, who is told that it is done already; a release may still be under way.
  return revision === undefined ? kind === 'legitimate' : verdict?.by === by && verdict.kind === kind
}

/** Contain is called again where an earlier call may not have been made: it is safe to. */
async function invokeNext(incident: Incident, { containInvoker, rotateInvoker }: ReviewPorts): Promise<Reviewed> {
  const { id, state, owedNotice } = incident
  const isWorkForContain = state === 'releasing' || state === 'containing' || state === 'rotating'
  // Contain also tells people: whoever says something may have no right to.
  if (isWorkForContain || owedNotice !== undefined) await containInvoker.contain(id)
  if (state === 'rotating') await rotateInvoker?.rotate(id)
  return { ...incident, awaitsSecond: false }
}
