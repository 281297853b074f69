import { areTwoPeople, isApprover, needsSecond, type Reviewer, slackUserOf } from '../domain/approval.ts'
import { type ChainHead, type Change, type ChangeKind, chain } from '../domain/change.ts'
import type { Incident, IncidentState, Verdict, VerdictBasis } from '../domain/incident.ts'
import { type DecidingReview, type Policy, type ReviewKind, secretFor } from '../domain/policy.ts'
import { revisionOf } from '../domain/revision.ts'
import { ResponderError } from '../errors.ts'
import type { ContainInvoker, RotateInvoker } from '../ports/invokers.ts'
import type { Clock } from '../ports/runtime.ts'
import type { ChangeRecord, IncidentStore, Versioned } from '../ports/stores.ts'
import { headOf, incidentSubject } from '../record/append.ts'
import { oweNotice } from '../record/notice.ts'
import { order } from '../record/orders.ts'
import { readPolicy } from '../record/policy-in-force.ts'
import { updateIncident } from '../record/update-incident.ts'

export interface ReviewPorts {
  readonly incidents: IncidentStore
  readonly record: ChangeRecord
  readonly containInvoker: ContainInvoker
  /** Undefined where keys are not made anew. */
  readonly rotateInvoker?: RotateInvoker | undefined
  readonly clock: Clock
}

/** What a reviewer says of an incident, before it is dated. `revision` binds it to what the reviewer saw. */
export interface Review extends Reviewer {
  readonly kind: ReviewKind
  readonly reason: string
  readonly revision?: string | undefined
  /** Only of `extend`: for how long; the policy's most where it is not said. */
  readonly hours?: number | undefined
}

/** The incident after a review. `awaitsSecond`: it was noted, and another person has to say the same. */
export type Reviewed = Incident & { readonly awaitsSecond: boolean }

/** Each: in which states it may be said, and the states that it may lead to. */
const TRANSITIONS: Readonly<Record<ReviewKind, { readonly when: readonly IncidentState[]; readonly to: readonly IncidentState[] }>> = {
  legitimate: { when: ['watching', 'asking', 'containing', 'contained', 'rotating', 'releasing'], to: ['releasing'] },
  compromised: { when: ['asking', 'contained'], to: ['confirmed', 'rotating'] },
  contain: { when: ['asking'], to: ['containing'] },
  extend: { when: ['watching', 'asking', 'contained'], to: [] },
}

const HOUR_MS = 3_600_000

/** So long the first of four eyes waits for the second: a shift. Who looks at it later has to look with somebody who is there. */
const ENDORSEMENT_MS = 12 * HOUR_MS

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
    const applied = said.kind === 'extend' ? extend(stored, entry, ports) : applyVerdict(stored, entry, said.kind, ports)
    return invokeNext((await applied).value, ports)
  }
  throw new ResponderError('record.conflict', `${subject}: ${ATTEMPTS} others wrote first; look at incident ${incidentId} again`)
}

async function findIncident(incidentId: string, { incidents }: Pick<ReviewPorts, 'incidents'>): Promise<Versioned<Incident>> {
  const stored = await incidents.get(incidentId)
  if (stored !== undefined) return stored
  throw new ResponderError('incident.unknown', `no incident ${incidentId}; \`countersign incidents\` lists the open ones`)
}

/**
 * A verdict that is in the record and not in the incident: whoever gave it broke off, or is at it right now. Where the incident has
 * moved on since, by an entry of its own, it is for a person to say it again.
 */
async function carryOut(stored: Versioned<Incident>, changes: readonly Change[], ports: ReviewPorts): Promise<Versioned<Incident>> {
  const { verdict, state } = stored.value
  const open = changes.findLast(({ kind }) => kind === 'verdict' || kind === 'state')
  const kind = (['legitimate', 'compromised'] as const).find(
    (one) => open?.kind === 'verdict' && (TRANSITIONS[one].to as readonly unknown[]).includes(open.to),
  )
  // An order is not carried out for somebody else: the incident's chain alone does not prove that a person gave it.
  if (open === undefined || kind === undefined || verdict?.at === open.at || !TRANSITIONS[kind].when.includes(state)) return stored
  return applyVerdict(stored, open, kind, ports)
}

