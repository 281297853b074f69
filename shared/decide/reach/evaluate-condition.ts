import { BlockList, isIP } from 'node:net'
import { iamGlobs } from '../../domain/glob.ts'
import type { Statement } from '../../domain/iam-policy.ts'
import { type Meter, UNLIMITED } from '../../domain/meter.ts'
import { type Answer, allOf, anyOf, known } from './answer.ts'
import { arnHolds } from './arn-matches.ts'
import { PASSED_TO, serviceHolds } from './passed-service.ts'

/**
 * What is known of a call, by condition key in lower case. `null`: the call has no such key. A key that is not named here is not known. Several values
 * are those of a key that has a list, such as `aws:tagkeys`.
 */
export type ConditionContext = ReadonlyMap<string, string | readonly string[] | null>

/** Compares one value of the call with one of the policy; undefined where they cannot be compared. What matching patterns takes is taken from the meter. */
type Comparison = (given: string, wanted: string, meter: Meter) => boolean | undefined

interface Operator {
  readonly compare: Comparison
  readonly isNegated: boolean
}

const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ...withNegation('stringequals', 'stringnotequals', (given, wanted) => given === wanted),
  ...withNegation('stringequalsignorecase', 'stringnotequalsignorecase', (given, wanted) => given.toLowerCase() === wanted.toLowerCase()),
  ...withNegation('stringlike', 'stringnotlike', (given, wanted, meter) => iamGlobs(wanted, given, meter)),
  ...withNegation('arnequals', 'arnnotequals', (given, wanted, meter) => arnHolds(wanted, given, meter)),
  ...withNegation('arnlike', 'arnnotlike', (given, wanted, meter) => arnHolds(wanted, given, meter)),
  ...withNegation('ipaddress', 'notipaddress', isInRange),
  ...withNegation(
    'numericequals',
    'numericnotequals',
    numbers((a, b) => a === b),
  ),
  ['numericlessthan', plain(numbers((a, b) => a < b))],
  ['numericlessthanequals', plain(numbers((a, b) => a <= b))],
  ['numericgreaterthan', plain(numbers((a, b) => a > b))],
  ['numericgreaterthanequals', plain(numbers((a, b) => a >= b))],
  ...withNegation(
    'dateequals',
    'datenotequals',
    times((a, b) => a === b),
  ),
  ['datelessthan', plain(times((a, b) => a < b))],
  ['datelessthanequals', plain(times((a, b) => a <= b))],
  ['dategreaterthan', plain(times((a, b) => a > b))],
  ['dategreaterthanequals', plain(times((a, b) => a >= b))],
  ['bool', plain((given, wanted) => given.toLowerCase() === wanted.toLowerCase())],
])

/** What comparing two values costs beside their length, in steps of matching; a range of addresses is the dearest. */
const COMPARISON = 32

/** What an answer depends on where nothing is left to find it. */
export const TOO_MUCH = 'policies that take too long to work out'

/** What is said of an identity of which not all could be worked out: what is not known counts as possible. */
export const UNFINISHED = `may do less than is said: it has ${TOO_MUCH}`

/** A condition, and whether `${…}` in it is a variable. */
type Conditional = Pick<Statement, 'condition' | 'hasVariables'>

/** What a key of a condition is compared with. */
interface Wanted {
  readonly key: string
  readonly values: readonly string[]
  readonly hasVariables: boolean
}

/**
 * Whether the `Condition` of a statement holds: all of its operators and keys have to, and of the values of a key any may. What that takes is taken from `meter`; where that has
 * none left, it is not known.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
 */
export function conditionHolds({ condition, hasVariables }: Conditional, context: ConditionContext, meter: Meter = UNLIMITED): Answer {
  if (condition === undefined) return known(true)
  if (!isObject(condition)) return unknownOf('a condition that cannot be read')
  const answer = allOf(
    Object.entries(condition).flatMap(([operator, keys]) => {
      if (!isObject(keys)) return [unknownOf(operator)]
      return Object.entries(keys).map(([key, written]) => {
        const values = textsIn(written)
        return values === undefined ? unknownOf(key) : keyHolds(operator, { key, values, hasVariables }, { context, meter })
      })
    }),
  )
  return meter.isSpent ? unknownOf(TOO_MUCH) : answer
}

/** What is known of the call, and what may still be spent on finding out what holds. */
interface Place {
  readonly context: ConditionContext
  readonly meter: Meter
}

function keyHolds(written: string, wanted: Wanted, place: Place): Answer {
  const { context, meter } = place
  meter.take(COMPARISON + written.length + wanted.key.length)
  if (meter.isSpent) return unknownOf(TOO_MUCH)
  const [, set, name = '', ifExists] = /^(forallvalues:|foranyvalue:)?(.*?)(ifexists)?$/.exec(written.toLowerCase()) ?? []
  const { key, values } = wanted
  const given = context.get(key.toLowerCase())
  if (name === 'null')
    return given === undefined ? unknownOf(key) : anyOf(values.map((value) => isMissingAs(value, { key, isMissing: given === null })))
  const operator = OPERATORS.get(name)
  if (operator === undefined) return unknownOf(written)
  if (given === undefined) return unknownOf(key)
  const present = given === null ? [] : typeof given === 'string' ? [given] : given
  if (present.length === 0) return known(isTrueOfNothing(operator, set, ifExists !== undefined))
  const each = present.map((value) => valueHolds(operator, value, wanted, place))
  return set === 'foranyvalue:' ? anyOf(each) : set === 'forallvalues:' || operator.isNegated ? allOf(each) : anyOf(each)
}

