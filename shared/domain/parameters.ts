/**
 * The accessors of what a call was asked and answered. The values are untrusted, and exports write flags and numbers as text: every reader of a parameter reads
 * it here, so that one spelling is not seen where another is missed. `text` in `signal.ts` reads a text.
 */
export type Parameters = Readonly<Record<string, unknown>>

/** The value at a path, or undefined where there is none. A member of a list is named by its place, such as `'0'`. */
export function valueAt(value: unknown, ...path: readonly string[]): unknown {
  let at: unknown = value
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = (at as Record<string, unknown>)[key]
  }
  return at ?? undefined
}

/** True where a parameter is given, whatever its value. */
export function has(value: unknown, ...path: readonly string[]): boolean {
  return valueAt(value, ...path) !== undefined
}

/** A flag; undefined where it is neither true nor false. */
export function flag(value: unknown, ...path: readonly string[]): boolean | undefined {
  const at = valueAt(value, ...path)
  if (typeof at === 'boolean') return at
  const word = typeof at === 'string' ? at.toLowerCase() : ''
  return word === 'true' ? true : word === 'false' ? false : undefined
}

/** A number; undefined where it is none. */
export function number(value: unknown, ...path: readonly string[]): number | undefined {
  const at = valueAt(value, ...path)
  const found = typeof at === 'number' ? at : typeof at === 'string' && at.trim() !== '' ? Number(at) : Number.NaN
  return Number.isFinite(found) ? found : undefined
}

/** The members of a list; none where it is no list. */
export function items(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const at = valueAt(value, ...path)
  return Array.isArray(at) ? at : []
}

/** The members of a list; a single value is a list of one, as one element of XML is. None where there is nothing. */
export function oneOrMore(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const at = valueAt(value, ...path)
  return at === undefined ? [] : Array.isArray(at) ? at : [at]
}

/** The texts of a list, each clipped to 512 characters; a single text is a list of one. */
export function texts(value: unknown, ...path: readonly string[]): readonly string[] {
  return oneOrMore(value, ...path).flatMap((one) => (typeof one === 'string' ? [one.slice(0, 512)] : []))
}

/** Parameters as JSON, for what stands at many places in them; empty where there is nothing. */
export function jsonOf(value: unknown, ...path: readonly string[]): string {
  return JSON.stringify(valueAt(value, ...path)) ?? ''
}
