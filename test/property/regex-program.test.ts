import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRegex } from '../../shared/detect/rules/parse-regex.ts'
import { Refusal } from '../../shared/detect/rules/refusal.ts'
import { REGEX_TEXT_LIMIT, regexMatcher } from '../../shared/detect/rules/regex-program.ts'

const atom = fc.constantFrom(
  'a',
  'b',
  'A',
  '.',
  '\\d',
  '\\w',
  '\\s',
  '\\W',
  '[ab]',
  '[^ab]',
  '[a-c1]',
  '[^\\d_]',
  '\\.',
  '^',
  '$',
  '\\b',
  '\\B',
  '\\x61',
  '\\u0062',
  '-',
  '[\\]-]',
  ' ',
)
const counted = fc.constantFrom('', '', '', '*', '+', '?', '*?', '+?', '{2}', '{1,2}', '{0,1}', '{2,}')
const { expression } = fc.letrec<{ expression: string; term: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    tie('term'),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `${a}|${b}`),
    fc.array(tie('term'), { minLength: 1, maxLength: 4 }).map((terms) => terms.join('')),
  ),
  term: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.tuple(atom, counted).map(([one, count]) => (/^(\^|\$|\\b|\\B)$/i.test(one) ? one : one + count)),
    fc
      .tuple(fc.constantFrom('(', '(?:', '(?<n>'), tie('expression'), counted)
      .map(([open, inner, count]) => `${open === '(?<n>' ? '(?:' : open}${inner})${count}`),
  ),
}))
const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'A', 'B', '1', '_', ' ', '-', '.', '\n', 'é'), maxLength: 12 })

const parsed = (...words: Parameters<typeof parseRegex>) => parseRegex(...words).program

describe('a regular expression of a rule', () => {
  it('matches where the engine of JavaScript says so', () => {
    fc.assert(
      fc.property(expression, texts, fc.constantFrom('', 'i', 'm', 's', 'ims'), (source, text, flags) => {
        const { program, needs, isFolded } = parseRegex(source, { i: flags.includes('i'), m: flags.includes('m'), s: flags.includes('s') })
        // `.` of JavaScript also leaves out carriage returns, which are not in these texts.
        const matches = new RegExp(source, flags).test(text)
        expect(regexMatcher(program)(text)).toBe(matches)
        if (matches) expect(isFolded === true ? text.toLowerCase() : text).toContain(needs)
      }),
      { numRuns: 3_000 },
    )
  })

  it('is read or refused, whatever it says', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab()[]{}|*+?^$\\.-,1239<>:=!Pdwx '.split('')), maxLength: 30 }), (source) => {
        try {
          regexMatcher(parsed(source, { i: false, m: false, s: false }))('ab ba')
        } catch (cause) {
          expect(cause).toBeInstanceOf(Refusal)
        }
      }),
      { numRuns: 3_000 },
    )
  })

  it.each(['(a+)+$', '(a|a)*b', '(a|aa)+$', '(.*a){12}b', '(\\w+\\s?)*$x', '((a{0,15}){0,15})b'])(
    '%s takes time in proportion to its text',
    (source) => {
      const matches = regexMatcher(parsed(source, { i: true, m: false, s: false }))
      const text = `${'a'.repeat(REGEX_TEXT_LIMIT * 4)}!`
      const before = process.cpuUsage()
      matches(text)
      // Backtracking would take longer than the age of the universe; this takes seconds of the processor at the very most.
      expect(process.cpuUsage(before).user / 1e6).toBeLessThan(10)
    },
  )

  it.each([
    ['.+:assumed-role/aws:.+', ':assumed-role/aws:'],
    ['ab|cd', ''],
    ['x(ab|cd)yz', 'yz'],
    ['(abc)+', 'abc'],
    ['(abc)*d', 'd'],
    ['ab{2}c?d', 'abb'],
    ['a[bc]de', 'de'],
  ])('%s needs the text %j', (source, needs) => {
    expect(parseRegex(source, { i: false, m: false, s: false }).needs).toBe(needs)
  })

  it('nests nothing in nothing without end', () => {
    const source = `${'('.repeat(20)}${'){500}'.repeat(20)}`
    expect(regexMatcher(parsed(source, { i: false, m: false, s: false }))('')).toBe(true)
  })
})
