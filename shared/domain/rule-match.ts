import { isRuleId } from './detector-id.ts'
import type { EvidenceGroup, Technique } from './finding.ts'

/**
 * A rule that matches a record, with what a finding of it says. `detector` is `rule:` and the name of its file. Of rules without a `fact` those that match
 * one call rest on that call. Its title was written by whoever wrote the rule, and is clipped and printable; `details` are values of the record, which whoever calls may choose.
 */
export interface RuleMatch {
  readonly detector: string
  readonly title: string
  readonly weight: number
  readonly group: EvidenceGroup
  readonly fact?: string | undefined
  readonly technique: Technique
  /** The values of the record that the rule asks for, printable and clipped; empty where it asks for the call alone. */
  readonly details: string
}

/** True for what a rule found. */
export function isOfRule({ detector }: { readonly detector: string }): boolean {
  return isRuleId(detector)
}

/** The detector of a rule: the prefix, and a name of at most 43 small letters, digits and hyphens. An identity's evidence has room for names of that length. */
export const RULE_DETECTOR = /^rule:[a-z0-9](?:[a-z0-9-]{0,41}[a-z0-9])?$/
