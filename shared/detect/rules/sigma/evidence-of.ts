import { axisOf, Technique } from '../../../domain/finding.ts'
import type { RuleGroup } from '../packed-rule.ts'
import { Refusal } from '../refusal.ts'
import { presentTechnique } from './present-technique.ts'
import type { Level, SigmaRule } from './sigma-rule.ts'

/** What a finding of a rule counts as. */
export interface RuleEvidence {
  readonly group: RuleGroup
  /** Of the present ATT&CK. */
  readonly technique: Technique
  /** What the rule names, where that is revoked. */
  readonly revokedTechnique: Technique | undefined
  /** What the rule names, whether or not there is such a technique. */
  readonly namedTechniques: readonly Technique[]
  /** The tags of ATT&CK that name no tactic and are no id of its form. */
  readonly unreadTags: readonly string[]
  /** Undefined for a rule that makes no findings: it is informational and has no weight of its own. */
  readonly weight: number | undefined
}

/**
 * The weight of a rule that gives none, by its level. Its author says how bad the call may be and not how often an owner makes it, so each stays below what
 * people are asked about (55) where it is alone. Informational rules are "for enrichment", and nothing should be triggered by them, as Sigma's specification says.
 */
export const LEVEL_WEIGHTS: Readonly<Record<Exclude<Level, 'informational'>, number>> = {
  low: 0.15,
  medium: 0.3,
  high: 0.45,
  critical: 0.5,
}

/** The level of a rule that names none, which Sigma allows. */
const DEFAULT_LEVEL: Level = 'medium'

/** The group of a tactic of ATT&CK, in its names of before and after version 18. All are about what calls do: that it is not the owner, no call says by itself. */
const TACTIC_GROUPS: Readonly<Record<string, RuleGroup>> = {
  reconnaissance: 'discovery',
  'resource-development': 'abuse',
  'initial-access': 'privilege',
  execution: 'abuse',
  persistence: 'persistence',
  'privilege-escalation': 'privilege',
  'defense-evasion': 'evasion',
  'defense-impairment': 'evasion',
  stealth: 'evasion',
  'credential-access': 'privilege',
  discovery: 'discovery',
  'lateral-movement': 'privilege',
  collection: 'exfiltration',
  'command-and-control': 'abuse',
  exfiltration: 'exfiltration',
  impact: 'impact',
}

/** The tactics that a tag may name. */
export const TACTICS: readonly string[] = Object.keys(TACTIC_GROUPS)

/** Ids of tactics, groups, software, campaigns, mitigations and data sources: ATT&CK has them, and nothing follows from them here. */
const OTHER_ID = /^(?:ta|g|s|c|m|ds)\d{4}$/

/** Of a rule that names no tactic. */
const DEFAULT_GROUP: RuleGroup = 'abuse'

/** Cloud accounts that somebody else uses: what every rule about calls is about, where it names no technique. */
const DEFAULT_TECHNIQUE: Technique = 'T1078.004'

/** What a rule counts as: by its own block, and where that says nothing by its level and its tags. Throws a `Refusal` where axis and group contradict each other. */
export function evidenceOf({ countersign: own = {}, level = DEFAULT_LEVEL, tags }: SigmaRule): RuleEvidence {
  const names = (tags ?? []).flatMap((tag) =>
    typeof tag === 'string' && tag.startsWith('attack.') ? [tag.slice(7).toLowerCase().replaceAll('_', '-')] : [],
  )
  const tactic = names.find(isTactic)
  const technique = names.flatMap((name) => techniqueOf(name) ?? [])
  const group = own.group ?? (own.axis === 'who' ? 'origin' : ((tactic === undefined ? undefined : TACTIC_GROUPS[tactic]) ?? DEFAULT_GROUP))
  if (own.axis !== undefined && axisOf(group) !== own.axis)
    throw new Refusal(`countersign.axis is ${own.axis}, and the group ${group} is of the axis ${axisOf(group)}`)
  const named = own.technique ?? technique.toSorted((a, b) => b.length - a.length)[0] ?? DEFAULT_TECHNIQUE
  const present = presentTechnique(named)
  return {
    group,
    technique: present ?? named,
    revokedTechnique: present === undefined ? undefined : named,
    namedTechniques: [...new Set([...(own.technique === undefined ? [] : [own.technique]), ...technique])],
    unreadTags: names
      .filter((name) => !isTactic(name) && techniqueOf(name) === undefined && !OTHER_ID.test(name))
      .map((name) => `attack.${name}`),
    weight: own.weight ?? (level === 'informational' ? undefined : LEVEL_WEIGHTS[level]),
  }
}

function isTactic(name: string): boolean {
  return Object.hasOwn(TACTIC_GROUPS, name)
}

function techniqueOf(name: string): Technique | undefined {
  return Technique.safeParse(name.toUpperCase()).data
}
