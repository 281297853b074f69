/** A MITRE ATT&CK technique id, such as `T1078.004`. */
export type Technique = `T${number}` | `T${number}.${string}`

/** Findings of one group say the same thing in different ways; only the strongest of a group counts in full. */
export type EvidenceGroup = 'origin' | 'novelty' | 'discovery' | 'denial' | 'persistence' | 'privilege' | 'evasion' | 'abuse' | 'exposure'

/**
 * What one detector says of one signal in its context.
 *
 * `weight` is the probability, 0 to 1, that the identity is compromised given this finding alone.
 * A `confirmed` finding needs no further opinion: a party that knows says the credential is out.
 */
export interface Finding {
  readonly detector: string
  readonly title: string
  readonly weight: number
  readonly group: EvidenceGroup
  readonly technique: Technique
  readonly isConfirmed: boolean
  readonly reason: string
  readonly signalId: string
  readonly credentialId: string
  readonly time: number
}
