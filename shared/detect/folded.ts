import type { ExceptedFinding } from '../domain/excepted.ts'
import type { Finding } from '../domain/finding.ts'
import type { Signal } from '../domain/signal.ts'

/** The result of folding one signal: its findings, and all the evidence against its credential including them. */
export interface Folded {
  readonly signal: Signal
  readonly findings: readonly Finding[]
  readonly evidence: readonly Finding[]
  /** What of this signal the policy does not count; absent where there is nothing of that. It is no evidence, and teaches nothing. */
  readonly excepted?: readonly ExceptedFinding[]
  /** The incident whose credential issued this one, or undefined. */
  readonly parentIncidentId: string | undefined
}
