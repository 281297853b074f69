import { conditionMatcher } from '../../shared/detect/rules/match-condition.ts'
import { RecordView } from '../../shared/detect/rules/record-view.ts'
import type { CompiledRule } from '../../shared/detect/rules/sigma/compile-rule.ts'
import { counted } from '../../shared/domain/counted.ts'
import { jsonText } from '../render/json-text.ts'
import { type RuleDelivery, ruleDelivery, stackWith } from '../rules/describe-rule.ts'
import { type RulesFolder, readRulesFolder } from '../rules/read-rules.ts'
import { ruleOfSamples, samplesBeside } from '../rules/read-samples.ts'
import { ruleWarnings } from '../rules/rule-warnings.ts'

/** What a command prints, and whether every rule is as it should be. */
interface Told {
  readonly output: string
  readonly isWhole: boolean
}

/** Says of each file of a folder whether its rule is loaded, or why it is refused, and ends with the counts. */
export function checkRules(folder: string, { isJson }: { isJson: boolean }): Told {
  const { loaded, refused } = withSamples(folder)
  const states = deliveries(loaded.map(({ rule }) => rule))
  const counts = {
    files: loaded.length + refused.length,
    loaded: loaded.length,
    refused: refused.length,
    withFindings: loaded.filter(({ rule }) => rule.packed !== undefined).length,
    withSamples: loaded.filter(({ rule }) => hasSamples(rule)).length,
    delivered: countOf(states, 'delivered'),
    deliveredInPart: countOf(states, 'in-part'),
    deliveredForOthers: countOf(states, 'for-others'),
    notDelivered: countOf(states, 'not'),
  }
  const isWhole = refused.length === 0
  if (isJson) {
    const lines = [
      ...loaded.map(({ file, rule }) => loadedLine(file, rule, states.get(rule.detector))),
      ...refused.map(({ file, why }) => ({ file, state: 'refused', why })),
      { counts },
    ]
    return { output: lines.map((line) => jsonText(line)).join('\n'), isWhole }
  }
  const lines = [
    ...loaded.map(
      ({ file, rule }) => [file, `  loaded   ${file}  ${describe(rule, states.get(rule.detector))}${warningLines(rule)}`] as const,
    ),
    ...refused.map(({ file, why }) => [file, `  REFUSED  ${file}: ${why}`] as const),
  ].sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    output: [
      ...lines.map(([, line]) => line),
      '',
      `${counted(counts.files, 'file')}: ${counts.loaded} loaded, ${counts.refused} refused.`,
      ...findingLines(counts),
      ...sampleLines(counts),
      ...deliveryLines(counts),
    ].join('\n'),
    isWhole,
  }
}

/** How many of what `rules check` counts. */
type Counts = Readonly<
  Record<'loaded' | 'withFindings' | 'withSamples' | 'delivered' | 'deliveredInPart' | 'deliveredForOthers' | 'notDelivered', number>
>

function findingLines({ loaded, withFindings }: Counts): string[] {
  const silent = loaded - withFindings
  return [
    `${counted(withFindings, 'rule makes', 'rules make')} findings.`,
    ...(silent === 0 ? [] : [`${counted(silent, 'rule makes', 'rules make')} none: informational, without a weight in the rule.`]),
  ]
}

function sampleLines({ loaded, withSamples }: Counts): string[] {
  const without = loaded - withSamples
  return [
    `${counted(withSamples, 'rule has', 'rules have')} samples that match and near misses, which \`rules test\` runs.`,
    ...(without === 0 ? [] : [`${counted(without, 'rule lacks', 'rules lack')} one of the two kinds, or both, in the rule and beside it.`]),
  ]
}

function deliveryLines({ delivered, deliveredInPart, deliveredForOthers, notDelivered }: Counts): string[] {
  const rules = (count: number) => counted(count, 'rule')
  return [
    `A stack with the default settings delivers all calls of ${rules(delivered)}, a part of the calls of ${rules(deliveredInPart)}, and no call of ${rules(notDelivered)}.`,
    ...(deliveredForOthers === 0
      ? []
      : [
          `The calls of ${rules(deliveredForOthers)} cannot be told: on a stack what is delivered for other rules and for detectors is all that can match.`,
        ]),
  ]
}

/** The rules of a folder, each with the samples in it and beside it. A file of samples that cannot be used, or that no rule belongs to, is refused. */
function withSamples(folder: string): Pick<RulesFolder, 'loaded' | 'refused'> {
  const { loaded, refused, samples } = readRulesFolder(folder)
  const names = new Set([...loaded, ...refused].map(({ file }) => file.replace(/\.ya?ml$/i, '')))
  const alone = samples
    .filter((file) => !names.has(ruleOfSamples(file)))
    .map((file) => ({ file, why: `it holds samples, and no rule is called ${ruleOfSamples(file)}.yml or .yaml` }))
  const faults: { file: string; why: string }[] = []
  const whole = loaded.map(({ file, rule }) => {
    const beside = samplesBeside(folder, file)
    if (beside?.kind !== 'read') {
      if (beside !== undefined) faults.push({ file: beside.file, why: beside.why })
      return { file, rule }
    }
    const { match = [], nomatch = [] } = rule.samples ?? {}
    const all = { match: [...match, ...beside.samples.match], nomatch: [...nomatch, ...beside.samples.nomatch] }
    return { file, rule: { ...rule, samples: all } }
  })
  return { loaded: whole, refused: [...refused, ...faults, ...alone] }
}

