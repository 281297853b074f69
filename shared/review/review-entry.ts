import { secretFor } from '../domain/bounds.ts'
import type { Change, ChangeDraft, ChangeKind } from '../domain/change.ts'
import type { Incident, IncidentState, VerdictBasis } from '../domain/incident.ts'
import type { Policy, ReviewKind } from '../domain/policy.ts'
import { revisionOf } from '../domain/revision.ts'
import { HOUR_MS } from '../domain/time.ts'
import { ResponderError } from '../errors.ts'
import type { Review, ReviewPorts } from './reviewer.ts'

/** So long the first of four eyes waits for the second: a shift. Who looks at it later has to look with somebody who is there. */
const ENDORSEMENT_MS = 12 * HOUR_MS

/** The first of four eyes, where it saw what there is to see now, and not too long ago; undefined where nobody has said it yet. */
export function endorsementOf(
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

/** The entry of the record that says what a reviewer said. */
export function entryOf(
  incident: Incident,
  { kind: says, by, reason }: Review,
  about: { at: string; kind: ChangeKind; to: IncidentState | Extension; first: Change | undefined },
): ChangeDraft {
  const { at, kind, first } = about
  const why = first === undefined ? reason.slice(0, 500) : `${reason.slice(0, 500)} (first said by ${first.actor}: ${first.why})`
  const until = new Date(Date.parse(at) + ENDORSEMENT_MS).toISOString()
  const to = kind === 'endorsement' ? { says, revision: revisionOf(incident), until } : about.to
  const from = { state: incident.state, assessment: basisOf(incident) }
  return { at, actor: by, kind, target: `incident:${incident.id}`, from, to, why }
}

/** Until when an incident is left alone: epoch milliseconds. */
export interface Extension {
  readonly until: number
}

/** Throws where a reviewer asks for more time than the policy gives. */
export function extensionOf({ hours }: Review, { review: { maxExtensionHours } }: Policy, { clock }: ReviewPorts): Extension {
  const asked = hours ?? maxExtensionHours
  if (!(asked > 0 && asked <= maxExtensionHours))
    throw new ResponderError(
      'usage',
      `an extension is of up to ${maxExtensionHours} hours (review.maxExtensionHours of the policy), got ${asked}`,
    )
  return { until: clock.now() + asked * HOUR_MS }
}

/** Keys are made anew only where they were contained: one that is still on would go on beside the new one. */
export function stateAfter(
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
export function basisOf({ assessment }: Incident): VerdictBasis {
  const { baseRisk, risk, isConfirmed, contributions, opinion } = assessment
  return {
    risk,
    baseRisk,
    isConfirmed,
    shares: Object.fromEntries(contributions.map(({ finding, share }) => [finding.detector, Math.round(share * 10) / 10])),
    likelihood: opinion?.kind === 'answered' ? opinion.likelihood : null,
  }
}
