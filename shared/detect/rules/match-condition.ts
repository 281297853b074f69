import { BlockList, isIP } from 'node:net'
import type { Condition, Likeness, Pattern, Test } from './condition.ts'
import { patternMatcher } from './match-pattern.ts'
import type { FieldValues, RecordView } from './record-view.ts'
import { REGEX_TEXT_LIMIT, regexMatcher } from './regex-program.ts'

/** Says of a record whether a condition holds. */
export type Matcher = (view: RecordView) => boolean

/** A function of a condition, made once for all records. */
export function conditionMatcher(condition: Condition): Matcher {
  switch (condition.kind) {
    case 'all': {
      const all = condition.of.map(conditionMatcher)
      return (view) => all.every((holds) => holds(view))
    }
    case 'any': {
      const any = condition.of.map(conditionMatcher)
      return (view) => any.some((holds) => holds(view))
    }
    case 'not': {
      const holds = conditionMatcher(condition.of)
      return (view) => !holds(view)
    }
    case 'test': {
      const { field, test } = condition
      const holds = testMatcher(test)
      return field === undefined ? (view) => holds(view.all(), view) : (view) => holds(view.at(field), view)
    }
  }
}

/** A function of a test, which holds where it holds for one of the values. */
export function testMatcher(test: Test): (values: FieldValues, view: RecordView) => boolean {
  switch (test.kind) {
    case 'present':
      return ({ texts }) => texts.length > 0
    case 'text': {
      const isCased = test.isCased === true
      const fits = patternMatcher(test.pattern, { isCased })
      return ({ texts, small }) => (isCased ? texts : small).some(fits)
    }
    case 'regex': {
      const matches = regexMatcher(test.program)
      const { needs, isFolded } = test
      // Nearly no text has what an expression needs, and looking for that is a hundred times as fast.
      return ({ texts, small }) => {
        let left = REGEX_TEXT_LIMIT
        return texts.some((text, at) => {
          if (left <= 0 || !(isFolded === true ? (small[at] as string) : text).includes(needs)) return false
          left -= text.length
          return matches(text)
        })
      }
    }
    case 'cidr': {
      const isInside = insideOf(test.range)
      return ({ texts }) => texts.some(isInside)
    }
    case 'number': {
      const compare = COMPARISONS[test.operator]
      const { than } = test
      return ({ texts }) => texts.some((text) => NUMBER.test(text) && compare(Number(text), than))
    }
    case 'field': {
      const { field, likeness, isCased } = test
      const isLike = LIKENESSES[likeness]
      return (values, view) => {
        const [own, other] = isCased === true ? [values.texts, view.at(field).texts] : [values.small, view.at(field).small]
        return own.some((text) => other.some((one) => isLike(text, one)))
      }
    }
  }
}

function insideOf(range: string): (text: string) => boolean {
  const [address = '', bits] = range.split('/')
  const version = isIP(address)
  const list = new BlockList()
  list.addSubnet(address, Number(bits), version === 4 ? 'ipv4' : 'ipv6')
  return (text) => isIP(text) === version && list.check(text, version === 4 ? 'ipv4' : 'ipv6')
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

const COMPARISONS: Readonly<Record<'lt' | 'lte' | 'gt' | 'gte', (a: number, b: number) => boolean>> = {
  lt: (a, b) => a < b,
  lte: (a, b) => a <= b,
  gt: (a, b) => a > b,
  gte: (a, b) => a >= b,
}

const LIKENESSES: Readonly<Record<Likeness, (text: string, other: string) => boolean>> = {
  equal: (text, other) => text === other,
  contains: (text, other) => text.includes(other),
  startswith: (text, other) => text.startsWith(other),
  endswith: (text, other) => text.endsWith(other),
}

/** The text that a pattern is, where it has no wildcard. */
export function literalOf(pattern: Pattern): string | undefined {
  return pattern.every((one) => typeof one === 'string') ? pattern.join('') : undefined
}
