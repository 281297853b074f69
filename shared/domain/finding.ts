import { z } from 'zod'
import { Time } from './stored.ts'

/** A MITRE ATT&CK technique id, such as `T1078.004`. */
export const Technique = z.templateLiteral(['T', z.number()])
export type Technique = z.infer<typeof Technique>

/** The groups of correlated findings: only the strongest finding of a group counts in full. */
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
 * What one detector says of one signal in its context. `time` is epoch milliseconds.
 *
 * `weight` is the probability, 0 to 1, that the identity is compromised given this finding alone.
 * `isConfirmed` is true where AWS itself says that the credential is exposed; such a finding needs no second opinion.
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
