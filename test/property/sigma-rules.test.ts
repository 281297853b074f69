import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { randomOf } from '../../local/synthetic/random.ts'
import { callsOf } from '../../shared/detect/rules/calls-of.ts'
import { PackedRules } from '../../shared/detect/rules/packed-rule.ts'
import { RecordView } from '../../shared/detect/rules/record-view.ts'
import { ruleSet } from '../../shared/detect/rules/rule-set.ts'
import { compileRule } from '../../shared/detect/rules/sigma/compile-rule.ts'
import { holdsByHand } from '../sigma/by-hand.ts'
import { generatedRecord, generatedRule } from '../sigma/generated-rule.ts'
import { matches, sigmaRule } from '../sigma/rule-of.ts'

const seeds = fc.integer({ min: 1, max: 2 ** 31 - 1 })
const recordsOf = (seed: number, count: number) => {
  const random = randomOf(seed)
  return Array.from({ length: count }, () => generatedRecord(random))
}

describe('a rule that is compiled', () => {
  it('says the same of a record as one that is read word for word', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const rule = generatedRule(randomOf(seed), 0)
        for (const record of recordsOf(seed + 1, 20))
          expect([rule.detection, record, matches(sigmaRule(rule), record)]).toEqual([
            rule.detection,
            record,
            holdsByHand(rule.detection, record),
          ])
      }),
      { numRuns: 150 },
    )
  })

  it('keeps the laws of not, and, or', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { detection } = generatedRule(randomOf(seed), 0)
        const { condition, ...selections } = detection
        const other = Object.keys(selections)[0] as string
        const say = (text: string) => sigmaRule({ detection: { ...selections, condition: text } })
        const [plain, denied, twice] = [say(`${condition}`), say(`not (${condition})`), say(`not not (${condition})`)]
        const [either, neither] = [say(`not (${condition}) or not ${other}`), say(`not ((${condition}) and ${other})`)]
        for (const record of recordsOf(seed + 1, 20)) {
          expect(matches(denied, record)).toBe(!matches(plain, record))
          expect(matches(twice, record)).toBe(matches(plain, record))
          expect(matches(either, record)).toBe(matches(neither, record))
        }
      }),
      { numRuns: 100 },
    )
  })

  it('holds of no record but of the calls that it is said to look at', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { condition } = sigmaRule(generatedRule(randomOf(seed), 0))
        const calls = callsOf(condition)
        const isIn = (list: readonly string[] | undefined, value: unknown) =>
          list === undefined || list.some((one) => one.toLowerCase() === String(value).toLowerCase())
        for (const record of recordsOf(seed + 1, 50))
          if (matches({ condition }, record))
            expect(calls.some(({ sources, names }) => isIn(sources, record.eventSource) && isIn(names, record.eventName))).toBe(true)
      }),
      { numRuns: 150 },
    )
  })

  it('is found by the call of a record as by trying all, and after it was packed', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = randomOf(seed)
        const rules = Array.from({ length: 12 }, (_, at) =>
          sigmaRule({ ...generatedRule(random, at), countersign: { weight: random.whole(1, 90) / 100 } }, `rule-${at}`),
        )
        const packed = PackedRules.parse(JSON.parse(JSON.stringify({ version: 1, rules: rules.map((one) => one.packed) })))
        const set = ruleSet(packed)
        for (const record of recordsOf(seed + 1, 20)) {
          const all = rules.filter((rule) => matches(rule, record)).flatMap(({ packed: one }) => one ?? [])
          const strongest = all.sort((a, b) => b.weight - a.weight || (a.detector < b.detector ? -1 : 1)).slice(0, 4)
          expect(set.matching(record).map(({ detector }) => detector)).toEqual(strongest.map(({ detector }) => detector))
        }
      }),
      { numRuns: 100 },
    )
  })
})

describe('whatever YAML says', () => {
  it('is loaded or refused, and never thrown', () => {
    const anything = fc.jsonValue({ maxDepth: 4 })
    const words = fc
      .array(fc.constantFrom('selection', 'a', 'and', 'or', 'not', '(', ')', '1', 'all', 'of', 'them', 'sel*', '|', '"'), { maxLength: 12 })
      .map((all) => all.join(' '))
    const detection = fc.record({ selection: anything, a: anything, condition: fc.oneof(words, anything) }, { requiredKeys: ['condition'] })
    const rule = fc.record(
      {
        title: fc.oneof(fc.string(), anything),
        description: fc.oneof(fc.string(), anything),
        tags: anything,
        level: fc.oneof(fc.constantFrom('low', 'critical'), anything),
        logsource: fc.constant({ product: 'aws', service: 'cloudtrail' }),
        detection: fc.oneof({ weight: 5, arbitrary: detection }, { weight: 1, arbitrary: anything }),
        countersign: anything,
      },
      { requiredKeys: ['title', 'logsource', 'detection'] },
    )
    fc.assert(
      fc.property(fc.string(), fc.oneof(rule, anything), fc.dictionary(fc.string(), anything), (name, value, record) => {
        const compiled = compileRule(name, value)
        if (compiled.kind === 'refused') expect(compiled.why).toMatch(/^[^\n]{1,240}$/)
        else {
          matches(compiled, record)
          if (compiled.packed !== undefined) expect(PackedRules.parse({ version: 1, rules: [compiled.packed] }).rules).toHaveLength(1)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  it('of a record is compared without a throw', () => {
    const { packed } = sigmaRule({ detection: { a: ['x'], b: { 'requestParameters.a.b|contains': 'x' }, condition: 'a or b' } })
    const set = ruleSet({ rules: packed === undefined ? [] : [packed] })
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (record) => void set.matching(record)))
    expect(() => new RecordView({ requestParameters: '{"a":' }).at('requestParameters.a')).not.toThrow()
  })
})
