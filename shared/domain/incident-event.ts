import type { Decision } from './decision.ts'
import type { SignalOrigin } from './incident.ts'
import type { Suppression } from './suppression.ts'
import type { Verdict } from './verdict.ts'

/**
 * What can happen to an incident. Times are epoch milliseconds.
 *
 * `decided`: the evidence led to this decision. `grew`: a credential of the identity, or one that it issued, was found that is not disabled
 * yet. `approved`: a person wants one change of the intruder reverted. `ordered`: a person wants the incident contained. `extended`: a person
 * needs more time. `legitimate`, `compromised`: a verdict; `isRotating` is true where the keys are rotated before the incident closes.
 * `restricted`: every step of the restriction is in place, and that was read back. `contained`: every primary credential is disabled, and that was read
 * back. `not-contained`: a run of contain ended without the one or the other.
 * `released`: everything is restored. `not-released`: something could not be restored. `rotated`: the new keys are delivered and the old ones
 * deleted. `not-rotated`: no order of a person stands for the rotation. `unanswered`: nobody gave a verdict in the time that the policy allows;
 * `isContained` is true where steps of contain are in place, and `isReleaseUnfinished` where the last word of a person is a release that ended with a
 * question. The record says both, not the incident.
 */
export type IncidentEvent =
  | {
      readonly kind: 'decided'
      readonly decision: Decision
      readonly signalId: string
      readonly time: number
      readonly origin?: SignalOrigin
    }
  | { readonly kind: 'grew' }
  | { readonly kind: 'approved'; readonly edgeId: string }
  | { readonly kind: 'ordered' }
  | { readonly kind: 'extended'; readonly until: number }
  | { readonly kind: 'legitimate'; readonly verdict: Verdict }
  | { readonly kind: 'compromised'; readonly verdict: Verdict; readonly isRotating: boolean }
  | { readonly kind: 'restricted'; readonly at: number; readonly remarks: readonly string[] }
  | { readonly kind: 'contained'; readonly at: number; readonly remarks: readonly string[] }
  | { readonly kind: 'not-contained'; readonly at: number; readonly why: readonly string[] }
  | { readonly kind: 'released'; readonly at: number; readonly suppression: Suppression }
  | { readonly kind: 'not-released'; readonly at: number; readonly why: readonly string[] }
  | { readonly kind: 'rotated' }
  | { readonly kind: 'not-rotated'; readonly at: number; readonly why: readonly string[] }
  | {
      readonly kind: 'unanswered'
      readonly verdict: Verdict
      readonly onExpiry: 'keep' | 'release'
      readonly isContained: boolean
      readonly isReleaseUnfinished: boolean
    }

export type IncidentEventKind = IncidentEvent['kind']
