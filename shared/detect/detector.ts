import type { Baseline } from '../domain/baseline.ts'
import type { CallRates } from '../domain/call-rate.ts'
import type { CredentialWindow } from '../domain/credential-window.ts'
import type { EvidenceGroup, Technique } from '../domain/finding.ts'
import type { IdentityWindow } from '../domain/identity-window.ts'
import type { Signal } from '../domain/signal.ts'
import type { TimedSet } from '../domain/timed-set.ts'

/** What a detector sees beside the signal: the identity's baseline before the signal, and the credential's window including it. */
export interface Context {
  readonly baseline: Baseline
  readonly window: CredentialWindow
  /** What all credentials of the identity did that is not its habit; absent where this call does not count there. */
  readonly across?: IdentityWindow | undefined
  /** True where the call is about resources that the identity created itself within a day. */
  readonly isOwnWork?: boolean
  /** What the identity created within a day. */
  readonly works?: TimedSet
  /** How often in an hour the identity deletes data, shares it and reads secrets. */
  readonly rates?: CallRates
}

/** Why a detector fired. `weight` and `fact` replace the detector's own where this case is stronger or weaker evidence, or rests on another fact. */
export interface Match {
  readonly reason: string
  readonly weight?: number
  readonly fact?: string
}

/**
 * The calls that have to be delivered for a detector to see what it looks for, where its `actions` do not say it: calls by name, or a kind of them.
 *
 * `every-call`: all calls of an identity. `session-calls`: all calls of sessions. `key-calls`: all calls of access keys. `refused-calls`: calls that were refused
 * for lack of permission. `root-calls`: calls of the root user. `guest-calls`: calls of sessions that Cognito issues to the users of an app.
 * `credential-changes`: changes of IAM. `responder-changes`: changes of the responder's own resources. `assumptions`: roles assumed, by whomever. `exposures`:
 * reports of AWS Health and Trusted Advisor. `findings`: findings of GuardDuty, Security Hub, Macie and Inspector. `reports`: what parties outside AWS report.
 * `other-regions`: calls in several regions. `canary-calls`: all calls of users that the policy declares canaries.
 */
export type Delivery =
  | 'every-call'
  | 'session-calls'
  | 'key-calls'
  | 'refused-calls'
  | 'root-calls'
  | 'guest-calls'
  | 'credential-changes'
  | 'responder-changes'
  | 'assumptions'
  | 'exposures'
  | 'findings'
  | 'reports'
  | 'other-regions'
  | 'canary-calls'
  | readonly string[]

/** What a detector looks at and has to be delivered: the calls that it names, or what it declares where it names none. */
type LooksAt =
  | { readonly actions: readonly string[]; readonly delivery?: Delivery }
  | { readonly actions?: undefined; readonly delivery: Delivery }

/** One detector, see `DetectorFields`. */
export type Detector = DetectorFields & LooksAt

/**
 * One detector. Each has a file of its own, named for its id.
 *
 * `weight`, 0 to 1, is what the finding says by itself: of a group about who calls, the probability that it is not the owner; of any other, how bad the calls
 * are. `fact` names what it rests on, where other detectors rest on the same; else that is the detector's id. `actions` names the calls that the detector
 * looks at; without it, the detector looks at every call, and `delivery` says which of them have to be delivered. The event rules derive from both. `runbook` is the first thing that the person on call should do. `matches` returns why it fired, or
 * undefined.
 */
interface DetectorFields {
  readonly id: string
  readonly title: string
  readonly weight: number
  readonly group: EvidenceGroup
  readonly fact?: string
  readonly attack: Technique
  readonly runbook: string
  /**
   * Set where the detector counts reads that a job makes all day: the use of its action is then what may be a habit. Of all others a habit is a match
   * on earlier days, because what a call says makes the difference, and not that it is made.
   */
  readonly countsReads?: true
  /**
   * Set where the request decides whether the detector fires. `rights`: its calls give access, and the request says to whom or to what; `harm`: any other.
   * Where the record leaves the request out, `parameters-left-out` fires in its place.
   */
  readonly readsRequest?: 'rights' | 'harm'
  /** Set where the detector looks at `assumption` signals (who assumed a role), at exposures, or at findings of other products, in place of calls. */
  readonly looksAt?: 'assumption' | 'exposure' | 'finding'
  /** Set where the call is harmless on what the identity itself created lately: weakening, overwriting or deleting it. */
  readonly sparesOwnWorks?: true
  /** Set where a call counts although our own containment refused it: an attempt to undo that, or to blind the responder. */
  readonly countsRefusedByUs?: true
  /** Set where AWS itself reports the exposure, or what was used has no work: contained without a second opinion. `matches` must not read the context. */
  readonly isConfirmed?: true
  matches(signal: Signal, context: Context): Match | undefined
}
