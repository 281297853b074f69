import type { Change, ChangeDraft, ChangeKind } from '../domain/change.ts'
import { counted } from '../domain/counted.ts'
import type { Incident, IncidentState } from '../domain/incident.ts'
import type { Policy, ReviewKind } from '../domain/policy.ts'
import { revisionOf } from '../domain/revision.ts'
import { isRotatable } from '../domain/rotatable.ts'
import { HOUR_MS } from '../domain/time.ts'
import type { VerdictBasis } from '../domain/verdict.ts'
import { ResponderError } from '../errors.ts'
import type { Review, ReviewPorts } from './reviewer.ts'

/** How long a first review waits for the second under the four-eyes rule: one shift of 12 hours. Later both reviewers must review again. */
const ENDORSEMENT_MS = 12 * HOUR_MS

/**
 * The first review under the four-eyes rule, when it saw the incident's current revision and is at most `ENDORSEMENT_MS` old; else undefined.
 */
export function endorsementOf(
  incident: Incident,
  changes: readonly Change[],
  { kind, now }: { kind: ReviewKind; now: number },
): Change | undefined {
  const revision = revisionOf(incident)
  return changes.findLast((change) => {
    const to = change.to as { says?: unknown; revision?: unknown } | null
    // A time in the future, from a clock that ran ahead, must not extend the endorsement.
    const isFresh = Math.abs(now - Date.parse(change.at)) <= ENDORSEMENT_MS
    return change.kind === 'endorsement' && to?.says === kind && to.revision === revision && isFresh
  })
}

/** Builds the record entry of a review: an endorsement, a verdict or an extension. */
export function reviewEntry(
  incident: Incident,
  { kind: verdict, by, reason }: Review,
  entry: { at: string; kind: ChangeKind; to: IncidentState | Extension; first: Change | undefined },
): ChangeDraft {
  const { at, kind, first } = entry
  const why = first === undefined ? reason.slice(0, 500) : `${reason.slice(0, 500)} (first review by ${first.actor}: ${first.why})`
  const until = new Date(Date.parse(at) + ENDORSEMENT_MS).toISOString()
  const to = kind === 'endorsement' ? { says: verdict, revision: revisionOf(incident), until } : entry.to
  const from = { state: incident.state, assessment: basisOf(incident) }
  return { at, actor: by, kind, target: `incident:${incident.id}`, from, to, why }
}

/** The end of an extension, in epoch milliseconds. Until then nobody is reminded and the incident does not expire. */
export interface Extension {
  readonly until: number
}

/** The extension that a reviewer asks for. Throws `usage` when it is longer than the policy allows. */
export function extensionOf({ hours }: Review, { review: { maxExtensionHours } }: Policy, { clock }: ReviewPorts): Extension {
  const requested = hours ?? maxExtensionHours
  if (!(requested > 0 && requested <= maxExtensionHours))
    throw new ResponderError(
      'usage',
      `an extension lasts more than 0 and up to ${counted(maxExtensionHours, 'hour')} (review.maxExtensionHours of the policy), got ${requested}`,
    )
  return { until: clock.now() + requested * HOUR_MS }
}

/** The state that a review leads to. */
export function stateAfter(incident: Incident, kind: ReviewKind, policy: Policy, { rotateInvoker }: ReviewPorts): IncidentState {
  if (kind === 'legitimate') return 'releasing'
  if (kind === 'contain') return 'containing'
  return rotateInvoker !== undefined && isRotatable(incident, policy) ? 'rotating' : 'confirmed'
}

/** The assessment that a verdict answers. It is stored with the verdict, so that predictions can be compared with findings of people. */
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
