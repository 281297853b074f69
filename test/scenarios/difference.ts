/** A scenario as its file has it: what happens, before it is parsed and filled with defaults. */
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** What two scenarios differ in, a place each, such as `events.0.request.status`; title and expectation apart. */
export function differencesOf(one: Json, other: Json): string[] {
  return differences(withoutWords(one), withoutWords(other), '')
}

/** Marks a place where one of two lists has one element more. */
export const PRESENCE = '+'

function withoutWords(scenario: Json): Json {
  if (!isObject(scenario)) return scenario
  const { title: _, expect: __, ...happens } = scenario
  return happens
}

function differences(a: Json | undefined, b: Json | undefined, place: string): string[] {
  if (same(a, b)) return []
  if (Array.isArray(a) && Array.isArray(b)) return inLists(a, b, place)
  // A key that only one of them has counts as often as it has values.
  if (isObject(a ?? {}) && isObject(b ?? {})) return inObjects(a ?? {}, b ?? {}, place)
  return [place]
}

function inObjects(a: Json, b: Json, place: string): string[] {
  if (!isObject(a) || !isObject(b)) return [place]
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) => differences(a[key], b[key], join(place, key)))
}

function inLists(one: readonly Json[], other: readonly Json[], place: string): string[] {
  const [a, b] = [one.map(asCall), other.map(asCall)]
  if (a.length === b.length) return a.flatMap((value, at) => differences(value, b[at], join(place, at)))
  const [longer, shorter] = a.length > b.length ? [a, b] : [b, a]
  const added = longer.findIndex((_, at) => same(longer.toSpliced(at, 1), shorter))
  return added === -1 ? longer.map((_, at) => join(place, at)) : [`${join(place, added)}${PRESENCE}`]
}

/** A call of the past may be its name alone. */
function asCall(value: Json): Json {
  return typeof value === 'string' && /^[a-z0-9-]+:[A-Z]\w+$/.test(value) ? { call: value } : value
}

function same(a: Json | undefined, b: Json | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function join(place: string, key: string | number): string {
  return place === '' ? String(key) : `${place}.${key}`
}