function deliveries(rules: readonly CompiledRule[]): ReadonlyMap<string, RuleDelivery> {
  const stack = stackWith(rules)
  return new Map(
    rules.flatMap((rule): (readonly [string, RuleDelivery])[] => {
      const state = ruleDelivery(rule, stack)
      return state === undefined ? [] : [[rule.detector, state]]
    }),
  )
}

function countOf(states: ReadonlyMap<string, RuleDelivery>, state: RuleDelivery): number {
  return [...states.values()].filter((one) => one === state).length
}

const DELIVERED: Readonly<Record<Exclude<RuleDelivery, 'for-others'>, string>> = {
  delivered: '',
  'in-part': ' (delivered in part)',
  not: ' (not delivered on a stack)',
}

function describe({ detector, packed, untold }: CompiledRule, state: RuleDelivery | undefined): string {
  const says = packed === undefined ? 'no findings: informational' : `${packed.group} ${packed.weight} ${packed.technique}`
  if (state === undefined) return `${detector}: ${says}`
  return `${detector}: ${says}${state === 'for-others' ? ` (${untold}: on a stack it sees only what is delivered for others)` : DELIVERED[state]}`
}

/** What its author should look at, one warning a line. The rule is loaded all the same. */
function warningLines(rule: CompiledRule): string {
  return ruleWarnings(rule)
    .map((line) => `\n           warning: ${line}`)
    .join('')
}

function loadedLine(file: string, rule: CompiledRule, delivery: RuleDelivery | undefined): object {
  const { detector, title, packed, calls, untold, runbook, falsePositives, unknownFields } = rule
  const { group, weight, technique } = packed ?? {}
  const warnings = ruleWarnings(rule)
  return {
    file,
    state: 'loaded',
    detector,
    title,
    group,
    weight,
    technique,
    delivery,
    calls,
    untold,
    unknownFields,
    warnings,
    runbook,
    falsePositives,
  }
}

/** Compares each rule of a folder with its samples. */
export function testRules(folder: string, { isJson }: { isJson: boolean }): Told {
  const { loaded, refused } = withSamples(folder)
  const results = loaded.map(({ file, rule }) => ({ file, detector: rule.detector, ...tested(rule) }))
  const of = (state: Tested['state']) => results.filter((one) => one.state === state).length
  const counts = { rules: loaded.length, passed: of('passed'), failed: of('failed'), untested: of('untested'), refused: refused.length }
  const isWhole = counts.failed === 0 && refused.length === 0
  if (isJson) return { output: [...results, { counts }].map((line) => jsonText(line)).join('\n'), isWhole }
  return {
    output: [
      ...results.map(({ file, state, faults, samples }) => `  ${MARK[state]} ${file}${linesOf(state, faults, samples)}`),
      ...refused.map(({ file, why }) => `  REFUSED  ${file}: ${why}`),
      '',
      `${counted(counts.rules, 'rule')}: ${counts.passed} passed, ${counts.failed} failed, ${counts.untested} without samples of both kinds; ${counted(counts.refused, 'file')} refused.`,
    ].join('\n'),
    isWhole,
  }
}

interface Tested {
  readonly state: 'passed' | 'failed' | 'untested'
  readonly samples: number
  readonly faults: readonly string[]
}

const MARK: Readonly<Record<Tested['state'], string>> = { passed: 'passed  ', failed: 'FAILED  ', untested: 'untested' }

function linesOf(state: Tested['state'], faults: readonly string[], samples: number): string {
  if (state === 'passed') return `: ${counted(samples, 'sample')}`
  if (state === 'failed') return faults.map((fault) => `\n           ${fault}`).join('')
  return samples === 0
    ? ': it has no sample: it needs one that matches and a near miss that does not, in the rule or beside it'
    : ': it has samples of one kind only: it needs one that matches and a near miss that does not'
}

/** A rule that is said to match a record and does not, or the other way round, fails; one without samples of both kinds proves nothing. */
function tested({ condition, samples }: CompiledRule): Tested {
  const { match = [], nomatch = [] } = samples ?? {}
  const holds = conditionMatcher(condition)
  const faults = [
    ...match.flatMap((record, at) => (holds(new RecordView(record)) ? [] : [`match ${at + 1}: the rule does not match it`])),
    ...nomatch.flatMap((record, at) => (holds(new RecordView(record)) ? [`nomatch ${at + 1}: the rule matches it`] : [])),
  ]
  const isTested = match.length > 0 && nomatch.length > 0
  return { state: faults.length > 0 ? 'failed' : isTested ? 'passed' : 'untested', samples: match.length + nomatch.length, faults }
}

function hasSamples({ samples }: CompiledRule): boolean {
  return samples !== undefined && samples.match.length > 0 && samples.nomatch.length > 0
}
