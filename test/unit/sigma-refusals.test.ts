import { describe, expect, it } from 'vitest'
import { callsOf } from '../../shared/detect/rules/calls-of.ts'
import { compileRule } from '../../shared/detect/rules/sigma/compile-rule.ts'
import { refusalOf, sigmaRule } from '../sigma/rule-of.ts'

const detecting = (selection: unknown, condition: unknown = 'selection') => ({ detection: { selection, condition } })
const expression = (re: unknown) => detecting({ 'userAgent|re': re })

const REFUSED: readonly (readonly [string, Readonly<Record<string, unknown>>, string])[] = [
  ['a correlation', { correlation: {} }, 'it correlates other rules, which takes a detector in code'],
  [
    'a collection of the old format',
    { action: 'global' },
    'it is a collection of rules of the old format (action); write one file for each',
  ],
  [
    'a count',
    detecting({ eventName: 'A' }, 'selection | count() by x > 5'),
    'the condition counts or relates records ("| count() by x > 5"), which takes a detector in code',
  ],
  [
    'a timeframe',
    { detection: { selection: { eventName: 'A' }, timeframe: '5m', condition: 'selection' } },
    'it looks at several records of a timeframe, which takes a detector in code',
  ],
  ['near', detecting({ eventName: 'A' }, 'near selection'), 'the condition has "near" where a selection should be'],
  [
    'another source',
    { logsource: { product: 'azure', service: 'activitylogs' } },
    'it is about product azure, service activitylogs, and only product aws, service cloudtrail is read',
  ],
  ['no source', { logsource: {} }, 'it is about no source, and only product aws, service cloudtrail is read'],
  ['what its author gave up', { status: 'deprecated' }, 'its author says that it is deprecated'],
  ['what its author does not support', { status: 'unsupported' }, 'its author says that it is unsupported'],
  ['no title', { title: undefined }, 'title: missing; it must be text'],
  ['a title that cannot be shown', { title: '\u202e \u0000' }, 'its title has nothing that can be shown'],
  ['no selection', { detection: { condition: 'a' } }, 'its detection has no selection'],
  ['no condition', { detection: { selection: { eventName: 'A' } } }, 'its detection has no condition'],
  ['an empty condition', detecting({ eventName: 'A' }, '  '), 'the condition is empty'],
  [
    'a selection that there is not',
    detecting({ eventName: 'A' }, 'selection and filter'),
    'the condition names "filter", and the selections are selection',
  ],
  [
    'a pattern of none',
    detecting({ eventName: 'A' }, '1 of filter_*'),
    'the condition says "1 of filter_*", and no selection is called so',
  ],
  ['two of several', detecting({ eventName: 'A' }, '2 of sel*'), 'the condition has "2 of", and only 1 of, any of and all of are known'],
  ['a parenthesis that is not closed', detecting({ eventName: 'A' }, '(selection'), 'the condition has a ( without a )'],
  [
    'two selections without a word',
    detecting({ eventName: 'A' }, 'selection selection'),
    'the condition has "selection" where and, or or its end should be',
  ],
  ['a condition without an end', detecting({ eventName: 'A' }, 'selection and'), 'the condition ends where a selection should be'],
  ['an empty selection', detecting({}), 'selection is an empty map, which every record would match'],
  ['an empty list', detecting([]), 'selection is an empty list, which nothing matches'],
  ['an empty list of values', detecting({ eventName: [] }), 'eventName has an empty list of values, which nothing is in'],
  ['a map as a value', detecting({ eventName: { a: 1 } }), 'eventName has a value that is neither a text nor a number, a boolean or null'],
  ['a modifier that there is not', detecting({ 'eventName|like': 'A' }), 'the modifier like of eventName is unknown'],
  [
    'a placeholder',
    detecting({ 'userAgent|expand': '%a%' }),
    'the modifier expand of userAgent stands for values that a pipeline puts in, of which there are none here; write them out',
  ],
  [
    'a part of a time',
    detecting({ 'eventTime|hour': 3 }),
    'the modifier hour of eventTime compares a part of a time, which is not supported',
  ],
  [
    'two comparisons',
    detecting({ 'eventName|contains|startswith': 'A' }),
    'the modifiers contains|startswith of eventName: contains and startswith do not go together',
  ],
  [
    'regard to case of a range',
    detecting({ 'sourceIPAddress|cidr|cased': '192.0.2.0/24' }),
    'the modifiers cidr|cased of sourceIPAddress do not go together',
  ],
  [
    'bytes that are compared with text',
    detecting({ 'userAgent|wide': 'a' }),
    'the modifiers wide of userAgent: wide makes bytes, so base64 or base64offset has to follow',
  ],
  ['base64 of a wildcard', detecting({ 'userAgent|base64': 'a*' }), '"a*" has wildcards, so it cannot be encoded'],
  [
    'no range',
    detecting({ 'sourceIPAddress|cidr': '192.0.2.0/33' }),
    'sourceIPAddress|cidr must be a range such as 192.0.2.0/24, got "192.0.2.0/33"',
  ],
  ['no number', detecting({ 'requestParameters.n|gt': 'ten' }), 'requestParameters.n is compared with "ten", which is no number'],
  ['neither true nor false', detecting({ 'errorCode|exists': 'maybe' }), 'errorCode|exists must be true or false, got "maybe"'],
  ['null that is contained', detecting({ 'errorCode|contains': null }), 'errorCode compares null by contains, which says nothing'],
  ['looking ahead', expression('a(?=b)'), 'the regular expression looks around, which is not supported, at character 3'],
  ['looking behind', expression('(?<!a)b'), 'the regular expression looks around, which is not supported, at character 2'],
  ['a reference back', expression('(a)\\1'), 'the regular expression refers back to a group, which is not supported, at character 6'],
  [
    'a possessive repetition',
    expression('a++'),
    'the regular expression takes all it can (possessive), which is not supported, at character 3',
  ],
  ['an atomic group', expression('(?>a)'), 'the regular expression has a group of a kind that is not supported, at character 2'],
  ['a property of Unicode', expression('\\pL'), 'the regular expression has \\p, which is not supported, at character 3'],
  ['an expression that grows with its numbers', expression('((a{100}){100}){100}'), 'the regular expression takes'],
  ['an open set', expression('[a'), 'the regular expression has a [ without a ], at character 4'],
  ['an open group', expression('(a'), 'the regular expression has a ( without a ), at character 3'],
  ['a repetition of nothing', expression('*a'), 'the regular expression repeats nothing with *, at character 1'],
  ['a group that is only closed', expression('a)'), 'the regular expression has a ) without a (, at character 2'],
  ['a range from the end', expression('[z-a]'), 'the regular expression has a range that ends before it begins'],
  ['a key of ours that there is not', { countersign: { severity: 1 } }, 'countersign has the key severity, which is unknown'],
  ['a weight of certainty', { countersign: { weight: 0.95 } }, 'countersign.weight: '],
  ['the group of confirmed exposures', { countersign: { group: 'exposure' } }, 'countersign.group: '],
  [
    'an axis that is not the group’s',
    { countersign: { axis: 'who', group: 'impact' } },
    'countersign.axis is who, and the group impact is of the axis what',
  ],
]

