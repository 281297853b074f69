import type { Finding } from '../domain/finding.ts'
import type { Signal } from '../domain/signal.ts'

/** The result of folding one signal: its findings, and all the evidence against its credential including them. */
export interface Folded {
  readonly signal: Signal
  readonly findings: readonly Finding[]
  readonly evidence: readonly Finding[]
  /** The incident whose credential issued this one, or undefined. */
  readonly parentIncidentId: string | undefined
}
