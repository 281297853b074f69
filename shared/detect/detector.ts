import type { Baseline } from '../domain/baseline.ts'
import type { CredentialWindow } from '../domain/credential-window.ts'
import type { EvidenceGroup, Technique } from '../domain/finding.ts'
import type { Signal } from '../domain/signal.ts'

/** What a detector sees beside the signal: the identity's past before it, and the credential's window including it. */
export interface Context {
  readonly baseline: Baseline
  readonly window: CredentialWindow
}

/** Why a detector fired. `weight` replaces the detector's own where this case is stronger or weaker. */
export interface Match {
  readonly reason: string
  readonly weight?: number
}

/**
 * One thing that gives a stolen credential away. One file each, named for the id.
 *
 * `weight` is the probability of compromise, 0 to 1, given this finding alone. `actions` names the calls it looks at;
 * without it, it sees every signal. `runbook` is the first thing the person on call should do.
 */
export interface Detector {
  readonly id: string
  readonly title: string
  readonly weight: number
  readonly group: EvidenceGroup
  readonly attack: Technique
  readonly runbook: string
  readonly actions?: readonly string[]
  /** Set where it looks at who took a role on, and not at calls. */
  readonly looksAt?: 'assumption'
  /** Set where a party that knows says so: contained without asking a model. Must not read the context. */
  readonly isConfirmed?: true
  matches(signal: Signal, context: Context): Match | undefined
}
