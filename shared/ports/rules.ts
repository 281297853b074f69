import type { RuleMatch } from '../domain/rule-match.ts'

/** The rules that people wrote as data. */
export interface Rules {
  /** The rules that match a CloudTrail record, the strongest first. Throws where it is nested too deeply to be read. */
  matching(record: Readonly<Record<string, unknown>>): readonly RuleMatch[]
}
