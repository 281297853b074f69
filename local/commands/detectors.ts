import { CATALOGUE } from '../../shared/detect/catalogue.ts'
import { type DetectorDescription, describeDetector } from '../../shared/detect/describe-detector.ts'
import { ruleIdsOf, unknownDetector, unknownRules } from '../../shared/detect/detector-names.ts'
import type { CompiledRule } from '../../shared/detect/rules/sigma/compile-rule.ts'
import { counted } from '../../shared/domain/counted.ts'
import { isRuleId } from '../../shared/domain/detector-id.ts'
import { tuningOf } from '../../shared/domain/detector-tuning.ts'
import type { Policy } from '../../shared/domain/policy.ts'
import { hint } from '../../shared/domain/schema-issues.ts'
import { ResponderError } from '../../shared/errors.ts'
import { exceptionLine, tuningText } from '../render/detector-tuning.ts'
import { jsonText } from '../render/json-text.ts'
import { type Column, table } from '../render/table.ts'
import { wrapText } from '../render/wrap.ts'
import { describeRule, stackWith, THE_CALL } from '../rules/describe-rule.ts'

/** What the command goes by: a policy, where it is from, and the time (epoch ms) by which exceptions end. */
export interface DetectorsInput {
  readonly policy: Pick<Policy, 'detectors'>
  readonly from: string
  /** The rules of a folder, which are listed beside the detectors. */
  readonly rules?: { readonly folder: string; readonly loaded: readonly CompiledRule[] } | undefined
  readonly now: number
  readonly isJson: boolean
  /** That of the terminal. */
  readonly width?: number | undefined
}

const COLUMNS: readonly Column[] = [
  { name: 'id' },
  { name: 'says', worth: 3 },
  { name: 'own weight', align: 'right', worth: 5 },
  { name: 'ATT&CK', worth: 2 },
  { name: 'rests on', worth: 1 },
  { name: 'by the policy', isText: true, worth: 6 },
  { name: 'title', isText: true, least: 24 },
]

/** Every detector with what it says, what it rests on, and how the policy tunes it. */
export function listDetectors({ policy, from, rules, now, isJson, width }: DetectorsInput): string {
  const ofRules = describedRules(rules)
  const all = [...CATALOGUE.map((detector) => describeDetector(detector)), ...ofRules].sort((a, b) => (a.id < b.id ? -1 : 1))
  if (isJson) return jsonText({ policy: from, detectors: all.map((one) => withTuning(one, policy)) })
  const rows = all.map((one) => [
    one.id,
    one.axis,
    `${one.weight}`,
    one.technique,
    one.fact === one.id ? '' : one.fact,
    one.isBinding ? 'as it is' : tuningText(tuningOf(policy.detectors, one.id), now),
    one.title,
  ])
  const tuned = all.filter(({ id, isBinding }) => !isBinding && tuningText(tuningOf(policy.detectors, id), now) !== '').length
  // On a terminal the two lines are one paragraph.
  const legend = [
    `${counted(all.length - ofRules.length, 'detector')}${rules === undefined ? '' : ` and ${counted(ofRules.length, 'rule')} of ${rules.folder}`}, of which ${from} tunes ${tuned}. "says": who calls, or what is done. "own weight": 0 to 1, how much a finding says`,
    'by itself; the weight in a policy is another number, a factor on it (× 0.5). "rests on": the fact, where that is not the detector’s own; findings that rest',
    'on one fact count once. "as it is": no policy tunes it.',
    ...ruleNotes(policy, rules),
  ].join(width === undefined ? '\n' : ' ')
  return wrapText([table(COLUMNS, rows, { width }), '', legend].join('\n'), width)
}

