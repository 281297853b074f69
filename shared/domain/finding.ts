import * as z from 'zod'
import { ReportingSource } from './report.ts'
import { Scene } from './scene.ts'
import { Time } from './stored.ts'

/** A MITRE ATT&CK technique id, such as `T1078.004`. */
export const Technique = z.templateLiteral(['T', z.number()])
export type Technique = z.infer<typeof Technique>

/**
 * What a finding says something about. `who`: that the caller is not the owner of the credential. `what`: what the calls do, and could do.
 */
export const Axis = z.enum(['who', 'what'])
export type Axis = z.infer<typeof Axis>

/** The groups of findings. Those of `what` are correlated: only the strongest finding of a group counts in full. */
export const EvidenceGroup = z.enum([
  'origin',
  'lineage',
  'exposure',
  'novelty',
  'discovery',
  'persistence',
  'privilege',
  'evasion',
  'abuse',
  'exfiltration',
  'impact',
])
export type EvidenceGroup = z.infer<typeof EvidenceGroup>

/** The groups that say something of who calls. */
const WHO: readonly EvidenceGroup[] = ['origin', 'lineage', 'exposure']

/** The axis that the findings of a group are on. */
export function axisOf(group: EvidenceGroup): Axis {
  return WHO.includes(group) ? 'who' : 'what'
}

/**
 * What one detector says of one signal in its context. `time` is epoch milliseconds.
 *
 * `weight`, 0 to 1, is how much it says on its axis by itself: of `who` the probability that the caller is not the owner, of `what` how bad the calls are.
 * `fact` names what it rests on: findings that rest on one fact count as one, the strongest.
 * `scenes` say where, with what and on what it was found; absent where that cannot be said.
 * `isConfirmed` is true where a party that knows says that the credential is exposed; such a finding needs no second opinion. `reportedBy` is who says it,
 * where that is not CloudTrail: the policy says how far such a party is believed.
 */
export const Finding = z
  .strictObject({
    detector: z.string(),
    title: z.string(),
    weight: z.number().min(0).max(1),
    axis: Axis,
    group: EvidenceGroup,
    fact: z.string().min(1),
    technique: Technique,
    isConfirmed: z.boolean(),
    reason: z.string(),
    signalId: z.string(),
    credentialId: z.string(),
    time: Time,
    scenes: z.array(Scene).min(1).readonly().exactOptional(),
    reportedBy: ReportingSource.exactOptional(),
  })
  .readonly()
export type Finding = z.infer<typeof Finding>

/** What two findings of one kind have in common: the detector, and who reports it. The strongest of a kind about a credential counts. */
export function kindOfFinding({ detector, reportedBy }: Pick<Finding, 'detector' | 'reportedBy'>): string {
  return reportedBy === undefined ? detector : `${detector} ${reportedBy}`
}
