import { createHash } from 'node:crypto'
import { RULE_PREFIX } from '../../../domain/detector-id.ts'
import type { Technique } from '../../../domain/finding.ts'
import { issueText } from '../../../domain/schema-issues.ts'
import { type Calls, callsOf } from '../calls-of.ts'
import type { Condition } from '../condition.ts'
import { type PackedRule, RULE_TITLE_LIMIT } from '../packed-rule.ts'
import { RECORD_FIELDS } from '../record-fields.ts'
import { Refusal } from '../refusal.ts'
import { whyUntold } from '../untold-calls.ts'
import { evidenceOf } from './evidence-of.ts'
import { parseCondition } from './parse-condition.ts'
import { selectionCondition } from './selection-condition.ts'
import { type RuleSamples, SigmaRule } from './sigma-rule.ts'

/** A rule that was read. `packed` is undefined where it makes no findings: it is informational and gives no weight. */
export interface CompiledRule {
  readonly kind: 'loaded'
  readonly detector: string
  readonly title: string
  /** What its author says that it is about. */
  readonly description: string | undefined
  readonly id: string | undefined
  readonly condition: Condition
  readonly packed: PackedRule | undefined
  readonly calls: readonly Calls[]
  /** Why its calls cannot be told, such as `names no calls`; undefined where they can. */
  readonly untold: string | undefined
  readonly samples: RuleSamples | undefined
  /** What the person on call does, and what else makes the rule match, in the words of its author. */
  readonly runbook: string | undefined
  readonly falsePositives: readonly string[]
  /** Fields that no record of CloudTrail has. */
  readonly unknownFields: readonly string[]
  /** The technique that the rule names, where ATT&CK has revoked it; `packed` has the present one. */
  readonly revokedTechnique: Technique | undefined
  /** The techniques that the rule names, whether or not ATT&CK has them. */
  readonly namedTechniques: readonly Technique[]
  /** Its tags of ATT&CK that name no tactic and are no id of ATT&CK's form, such as `attack.1136`. */
  readonly unreadTags: readonly string[]
}

/** Why a rule is not loaded, in one line. */
export interface RefusedRule {
  readonly kind: 'refused'
  readonly why: string
}

/** The most selections of a rule, and the most parts of its condition. */
const SELECTIONS_LIMIT = 100
const PARTS_LIMIT = 5_000

/** Reads a rule of the name of its file, from what its YAML says. Never throws for what a rule says. */
export function compileRule(name: string, value: unknown): CompiledRule | RefusedRule {
  try {
    return compiled(name, value)
  } catch (cause) {
    if (cause instanceof Refusal) return { kind: 'refused', why: printable(cause.message, 240) }
    throw cause
  }
}

function compiled(name: string, value: unknown): CompiledRule {
  const rule = ruleOf(value)
  const { title, id, description, detection, countersign: own, falsepositives } = rule
  requireCloudTrail(rule)
  const { condition, untold } = detectionCondition(detection)
  const evidence = evidenceOf(rule)
  const detector = `${RULE_PREFIX}${detectorName(name)}`
  const shownTitle = printable(title, RULE_TITLE_LIMIT)
  if (shownTitle === '') throw new Refusal('its title has nothing that can be shown')
  const { weight, revokedTechnique, namedTechniques, unreadTags, ...kind } = evidence
  const packed =
    weight === undefined
      ? undefined
      : {
          detector,
          title: shownTitle,
          weight,
          ...kind,
          ...(own?.fact === undefined ? {} : { fact: own.fact }),
          condition,
        }
  return {
    kind: 'loaded',
    detector,
    title: shownTitle,
    description: description === undefined ? undefined : printable(description, 1_000),
    id,
    condition,
    packed,
    calls: callsOf(condition),
    untold,
    samples: own?.tests,
    runbook: own?.runbook === undefined ? undefined : printable(own.runbook, 1_000),
    falsePositives: [falsepositives ?? []].flat().flatMap((one) => (typeof one === 'string' ? [printable(one, 200)] : [])),
    unknownFields: [...new Set([...fieldsOf(condition)].map((field) => field.split('.')[0] ?? ''))].filter(
      (field) => !RECORD_FIELDS.has(field),
    ),
    revokedTechnique,
    namedTechniques,
    unreadTags: unreadTags.map((tag) => printable(tag, 60)),
  }
}