/** One detector with everything that is known of it. Throws `usage` where there is none of the id. */
export function showDetector(id: string, { policy, from, rules, now, isJson, width }: DetectorsInput): string {
  const one = describedBy(id, rules)
  if (isJson) return jsonText({ policy: from, ...withTuning(one, policy) })
  const { title, axis, weight, group, technique, techniqueUrl, isConfirmed, looksAt, delivery, notes, runbook } = one
  const rows = [
    ['says', `${axis}, own weight ${weight}, group ${group}${isConfirmed ? '; confirmed: contained without asking' : ''}`],
    ['rests on', restsOn(one)],
    ['ATT&CK', `${technique} ${techniqueUrl}`],
    ['looks at', looksAt.join(', ')],
    ['delivered', delivery.by.join(', ') || DELIVERED[delivery.state]],
    ...delivery.gaps.map(({ what, remedy }) => ['not delivered', remedy === undefined ? what : `${what}; delivered by: ${remedy}`]),
    ...notes.map((note) => ['note', note]),
    ['first', runbook],
    ...policyRows(one, { policy, from, now }),
  ]
  return `${wrapText(`${id}: ${title}`, width)}\n${table([{}, { isText: true }], rows, { width, indent: 2 })}`
}

/** What is said of calls that no rule of the stack is named for. */
const DELIVERED: Readonly<Record<DetectorDescription['delivery']['state'], string>> = { delivered: 'yes', 'in-part': 'in part', not: 'no' }

function restsOn(one: DetectorDescription): string {
  if (one.fact === THE_CALL) return 'the call, with whatever else is found of it'
  return one.fact === one.id ? 'a fact of its own' : `the fact ${one.fact}, with ${sharing(one).join(', ') || 'no other detector'}`
}

/** The detector or the rule of an id. Throws `usage` where there is none. */
function describedBy(id: string, rules: DetectorsInput['rules']): DetectorDescription {
  const detector = CATALOGUE.find((one) => one.id === id)
  if (detector !== undefined) return describeDetector(detector)
  const rule = describedRules(rules).find((one) => one.id === id)
  if (rule !== undefined) return rule
  throw new ResponderError('usage', `${id}: ${isRuleId(id) ? whyNoRule(id, rules) : unknownDetector(id)}`)
}

function whyNoRule(id: string, rules: DetectorsInput['rules']): string {
  if (rules === undefined) return 'rules are known by their folder alone: add --rules FOLDER'
  const names = rules.loaded.map(({ detector }) => detector)
  return names.includes(id)
    ? 'it makes no findings, because it is informational and has no weight of its own'
    : `no rule that loads from ${rules.folder} has this name${hint(id, names)}`
}

function describedRules(rules: DetectorsInput['rules']): DetectorDescription[] {
  if (rules === undefined) return []
  const stack = stackWith(rules.loaded)
  return rules.loaded.flatMap((rule) => describeRule(rule, stack) ?? [])
}

/** What the policy says of own rules that are not in the list. */
function ruleNotes({ detectors }: DetectorsInput['policy'], rules: DetectorsInput['rules']): string[] {
  const named = ruleIdsOf(detectors)
  if (rules !== undefined)
    return unknownRules(
      detectors,
      rules.loaded.map(({ detector }) => detector),
    )
  return named.length === 0
    ? []
    : [`The policy also tunes ${counted(named.length, 'rule')} of its own (${named.join(', ')}): --rules FOLDER lists them.`]
}

function policyRows({ id, isBinding }: DetectorDescription, { policy, from, now }: Omit<DetectorsInput, 'isJson' | 'width'>): string[][] {
  if (isBinding) return [['policy', 'counts as it is, whatever a policy says']]
  const tuning = tuningOf(policy.detectors, id)
  const text = tuningText(tuning, now)
  return [
    ['policy', text === '' ? `${from} leaves it as it is` : `${from}: ${text}`],
    ...tuning.except.map((exception) => ['except', exceptionLine(exception, now)]),
  ]
}

/** The other detectors that rest on the same fact. */
function sharing({ id, fact }: DetectorDescription): string[] {
  return CATALOGUE.filter((other) => other.id !== id && (other.fact ?? other.id) === fact).map((other) => other.id)
}

function withTuning(one: DetectorDescription, { detectors }: DetectorsInput['policy']): object {
  return { ...one, tuning: tuningOf(detectors, one.id) }
}