describe('a rule is refused with a line that says why', () => {
  it.each(REFUSED)('%s', (_, more, why) => {
    const refusal = refusalOf(more)
    expect(refusal?.startsWith(why), `got: ${refusal}`).toBe(true)
    expect(refusal).toMatch(/^[^\n]{1,240}$/)
  })

  it('where it is no map', () => {
    for (const value of [null, 'text', 7, [], [{ title: 'x' }]])
      expect(compileRule('x', value)).toEqual({ kind: 'refused', why: 'it is no map of YAML, and so no rule' })
  })

  it('where its file has a name that nothing can be called by', () => {
    expect(refusalOf({}, '規則')).toBe('the name of its file has no letter or digit of ASCII')
  })
})

describe('a hostile rule', () => {
  it('is refused where it is larger than a rule may be', () => {
    const many = Array.from({ length: 1_001 }, (_, at) => `v${at}`)
    expect(refusalOf(detecting({ eventName: many }))).toBe('eventName has 1001 values, and may have 1000')
    expect(refusalOf(detecting({ eventName: 'x'.repeat(1_001) }))).toBe('eventName has a value of 1001 characters, and may have 1000')
    expect(refusalOf(detecting({ [`a${'.b'.repeat(200)}`]: 1 }))).toBe('a field has a name of more than 300 characters')
    expect(refusalOf(detecting({ eventName: 'A' }, `${'not '.repeat(60)}selection`))).toBe('the condition has more than 50 levels')
    expect(refusalOf(detecting({ eventName: 'A' }, `${'('.repeat(60)}selection`))).toBe('the condition has more than 50 levels')
    expect(refusalOf(detecting({ eventName: 'A' }, 'x'.repeat(4_001)))).toBe('the condition has 4001 characters, and may have 4000')
    const selections = Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`s${at}`, { eventName: 'A' }]))
    expect(refusalOf({ detection: { ...selections, condition: '1 of them' } })).toBe('its detection has 101 selections, and may have 100')
    const parts = { selection: { eventName: many.slice(0, 999) }, condition: Array.from({ length: 6 }, () => 'selection').join(' or ') }
    expect(refusalOf({ detection: parts })).toBe('its condition has more than 5000 parts')
  })

  it('that is called like a member of every object names no selection', () => {
    expect(refusalOf(detecting({ eventName: 'A' }, 'constructor'))).toBe(
      'the condition names "constructor", and the selections are selection',
    )
    expect(refusalOf(detecting({ eventName: 'A' }, 'constructor of them'))).toContain('the condition has "constructor of"')
  })

  it('says its texts in one line, clipped, without what a terminal acts on', () => {
    const { packed, detector, description } = sigmaRule(
      { title: `a\u001b[31m\n${'b'.repeat(200)}`, description: 'c\r\n\u202ed\u0000e' },
      `../x/${'y'.repeat(90)}`,
    )
    expect(packed?.title).toMatch(/^a \[31m b+…$/)
    expect(packed?.title).toHaveLength(72)
    expect(description).toBe('c d e')
    expect(detector).toMatch(/^rule:x-y+-[0-9a-f]{8}$/)
    expect(detector).toHaveLength(48)
  })
})

