import * as z from 'zod'
import { counted } from './counted.ts'
import { nearest } from './nearest.ts'

/** The most edits between a word and the one that is proposed for it; of a short word at most half of it. */
const EDITS_LIMIT = 3

/** The most characters of a wrong value that are printed. */
const VALUE_LIMIT = 40

/** A run of signs without a space as long as that of a token or a key, which is not printed: a file that was named by mistake may hold secrets. Those of AWS have 40. */
const LONG_RUN = /[^\s"'{}[\],]{32,}/g

/** The most characters of an ARN, whose end counts, and which is no secret. */
const ARN_LIMIT = 200

/** What a schema expects, in the words of a YAML or JSON file. */
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

/** What a text of a format is. */
const FORMATS: Readonly<Record<string, string>> = {
  email: 'an e-mail address',
  url: 'an address such as https://example.com',
  datetime: 'a time such as 2026-01-31T12:00:00Z',
}

/** The messages that zod writes by itself. All others are those of our own schemas, in plain words. */
const BY_ZOD = /^(Invalid|Too big|Too small|Unrecognized)/

/**
 * What is wrong with one value, to stand behind its key: what it must be, and what was seen; of a value that is not there, that it is missing and what it must be.
 * An unknown key is not for this function: `keysAt` and `hint` have the words for it.
 */
export function issueText(issue: z.core.$ZodIssue, schema: unknown, input: unknown): string {
  const value = valueAt(input, issue.path)
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message
  if (value === undefined && issue.code !== 'custom') return `missing; it ${mustOf(schemaAt(schema, issue.path)) ?? mustBe(issue)}`
  return `${mustBe(issue)}${exampleFor(issue, schema)}, got ${issue.path.length === 0 && typeof value !== 'string' ? kindOf(value) : shown(value)}${hint(value, allowedBy(issue))}`
}

/** `, such as {"email":"oncall@example.com"}` where keys with values are asked for and the schema has an example of them. */
function exampleFor({ code, path }: z.core.$ZodIssue, schema: unknown): string {
  const example = code === 'invalid_type' ? exampleOf(schemaAt(schema, path)) : undefined
  return example === undefined ? '' : `, such as ${JSON.stringify(example)}`
}

/** The example that a schema of ours was given by `meta`; undefined where it has none. */
export function exampleOf(schema: unknown): unknown {
  const examples: unknown = schema instanceof z.ZodType ? z.globalRegistry.get(schema)?.examples : undefined
  return Array.isArray(examples) ? examples[0] : undefined
}

function mustBe(issue: z.core.$ZodIssue): string {
  if (!BY_ZOD.test(issue.message)) return issue.message
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${WORDS[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `must be ${oneOf(issue.values.map(String))}`
    case 'invalid_format':
      if (issue.format === 'starts_with') return `must begin with ${'prefix' in issue ? issue.prefix : 'another text'}`
      return `must be ${FORMATS[issue.format] ?? `of the form ${issue.format}`}`
    case 'too_big':
      return `must be at most ${amount(issue.maximum, issue.origin)}`
    case 'too_small':
      return issue.origin === 'string' && issue.minimum === 1
        ? 'must not be empty'
        : `must be at least ${amount(issue.minimum, issue.origin)}`
    default:
      return issue.message
  }
}

function oneOf(allowed: readonly string[]): string {
  return allowed.length === 1 ? `${allowed[0]}` : `one of ${allowed.join(', ')}`
}

function amount(limit: number | bigint, origin: string): string {
  if (origin === 'string') return counted(Number(limit), 'character')
  return origin === 'array' ? counted(Number(limit), 'entry', 'entries') : `${limit}`
}

/** What the value of a schema must be, as its own checks say it; undefined where they say nothing. */
function mustOf(schema: unknown): string | undefined {
  if (!(schema instanceof z.ZodType)) return undefined
  const { error, checks = [] } = schema._zod.def
  for (const said of [error, ...checks.map(({ _zod }) => _zod.def.error)]) {
    const message = said?.({ code: 'custom', input: undefined, path: [] } as never)
    if (typeof message === 'string' && message.startsWith('must be ')) return message
  }
  if (schema instanceof z.ZodEnum) return `must be ${oneOf(schema.options.map(String))}`
  return schema instanceof z.ZodStringFormat ? `must be ${FORMATS[schema.format ?? ''] ?? 'text'}` : undefined
}

/** The words that an issue allows, for a proposal: those of an enumeration, or those that our own check gives as `params.allowed`. */
function allowedBy(issue: z.core.$ZodIssue): readonly string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String)
  const allowed: unknown = issue.code === 'custom' ? issue.params?.allowed : undefined
  return Array.isArray(allowed) ? allowed.map(String) : []
}

/** The keys that a schema knows at a path; none where it holds no keys of its own. */
export function keysAt(schema: unknown, path: readonly PropertyKey[]): readonly string[] {
  const found = schemaAt(schema, path)
  if (found instanceof z.ZodUnion) return found.options.flatMap((one) => keysAt(one, []))
  if (found instanceof z.ZodObject) return Object.keys(found.shape)
  return found instanceof z.ZodRecord && found.keyType instanceof z.ZodEnum ? found.keyType.options.map(String) : []
}

function schemaAt(schema: unknown, path: readonly PropertyKey[]): unknown {
  return unwrapped(path.reduce<unknown>((at, part) => memberOf(unwrapped(at), part), schema))
}

function memberOf(schema: unknown, part: PropertyKey): unknown {
  if (schema instanceof z.ZodObject) return schema.shape[String(part)]
  if (schema instanceof z.ZodRecord) return schema.valueType
  if (schema instanceof z.ZodTuple) return schema.def.items[Number(part)]
  if (schema instanceof z.ZodUnion) return schema.options.map((one) => memberOf(unwrapped(one), part)).find((one) => one !== undefined)
  return schema instanceof z.ZodArray ? schema.element : undefined
}

/** A schema without its default, and without what makes it optional. */
function unwrapped(schema: unknown): unknown {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodOptional ? unwrapped(schema.unwrap()) : schema
}

/** `; did you mean contain?`, or nothing where no allowed word is similar. */
export function hint(value: unknown, allowed: readonly string[]): string {
  if (typeof value !== 'string' || allowed.length === 0) return ''
  const { word, edits } = nearest(value, allowed)
  return edits <= Math.min(EDITS_LIMIT, word.length / 2) ? `; did you mean ${word}?` : ''
}

/** The value at a path of an input of any shape; undefined where there is none. */
export function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, part) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, part) ? (at as Record<PropertyKey, unknown>)[part] : undefined,
    input,
  )
}

/** A value as JSON, clipped, and with the length of what may be a secret in its place. An ARN is shown. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  if (/^"arn:[a-z*-]+:[a-z0-9*-]+:[a-z0-9*-]*:[\d*]*:/.test(text)) return clipped(text, ARN_LIMIT)
  return clipped(
    text.replace(LONG_RUN, (run) => `(${run.length} characters)`),
    VALUE_LIMIT,
  )
}

function clipped(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text
}

/** What kind of value stands where something else has to, without the value. */
export function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'string' ? 'text' : `a ${typeof value}`
}
