import * as z from 'zod'
import { EvidenceGroup, Technique } from '../../domain/finding.ts'
import { RULE_DETECTOR } from '../../domain/rule-match.ts'
import { Condition } from './condition.ts'

/** The strongest that a rule may be: what is as good as certain is for code and for parties that know. */
export const RULE_WEIGHT_LIMIT = 0.9

/** The longest title of a rule in findings, in characters. */
export const RULE_TITLE_LIMIT = 72

/** Groups that a rule's finding may be of. Exposures are reported by parties, and lineage is what the responder follows itself. */
export const RuleGroup = EvidenceGroup.exclude(['exposure', 'lineage'])
export type RuleGroup = z.infer<typeof RuleGroup>

/** A rule as a stack and the commands take it: nothing of its text has to be read any more. */
export const PackedRule = z
  .strictObject({
    detector: z.string().regex(RULE_DETECTOR),
    title: z.string().min(1).max(RULE_TITLE_LIMIT),
    weight: z.number().min(0).max(RULE_WEIGHT_LIMIT),
    group: RuleGroup,
    fact: z.string().min(1).max(60).exactOptional(),
    technique: Technique,
    condition: Condition,
  })
  .readonly()
export type PackedRule = z.infer<typeof PackedRule>

/** Rules as they are added to the bundle of respond. */
export const PackedRules = z.strictObject({ version: z.literal(1), rules: z.array(PackedRule).readonly() }).readonly()
export type PackedRules = z.infer<typeof PackedRules>