function ruleOf(value: unknown): SigmaRule {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Refusal('it is no map of YAML, and so no rule')
  if ('correlation' in value) throw new Refusal('it correlates other rules, which takes a detector in code')
  if ('action' in value) throw new Refusal('it is a collection of rules of the old format (action); write one file for each')
  const parsed = SigmaRule.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  if (issue === undefined) throw new Refusal('it is no rule of Sigma')
  const where = issue.path.join('.') || 'the rule'
  if (issue.code === 'unrecognized_keys') throw new Refusal(`${where} has the key ${issue.keys[0]}, which is unknown`)
  throw new Refusal(`${where}: ${issueText(issue, SigmaRule, value)}`)
}

function requireCloudTrail({ status, logsource: { product, service, category } }: SigmaRule): void {
  if (status === 'deprecated' || status === 'unsupported') throw new Refusal(`its author says that it is ${status}`)
  if (product === 'aws' && service === 'cloudtrail' && category === undefined) return
  const said = Object.entries({ product, service, category }).flatMap(([key, one]) => (one === undefined ? [] : [`${key} ${one}`]))
  throw new Refusal(`it is about ${said.join(', ') || 'no source'}, and only product aws, service cloudtrail is read`)
}

function detectionCondition({ condition, timeframe, ...others }: Readonly<Record<string, unknown>>): {
  readonly condition: Condition
  readonly untold: string | undefined
} {
  if (timeframe !== undefined) throw new Refusal('it looks at several records of a timeframe, which takes a detector in code')
  const names = Object.keys(others)
  if (names.length === 0) throw new Refusal('its detection has no selection')
  if (names.length > SELECTIONS_LIMIT) throw new Refusal(`its detection has ${names.length} selections, and may have ${SELECTIONS_LIMIT}`)
  const selections = new Map(names.map((name) => [name, selectionCondition(name, others[name])]))
  // Several conditions are one, of which any is enough.
  const texts: readonly unknown[] = Array.isArray(condition) ? condition : [condition]
  const conditions = texts.map((text) => {
    if (typeof text !== 'string') throw new Refusal('its detection has no condition')
    return parseCondition(text, selections)
  })
  if (conditions.length === 0) throw new Refusal('its detection has no condition')
  const whole: Condition = conditions.length === 1 ? (conditions[0] as Condition) : { kind: 'any', of: conditions }
  if (partsOf(whole) > PARTS_LIMIT) throw new Refusal(`its condition has more than ${PARTS_LIMIT} parts`)
  return { condition: whole, untold: whyUntold(whole, selections) }
}

/** How many parts a condition has, counted no further than needed: what it names twice counts twice. */
function partsOf(condition: Condition): number {
  let count = 0
  const open: Condition[] = [condition]
  for (let one = open.pop(); one !== undefined && count <= PARTS_LIMIT; one = open.pop()) {
    count += 1
    if (one.kind === 'not') open.push(one.of)
    else if (one.kind !== 'test') for (const part of one.of) open.push(part)
  }
  return count
}

function fieldsOf(condition: Condition): Set<string> {
  if (condition.kind === 'test') return new Set(condition.field === undefined ? [] : [condition.field])
  if (condition.kind === 'not') return fieldsOf(condition.of)
  return new Set(condition.of.flatMap((one) => [...fieldsOf(one)]))
}

/** The longest name of a rule, in characters: a longer one ends in a hash of the whole. */
const NAME_LIMIT = 43

function detectorName(file: string): string {
  const name = file
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  if (name === '') throw new Refusal('the name of its file has no letter or digit of ASCII')
  if (name.length <= NAME_LIMIT) return name
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8)
  return `${name.slice(0, NAME_LIMIT - 9).replace(/-+$/, '')}-${hash}`
}

/** A text of a rule as it is shown: one line, without what a terminal would act on, clipped. */
function printable(text: string, limit: number): string {
  const line = text.replace(/[\p{C}\p{Z}]+/gu, ' ').trim()
  return line.length <= limit ? line : `${line.slice(0, limit - 1).trimEnd()}…`
}
