import type { Condition } from './condition.ts'
import { literalOf } from './match-condition.ts'

/** Calls by the names that CloudTrail writes: those of `names` in one of `sources`. Either is absent where any will do. */
export interface Calls {
  /** Values of `eventSource`, such as `iam.amazonaws.com`. */
  readonly sources?: readonly string[]
  /** Values of `eventName`. */
  readonly names?: readonly string[]
}

/** More than this many groups of calls are taken as any call. */
const GROUPS_LIMIT = 64

const ANY: readonly Calls[] = [{}]

/**
 * The calls that a condition can hold for: for no other it does. It may also not hold for one of them. `[{}]` is any call, and what cannot be told is taken for that:
 * what is denied, a beginning of a name, other fields.
 */
export function callsOf(condition: Condition): readonly Calls[] {
  switch (condition.kind) {
    case 'all':
      return condition.of.map(callsOf).reduce(both, ANY)
    case 'any':
      return bounded(condition.of.flatMap(callsOf))
    case 'not':
      return ANY
    case 'test': {
      const { field, test } = condition
      const name = test.kind === 'text' ? literalOf(test.pattern) : undefined
      if (name === undefined) return ANY
      if (field === 'eventName') return [{ names: [name] }]
      return field === 'eventSource' ? [{ sources: [name] }] : ANY
    }
  }
}

/** Calls that are in both. */
function both(some: readonly Calls[], others: readonly Calls[]): readonly Calls[] {
  if (some.length * others.length > GROUPS_LIMIT ** 2) return some
  return bounded(
    some.flatMap((one) =>
      others.flatMap((other) => {
        const [sources, names] = [shared(one.sources, other.sources), shared(one.names, other.names)]
        if (sources?.length === 0 || names?.length === 0) return []
        return [{ ...(sources === undefined ? {} : { sources }), ...(names === undefined ? {} : { names }) }]
      }),
    ),
  )
}

/** Names are compared without regard to case, as the texts of rules are. */
function shared(some: readonly string[] | undefined, others: readonly string[] | undefined): readonly string[] | undefined {
  if (some === undefined || others === undefined) return some ?? others
  const small = new Set(others.map((one) => one.toLowerCase()))
  return some.filter((one) => small.has(one.toLowerCase()))
}

/** Groups with the same sources as one. */
function bounded(groups: readonly Calls[]): readonly Calls[] {
  const merged = new Map<string, Set<string> | undefined>()
  for (const { sources, names } of groups) {
    const key = JSON.stringify(sources?.toSorted() ?? null)
    const before = merged.get(key)
    if (names === undefined || (merged.has(key) && before === undefined)) merged.set(key, undefined)
    else merged.set(key, new Set([...(before ?? []), ...names]))
  }
  if (merged.has('null') && merged.get('null') === undefined) return ANY
  if (merged.size > GROUPS_LIMIT) return ANY
  return [...merged].map(([key, names]) => {
    const sources: readonly string[] | null = JSON.parse(key)
    return { ...(sources === null ? {} : { sources }), ...(names === undefined ? {} : { names: [...names] }) }
  })
}
