import { closest, distance } from 'fastest-levenshtein'
import * as z from 'zod'
import { Policy } from '../domain/policy.ts'
import { doublyNamedWeights, POLICY_VERSION, RENAMED_KEYS } from '../domain/policy-migration.ts'
import { unknownTiers } from '../domain/unknown-tiers.ts'

/** The most edits between a word and the one that is proposed for it; of a short word at most half of it. */
const EDITS_LIMIT = 3

/** The most characters of a wrong value that are printed. */
const VALUE_LIMIT = 80

/** What a schema expects, in the words of a YAML file. */
const WORDS: Readonly<Record<string, string>> = {
  array: 'a list',
  tuple: 'a list',
  object: 'keys with values',
  record: 'keys with values',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
}

/** The keys that the schema knows at a path; none where it holds no keys of its own. */
function keysAt(path: readonly PropertyKey[]): readonly string[] {
  const schema = path.reduce<unknown>((at, part) => memberOf(unwrapped(at), part), Policy)
  const found = unwrapped(schema)
  return found instanceof z.ZodObject ? Object.keys(found.shape) : []
}

function memberOf(schema: unknown, part: PropertyKey): unknown {
  if (schema instanceof z.ZodObject) return schema.shape[String(part)]
  return schema instanceof z.ZodArray ? schema.element : undefined
}

/** A schema without its default, and without what makes it optional. */
function unwrapped(schema: unknown): unknown {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodOptional ? unwrapped(schema.unwrap()) : schema
}

/** Every fault of a policy, one a line: the key, what is allowed, the value that was seen, and the likely fix. `error` is undefined where it fits. */
export function policyIssues(error: z.ZodError | undefined, input: unknown): string[] {
  if (input === undefined || input === null) return [`the policy is empty; begin it with \`version: ${POLICY_VERSION}\``]
  if (typeof input !== 'object' || Array.isArray(input))
    return [`a policy is keys with values, such as \`version: ${POLICY_VERSION}\`; got ${shown(input)}`]
  const issues = error?.issues ?? []
  // The schema compares the names of tiers only where everything else fits.
  const tiers = issues.some(isAboutTier) ? [] : unknownTiers(input as Readonly<Record<string, unknown>>)
  return [
    ...doublyNamedWeights(input).map(
      ([before, now]) => `weights: ${before} and ${now} are the same detector, which is called ${now} now; keep one of them`,
    ),
    ...issues.flatMap((issue) => described(issue, input)),
    ...tiers.map(
      ({ path, message }) =>
        `${path.join('.')}: ${message}, got ${shown(valueAt(input, path))}${hint(valueAt(input, path), tierNames(input))}`,
    ),
  ]
}

function described(issue: z.core.$ZodIssue, input: unknown): string[] {
  const key = issue.path.join('.') || 'policy'
  const value = valueAt(input, issue.path)
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((name) => unknownKey(issue.path, name))
    case 'invalid_value': {
      const allowed = issue.values.map(String)
      if (key === 'version') return [versionFault(value)]
      return [
        `${key}: must be ${allowed.length === 1 ? allowed[0] : `one of ${allowed.join(', ')}`}, got ${shown(value)}${hint(value, allowed)}`,
      ]
    }
    case 'invalid_key':
      return [`${key}: ${issue.issues[0]?.message ?? issue.message}`]
    case 'invalid_type':
      return [
        value === undefined
          ? `${key}: missing; it is ${WORDS[issue.expected] ?? issue.expected}`
          : `${key}: must be ${WORDS[issue.expected] ?? issue.expected}, got ${shown(value)}`,
      ]
    case 'too_big':
      return [`${key}: must be at most ${issue.maximum}${unitOf(issue.origin)}, got ${shown(value)}`]
    case 'too_small':
      return [`${key}: must be at least ${issue.minimum}${unitOf(issue.origin)}, got ${shown(value)}`]
    default:
      return [`${key}: ${issue.message}, got ${shown(value)}${isAboutTier(issue) ? hint(value, tierNames(input)) : ''}`]
  }
}

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters'
  return origin === 'array' ? ' entries' : ''
}

function versionFault(value: unknown): string {
  return value === undefined
    ? `version: missing; begin the policy with \`version: ${POLICY_VERSION}\``
    : `version: must be ${POLICY_VERSION} (1 and 2 are read too), got ${shown(value)}`
}

/** A key that is in no policy of this version, with its new name where it had one, or the most similar key. */
function unknownKey(at: readonly PropertyKey[], name: string): string {
  const key = at.length === 0 ? '' : `${at.join('.')}: `
  const renamed = RENAMED_KEYS.find(
    ({ path }) =>
      path.length === at.length + 1 && path.at(-1) === name && at.every((part, place) => path[place] === '*' || path[place] === part),
  )
  if (renamed !== undefined) return `${key}unknown ${name}; it is called ${renamed.to} since version 2`
  const similar = hint(name, keysAt(at))
  return `${key}unknown ${name}${similar === '' ? '; remove it or check the spelling' : similar} (the default policy.yaml has every key)`
}

function tierNames(input: unknown): string[] {
  const tiers = valueAt(input, ['tiers'])
  const names = Array.isArray(tiers) ? tiers.map((tier) => valueAt(tier, ['name'])) : []
  return ['default', ...names.filter((name) => typeof name === 'string')]
}

function isAboutTier({ code, path }: z.core.$ZodIssue): boolean {
  return code === 'custom' && path.at(-2) === 'tiers'
}

/** `; did you mean contain?`, or nothing where no allowed word is similar. */
function hint(value: unknown, allowed: readonly string[]): string {
  if (typeof value !== 'string' || allowed.length === 0) return ''
  const near = closest(value, [...allowed])
  return distance(value, near) <= Math.min(EDITS_LIMIT, near.length / 2) ? `; did you mean ${near}?` : ''
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, part) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, part) ? (at as Record<PropertyKey, unknown>)[part] : undefined,
    input,
  )
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > VALUE_LIMIT ? `${text.slice(0, VALUE_LIMIT - 1)}…` : text
}