describe('the calls of a rule', () => {
  const callsIn = (detection: object) => callsOf(sigmaRule({ detection }).condition)
  it.each([
    [
      'one call',
      { selection: { eventSource: 'iam.amazonaws.com', eventName: 'CreateUser' }, condition: 'selection' },
      [{ sources: ['iam.amazonaws.com'], names: ['CreateUser'] }],
    ],
    [
      'several of a service',
      { selection: { eventSource: 'iam.amazonaws.com', eventName: ['A', 'B'] }, condition: 'selection' },
      [{ sources: ['iam.amazonaws.com'], names: ['A', 'B'] }],
    ],
    [
      'those of either',
      { a: { eventSource: 's', eventName: 'A' }, b: { eventSource: 't', eventName: 'B' }, condition: 'a or b' },
      [
        { sources: ['s'], names: ['A'] },
        { sources: ['t'], names: ['B'] },
      ],
    ],
    [
      'those that both allow',
      { a: { eventName: ['A', 'B'] }, b: { eventName: ['b', 'c'], eventSource: 's' }, condition: 'a and b' },
      [{ sources: ['s'], names: ['B'] }],
    ],
    ['none where both allow none', { a: { eventName: 'A' }, b: { eventName: 'B' }, condition: 'a and b' }, []],
    ['a service', { a: { eventSource: 's', 'eventName|startswith': 'A' }, condition: 'a' }, [{ sources: ['s'] }]],
    ['any by what is denied', { a: { eventName: 'A' }, condition: 'not a' }, [{}]],
    ['any by what is in any field', { a: { eventName: 'A' }, b: { userAgent: 'x' }, condition: 'a or b' }, [{}]],
  ])('are %s', (_, detection, calls) => {
    expect(callsIn(detection)).toEqual(calls)
  })
})