/** The same said again by the same person, or a release while it runs: whoever said it may have broken off before contain was called. */
function isRepeat({ state, verdict }: Incident, { kind, by, revision }: Review, changes: readonly Change[]): boolean {
  if (!TRANSITIONS[kind].to.includes(state)) return false
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

function checkReviewer({ decision }: Incident, said: Reviewer & { readonly kind: ReviewKind }, policy: Policy): void {
  if (!isApprover(policy, said, { kind: said.kind, tier: decision.tier }))
    throw new ResponderError('incident.state', `${said.by} is not among the policy's approvers: ${approversOf(policy, said)}`)
}

function checkFits(incident: Incident, said: Review): void {
  const { id, state, verdict } = incident
  const { when } = TRANSITIONS[said.kind]
  if (!when.includes(state) && verdict !== undefined)
    throw new ResponderError('incident.state', `incident ${id} is ${state} already, by ${verdict.by} at ${verdict.at}: ${verdict.reason}`)
  if (!when.includes(state))
    throw new ResponderError('incident.state', `incident ${id} is ${state}: a verdict of ${said.kind} is for ${when.join(', ')}`)
  if (said.revision !== undefined && said.revision !== revisionOf(incident))
    throw new ResponderError('review.stale', `incident ${id} has changed since that message: it is ${state} now; look at it again`)
}

function approversOf({ approvers, slack }: Policy, { by }: Reviewer): string {
  return slackUserOf(by) !== undefined ? `slack.approvers has ${slack.approvers.length} rules, and none for this` : approvers.join(', ')
}

/** The first of four eyes, where it saw what there is to see now, and not too long ago; undefined where nobody has said it yet. */
function endorsementOf(
  incident: Incident,
  changes: readonly Change[],
  { kind, now }: { kind: ReviewKind; now: number },
): Change | undefined {
  const revision = revisionOf(incident)
  return changes.findLast((change) => {
    const to = change.to as { says?: unknown; revision?: unknown } | null
    // Of a clock that ran ahead as little is believed as of one that is old.
    const isFresh = Math.abs(now - Date.parse(change.at)) <= ENDORSEMENT_MS
    return change.kind === 'endorsement' && to?.says === kind && to.revision === revision && isFresh
  })
}

function entryOf(
  incident: Incident,
  { kind: says, by, reason }: Review,
  about: { at: string; kind: ChangeKind; to: IncidentState | Extension; first: Change | undefined },
) {
  const { at, kind, first } = about
  const why = first === undefined ? reason.slice(0, 500) : `${reason.slice(0, 500)} (first said by ${first.actor}: ${first.why})`
  const until = new Date(Date.parse(at) + ENDORSEMENT_MS).toISOString()
  const to = kind === 'endorsement' ? { says, revision: revisionOf(incident), until } : about.to
  const from = { state: incident.state, assessment: basisOf(incident) }
  return { at, actor: by, kind, target: `incident:${incident.id}`, from, to, why }
}

/** Until when an incident is left alone: epoch milliseconds. */
interface Extension {
  readonly until: number
}

function extensionOf({ hours }: Review, { review: { maxExtensionHours } }: Policy, { clock }: ReviewPorts): Extension {
  const asked = hours ?? maxExtensionHours
  if (!(asked > 0 && asked <= maxExtensionHours))
    throw new ResponderError(
      'usage',
      `an extension is of up to ${maxExtensionHours} hours (review.maxExtensionHours of the policy), got ${asked}`,
    )
  return { until: clock.now() + asked * HOUR_MS }
}

/** Puts off what happens where nobody answers, and has it begin anew then. A state that changed meanwhile needs no more time. */
function extend(stored: Versioned<Incident>, entry: Change, { incidents }: ReviewPorts): Promise<Versioned<Incident>> {
  const { state } = stored.value
  const { until } = entry.to as Extension
  const extended = (incident: Incident): Incident | undefined =>
    incident.state === state
      ? oweNotice(
          { ...incident, extendedUntil: until, escalatedAt: undefined, pagedAt: undefined, head: later(incident.head, headOf(entry)) },
          'extended',
        )
      : undefined
  return updateIncident(stored, extended, incidents)
}

/** Makes the incident what the record's entry says. */
async function applyVerdict(
  stored: Versioned<Incident>,
  entry: Change,
  kind: DecidingReview,
  { incidents }: ReviewPorts,
): Promise<Versioned<Incident>> {
  const before = stored.value.state
  const verdict: Verdict | undefined =
    kind === 'contain' ? undefined : { kind, by: entry.actor, reason: entry.why, at: entry.at, answered: basisOf(stored.value) }
  const state = entry.to as IncidentState
  const changed = await updateIncident(
    stored,
    (incident) =>
      incident.state === before && !isApplied(incident, entry)
        ? withNotice({ ...incident, state, verdict: verdict ?? incident.verdict, head: later(incident.head, headOf(entry)) })
        : undefined,
    incidents,
  )
  if (changed.value.state !== state || (verdict !== undefined && changed.value.verdict?.at !== entry.at))
    throw new ResponderError('incident.state', `incident ${stored.value.id} became ${changed.value.state} meanwhile: look at it again`)
  return changed
}

/** Who closes an incident has its message say so, wherever it was said. What is released or rotated is told of when that is done. */
function withNotice(incident: Incident): Incident {
  return incident.state === 'confirmed' ? oweNotice(incident, 'confirmed') : incident
}

function isApplied({ verdict }: Incident, { at, actor }: Change): boolean {
  return verdict?.at === at && verdict.by === actor
}

/** contain may have written the incident with a later end of its chain meanwhile. */
function later(a: ChainHead, b: ChainHead): ChainHead {
  return a.number > b.number ? a : b
}

/** Keys are made anew only where they were contained: one that is still on would go on beside the new one. */
function stateAfter(
  { identity, credentials, containedAt }: Incident,
  kind: ReviewKind,
  policy: Policy,
  { rotateInvoker }: ReviewPorts,
): IncidentState {
  if (kind === 'legitimate') return 'releasing'
  if (kind === 'contain') return 'containing'
  const hasKey = identity.kind === 'iam-user' && credentials.some((credential) => credential.kind === 'access-key')
  const isRotated = rotateInvoker !== undefined && hasKey && containedAt !== undefined && secretFor(policy, identity) !== undefined
  return isRotated ? 'rotating' : 'confirmed'
}

/** What a verdict answers: it is kept with it, so that what was predicted can be held against what was found. */
function basisOf({ assessment }: Incident): VerdictBasis {
  const { baseRisk, risk, isConfirmed, contributions, opinion } = assessment
  return {
    risk,
    baseRisk,
    isConfirmed,
    shares: Object.fromEntries(contributions.map(({ finding, share }) => [finding.detector, Math.round(share * 10) / 10])),
    likelihood: opinion?.kind === 'answered' ? opinion.likelihood : null,
  }
}

/** The incident, where this person alone may say this of it. */
export async function mayReview(
  incidentId: string,
  said: Reviewer & { readonly kind: ReviewKind; readonly reason: string },
  ports: Pick<ReviewPorts, 'incidents' | 'record'>,
): Promise<Versioned<Incident>> {
  if (said.reason.trim() === '') throw new ResponderError('usage', 'a verdict needs a reason: --reason "why"')
  const [stored, { policy }] = await Promise.all([findIncident(incidentId, ports), readPolicy(ports.record)])
  checkReviewer(stored.value, said, policy)
  if (needsSecond(policy, { kind: said.kind, tier: stored.value.decision.tier }))
    throw new ResponderError(
      'review.second',
      `the policy wants two people to say ${said.kind} here, and this cannot be said by two: do it by hand, or change fourEyes`,
    )
  return stored
}
