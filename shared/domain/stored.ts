import * as z from 'zod'
import { UnreadableItem } from '../errors.ts'

/** A moment that a Date can hold, in epoch milliseconds. https://tc39.es/ecma262/#sec-time-values-and-time-range */
export const Time = z.number().min(-8.64e15).max(8.64e15)

/** A number of points, 0 to 100. */
export const Points = z.number().min(0).max(100)

/** A member that is written down only where it has a value: the type names it all the same, so that no writer forgets it. */
export function orAbsent<T extends z.ZodType>(schema: T): z.ZodType<z.infer<T> | undefined> {
  return schema.optional()
}

/** Makes what one version wrote into what the next one writes. Leaves what it does not understand as it is, for the schema to refuse. */
export type Migration = (stored: Fields) => Fields

export type Fields = Readonly<Record<string, unknown>>

/** The form in which something is stored: its schema, the version of that, and the way to it from every older version. */
export interface Shape<T> {
  readonly version: number
  readonly schema: z.ZodType<T>
  /** By the version that they start from. */
  readonly migrations: ReadonlyMap<number, Migration>
}

/** A value as the text to be stored. */
export function textOf<T extends object>({ version }: Shape<T>, value: T): string {
  return JSON.stringify({ v: version, ...value })
}

/** Reads a stored text of any version. `key` says where it was stored. Throws `UnreadableItem` where it is none. */
export function readText<T>(shape: Shape<T>, text: unknown, key: string): T {
  return readFields(shape, parsed(text, key), key)
}

/** Reads stored members of any version, `v` among them; 0.1.0 wrote none, which is version 1. */
export function readFields<T>({ version, schema, migrations }: Shape<T>, stored: unknown, key: string): T {
  if (!isFields(stored)) throw new UnreadableItem(key, 'not an object')
  const { v = 1, ...fields } = stored
  checkVersion(v, version, key)
  const members = migrated(fields, { from: v, to: version, migrations })
  const read = schema.safeParse(members)
  if (read.success) return read.data
  throw new UnreadableItem(key, issueOf(read.error))
}

/** Refuses what no release has written, and what a newer one has. */
export function checkVersion(v: unknown, version: number, key: string): asserts v is number {
  if (typeof v !== 'number' || !Number.isSafeInteger(v) || v < 1) throw new UnreadableItem(key, `v: must be 1 to ${version}`)
  if (v > version)
    throw new UnreadableItem(key, `v: version ${v} is of a newer release; this one reads up to ${version}`, { isNewer: true })
}

function migrated(
  fields: Fields,
  { from, to, migrations }: { from: number; to: number; migrations: Shape<unknown>['migrations'] },
): Fields {
  let at = fields
  for (let version = from; version < to; version++) at = migrations.get(version)?.(at) ?? at
  return at
}

export function parsed(text: unknown, key: string): unknown {
  try {
    if (typeof text === 'string') return JSON.parse(text)
  } catch {
    // The parser's error would quote what somebody wrote there.
  }
  throw new UnreadableItem(key, 'not JSON')
}

/** The first thing that is wrong, by its place and what is wanted there. Never what stands there: it may be anybody's text. */
export function issueOf({ issues }: z.ZodError): string {
  const [issue] = issues
  if (issue === undefined) return 'not as the schema wants it'
  const place = issue.path.map((part) => (typeof part === 'number' || /^[a-z]{1,24}$/i.test(String(part)) ? String(part) : '*')).join('.')
  return `${place || 'the whole'}: ${issue.code === 'unrecognized_keys' ? 'has members that no release writes' : issue.message}`
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The members of an object changed; anything else as it is. */
export function inFields(value: unknown, change: Migration): unknown {
  return isFields(value) ? change(value) : value
}

/** Every object of a list changed; anything else as it is. */
export function inEach(value: unknown, change: Migration): unknown {
  return Array.isArray(value) ? value.map((item) => inFields(item, change)) : value
}

/** A member under its new name. One that is there under both keeps the old too, for the schema to refuse. */
export function renamed(fields: Fields, from: string, to: string): Fields {
  if (!Object.hasOwn(fields, from) || Object.hasOwn(fields, to)) return fields
  const { [from]: value, ...others } = fields
  return { ...others, [to]: value }
}
