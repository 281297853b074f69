/** An untrusted JSON object. The functions of this file read it one field at a time. */
export type Fields = Readonly<Record<string, unknown>>

/**
 * A field of a record has a type that it cannot have and that cannot be read. A record without that field would be another record, so the whole
 * record counts as damaged: `normalise` hands the reason to the sender.
 */
export class DamagedField extends Error {
  constructor(field: string, reason: string) {
    super(`${field} ${reason}`)
    this.name = 'DamagedField'
  }
}

const NOTHING: Fields = Object.freeze({})

/** The longest JSON text that is parsed as a field. Events of EventBridge have at most 256 KB, and a record of a trail at most about as much. */
const JSON_LIMIT = 1_048_576

/** How often JSON text is taken out of JSON text: exports that pass two tools quote it twice. */
const JSON_LEVELS = 2

/** What CloudTrail writes in place of what it must not show, such as the name that somebody typed who failed to sign in. */
export const HIDDEN = 'HIDDEN_DUE_TO_SECURITY_REASONS'

/** True for an object that is no array. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value where it is an object, else an empty object. */
export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : NOTHING
}

/** The object in a field, which exports also write as JSON text; an empty object where there is none. Any other value is damage. */
export function objectAt(value: unknown, field: string): Fields {
  if (isFields(value)) return value
  const parsed = parsedAt(value, field)
  if (parsed === undefined) return NOTHING
  if (!isFields(parsed)) throw new DamagedField(field, `is ${kindOf(parsed)}, not an object`)
  return parsed
}

/** Throws where a field is neither absent nor an object, a list, or JSON text of either. */
export function checkListAt(value: unknown, field: string): void {
  const parsed = parsedAt(value, field)
  if (parsed !== undefined && typeof parsed !== 'object') throw new DamagedField(field, `is ${kindOf(parsed)}, not a list`)
}

/** The value of a field, parsed where it is JSON text; undefined where it is absent: missing, null or an empty text. */
function parsedAt(value: unknown, field: string): unknown {
  let parsed = value
  for (let level = 0; typeof parsed === 'string' && parsed !== '' && parsed !== HIDDEN; level++) {
    if (level === JSON_LEVELS) throw new DamagedField(field, 'is a text in JSON text, not an object')
    if (parsed.length > JSON_LIMIT) throw new DamagedField(field, `is a text of more than ${JSON_LIMIT} characters`)
    parsed = parsedJson(parsed, field)
  }
  return parsed === '' || parsed === HIDDEN ? undefined : (parsed ?? undefined)
}

function parsedJson(text: string, field: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    // A text that exhausts the stack is left to `normalise`, which names that.
    if (cause instanceof RangeError) throw cause
    throw new DamagedField(field, 'is a text that is not JSON')
  }
}

/** The text in a field, clipped to `limit` characters; undefined where it is missing, null or empty. Numbers are read as text; any other value is damage. */
export function textAt(value: unknown, field: string, limit = 256): string | undefined {
  if (typeof value === 'string') return textOf(value, limit)
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number') return String(value)
  throw new DamagedField(field, `is ${kindOf(value)}, not a text`)
}

/** An account id in a field. Spreadsheets make numbers of account ids, and leave out the zeros at their beginning. */
export function accountAt(value: unknown, field: string): string | undefined {
  const account = textAt(value, field, 32)
  return typeof value === 'number' ? account?.padStart(12, '0') : account
}

/** A yes or no in a field, which exports also write as text; undefined where it is missing, null or empty. Any other value is damage. */
export function flagAt(value: unknown, field: string): boolean | undefined {
  if (typeof value === 'boolean') return value
  if (value === undefined || value === null || value === '') return undefined
  const text = typeof value === 'string' ? value.toLowerCase() : ''
  if (text !== 'true' && text !== 'false') throw new DamagedField(field, 'is neither true nor false')
  return text === 'true'
}

export function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  if (typeof value === 'string') return 'a text'
  return typeof value === 'boolean' ? String(value) : `a ${typeof value}`
}

/**
 * A text of 1 to `limit` characters (longer is clipped), or undefined, for any other value too: for what is read where it is there.
 *
 * It takes the value in place of the object and the key, because the engine then caches each property read by itself. That saves a sixth of
 * the time of normalising.
 */
export function textOf(value: unknown, limit = 256): string | undefined {
  if (typeof value !== 'string' || value.length === 0) return undefined
  return value.length > limit ? value.slice(0, limit) : value
}
