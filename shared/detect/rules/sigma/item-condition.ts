import { isIP } from 'node:net'
import type { Condition, Likeness, Test } from '../condition.ts'
import { parseRegex } from '../parse-regex.ts'
import { Refusal } from '../refusal.ts'
import { encodedPatterns } from './encode-text.ts'
import { type Modifiers, readModifiers } from './modifiers.ts'
import { textPattern, within } from './text-pattern.ts'

/** The most values of one field, the longest of them, and the longest name of a field with its modifiers. */
const VALUES_LIMIT = 1_000
const VALUE_LIMIT = 1_000
const NAME_LIMIT = 300

/** A value of a rule, as YAML has it. */
type Scalar = string | number | boolean | null

/** The condition of one line of a selection, such as `eventName|startswith: [Put, Delete]`: one of the values is enough, unless it says `all`. */
export function itemCondition(key: string, value: unknown): Condition {
  if (key.length > NAME_LIMIT) throw new Refusal(`a field has a name of more than ${NAME_LIMIT} characters`)
  const [field = '', ...names] = key.split('|')
  if (!/^[\w .:/@-]*$/.test(field)) throw new Refusal(`${JSON.stringify(field)} is no name of a field`)
  const modifiers = readModifiers(field, names)
  const values = scalarsOf(value, field)
  const conditions = values.map((one) => valueCondition(field, one, modifiers))
  const [only, ...others] = conditions
  if (only === undefined) throw new Refusal(`${named(field)} has an empty list of values, which nothing is in`)
  const condition: Condition = others.length === 0 ? only : { kind: modifiers.isAll ? 'all' : 'any', of: conditions }
  return modifiers.isNegated ? { kind: 'not', of: condition } : condition
}

/** The condition of texts that stand without a field: one of them is somewhere in the record. */
export function keywordCondition(values: readonly unknown[]): Condition {
  return itemCondition('', values)
}

function named(field: string): string {
  return field === '' ? 'a keyword' : field
}

function scalarsOf(value: unknown, field: string): readonly Scalar[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (values.length > VALUES_LIMIT) throw new Refusal(`${named(field)} has ${values.length} values, and may have ${VALUES_LIMIT}`)
  return values.map((one) => {
    if (typeof one === 'string' && one.length > VALUE_LIMIT)
      throw new Refusal(`${named(field)} has a value of ${one.length} characters, and may have ${VALUE_LIMIT}`)
    if (one === null || typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean') return one
    throw new Refusal(`${named(field)} has a value that is neither a text nor a number, a boolean or null`)
  })
}

function valueCondition(field: string, value: Scalar, modifiers: Modifiers): Condition {
  const { compared, isField, isCased } = modifiers
  const of = (test: Test): Condition => (field === '' ? { kind: 'test', test } : { kind: 'test', field, test })
  const cased = isCased ? ({ isCased } as const) : {}
  if (compared === 'exists') return exists(field, value)
  if (value === null) return nothing(field, modifiers)
  switch (compared) {
    case 're':
      return of({ kind: 'regex', ...parseRegex(String(value), flagsOf(modifiers)) })
    case 'cidr':
      return of({ kind: 'cidr', range: rangeOf(field, value) })
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return of({ kind: 'number', operator: compared, than: numberOf(field, value) })
    default: {
      if (isField) return of({ kind: 'field', field: String(value), likeness: likenessOf(compared), ...cased })
      const patterns = typeof value === 'string' ? encodedPatterns(value, modifiers.encodings) : [textPattern(String(value))]
      const where = field === '' && compared === 'text' ? 'contains' : compared
      const tests = patterns.map((pattern) => of({ kind: 'text', pattern: where === 'text' ? pattern : within(pattern, where), ...cased }))
      return tests.length === 1 ? (tests[0] as Condition) : { kind: 'any', of: tests }
    }
  }
}

/** A field that is not there, or null. */
function nothing(field: string, { compared }: Modifiers): Condition {
  if (field === '' || compared !== 'text') throw new Refusal(`${named(field)} compares null by ${compared}, which says nothing`)
  return { kind: 'not', of: { kind: 'test', field, test: { kind: 'present' } } }
}

function exists(field: string, value: Scalar): Condition {
  const is = typeof value === 'string' ? { true: true, false: false }[value.toLowerCase()] : value
  if (typeof is !== 'boolean') throw new Refusal(`${field}|exists must be true or false, got ${JSON.stringify(value)}`)
  const present: Condition = { kind: 'test', field, test: { kind: 'present' } }
  return is ? present : { kind: 'not', of: present }
}

function flagsOf({ flags }: Modifiers) {
  return { i: flags.includes('i'), m: flags.includes('m'), s: flags.includes('s') }
}

function likenessOf(compared: Modifiers['compared']): Likeness {
  return compared === 'contains' || compared === 'startswith' || compared === 'endswith' ? compared : 'equal'
}

function numberOf(field: string, value: Scalar): number {
  const number = typeof value === 'string' ? Number(value.trim() || Number.NaN) : value
  if (typeof number === 'number' && Number.isFinite(number)) return number
  throw new Refusal(`${named(field)} is compared with ${JSON.stringify(value)}, which is no number`)
}

/** A range with its prefix, which is checked; an address alone is a range of one. */
function rangeOf(field: string, value: Scalar): string {
  const [address = '', prefix] = String(value).split('/')
  const version = isIP(address)
  const bits = version === 4 ? 32 : 128
  if (version === 0 || !/^\d{1,3}$/.test(prefix ?? String(bits)) || Number(prefix ?? bits) > bits)
    throw new Refusal(`${named(field)}|cidr must be a range such as 192.0.2.0/24, got ${JSON.stringify(value)}`)
  return `${address}/${Number(prefix ?? bits)}`
}