/** What `Null` says: `true` asks that the key is missing, `false` that it is there. Case does not count, as for `Bool`. */
function isMissingAs(value: string, { key, isMissing }: { key: string; isMissing: boolean }): Answer {
  const wanted = value.toLowerCase()
  return wanted === 'true' || wanted === 'false' ? known((wanted === 'true') === isMissing) : unknownOf(key)
}

/**
 * What an operator says of a key that is missing: the negated ones, `…IfExists` and `ForAllValues:` are true of it, `ForAnyValue:` is not.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
function isTrueOfNothing({ isNegated }: Operator, set: string | undefined, isIfExists: boolean): boolean {
  if (set === 'foranyvalue:') return isIfExists
  return set === 'forallvalues:' || isIfExists || isNegated
}

function valueHolds(
  { compare, isNegated }: Operator,
  given: string,
  { key, values, hasVariables }: Wanted,
  { context, meter }: Place,
): Answer {
  const answers = values.map((pattern): Answer => {
    if (meter.isSpent) return unknownOf(TOO_MUCH)
    const { text, unknown }: Substituted = hasVariables ? substituted(pattern, context) : { text: pattern, unknown: [] }
    meter.take(COMPARISON + given.length + (text ?? pattern).length)
    if (text === undefined) return { value: 'unknown', unknown }
    const metered = (one: string, other: string) => compare(one, other, meter)
    const isSo = key.toLowerCase() === PASSED_TO ? serviceHolds(metered, given, text) : metered(given, text)
    return isSo === undefined ? unknownOf(key) : known(isSo)
  })
  const any = anyOf(answers)
  return isNegated && any.value !== 'unknown' ? known(any.value === 'no') : any
}

/** A text of a policy with its variables replaced; undefined where one is not known, which `unknown` names. */
export interface Substituted {
  readonly text: string | undefined
  readonly unknown: readonly string[]
}

/**
 * A text of a policy with its variables replaced, such as `${aws:username}`. A document of the policy language of 2008 has none: there it is text.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
export function substituted(text: string, context: ConditionContext): Substituted {
  const unknown: string[] = []
  const replaced = text.replace(/\$\{([^{}]*)\}/g, (whole, name: string) => {
    const [key = '', fallback] = name.split(',').map((part) => part.trim())
    const value = context.get(key.toLowerCase())
    if (typeof value === 'string' && !/[*?]/.test(value)) return value
    if (value === null && fallback !== undefined) return fallback.replace(/^'(.*)'$/, '$1')
    unknown.push(key)
    return whole
  })
  return { text: unknown.length > 0 ? undefined : replaced, unknown }
}

/** True where an address is in a range; a range without a length is one address. Undefined where either is none. */
function isInRange(address: string, range: string): boolean | undefined {
  const [start = '', length] = range.split('/')
  const [version, rangeVersion] = [isIP(address), isIP(start)]
  const most = rangeVersion === 4 ? 32 : 128
  const bits = length === undefined ? most : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN
  if (version === 0 || rangeVersion === 0 || !(bits <= most)) return undefined
  if (version !== rangeVersion) return false
  const family = version === 4 ? 'ipv4' : 'ipv6'
  const list = new BlockList()
  list.addSubnet(start, bits, family)
  return list.check(address, family)
}

/** Numbers are whole or decimal. Nothing else is a number here, such as an empty text, which JavaScript reads as 0. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

function numbers(compare: (a: number, b: number) => boolean): Comparison {
  const numberOf = (text: string) => (NUMBER.test(text) ? Number(text) : Number.NaN)
  return (given, wanted) => comparable(numberOf(given), numberOf(wanted), compare)
}

/** A date is in UTC, and a time names its zone: JavaScript reads one without in the zone of the machine. */
const ISO_TIME = /^\d{4}-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?)?$/

/** Times are in ISO 8601, or in seconds since 1970, of which four digits may as well be a year and are neither. */
function times(compare: (a: number, b: number) => boolean): Comparison {
  const timeOf = (text: string) => (/^\d{5,}$/.test(text) ? Number(text) * 1000 : ISO_TIME.test(text) ? Date.parse(text) : Number.NaN)
  return (given, wanted) => comparable(timeOf(given), timeOf(wanted), compare)
}

function comparable(a: number, b: number, compare: (a: number, b: number) => boolean): boolean | undefined {
  return Number.isNaN(a) || Number.isNaN(b) ? undefined : compare(a, b)
}

function plain(compare: Comparison): Operator {
  return { compare, isNegated: false }
}

function withNegation(name: string, negated: string, compare: Comparison): [string, Operator][] {
  return [
    [name, plain(compare)],
    [negated, { compare, isNegated: true }],
  ]
}

/** The values of a key: booleans are written with quotes or without, and an account may be a number. Undefined where one is none of these. */
function textsIn(values: unknown): readonly string[] | undefined {
  const listed: readonly unknown[] = Array.isArray(values) ? values : [values]
  return listed.every((value) => ['string', 'number', 'boolean'].includes(typeof value)) ? listed.map(String) : undefined
}

function unknownOf(what: string): Answer {
  return { value: 'unknown', unknown: [what] }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
