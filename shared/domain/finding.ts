import { z } from 'zod'
import { Time } from './stored.ts'

/** A MITRE ATT&CK technique id, such as `T1078.004`. */
export const Technique = z.templateLiteral(['T', z.number()])
export type Technique = z.infer<typeof Technique>

/** Findings of one group say the same thing in different ways; only the strongest of a group counts in full. */
export const EvidenceGroup = z.enum([
  'origin',
  'novelty',
  'discovery',
  'denial',
  'persistence',
  'privilege',
  'evasion',
  'abuse',
  'exposure',
])
export type EvidenceGroup = z.infer<typeof EvidenceGroup>

/**
 * What one detector says of one signal in its context.
 *
 * `weight` is the probability, 0 to 1, that the identity is compromised given this finding alone.
 * A `confirmed` finding needs no further opinion: a party that knows says the credential is out.
 */
export const Finding = z
  .strictObject({
    detector: z.string(),
    title: z.string(),
    weight: z.number().min(0).max(1),
    group: EvidenceGroup,
    technique: Technique,
    isConfirmed: z.boolean(),
    reason: z.string(),
    signalId: z.string(),
    credentialId: z.string(),
    time: Time,
  })
  .readonly()
export type Finding = z.infer<typeof Finding>
