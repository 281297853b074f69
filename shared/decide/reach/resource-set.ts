import { globCovers, globsMeet } from '../../domain/glob.ts'

/** Resources that match all of some patterns, and none of the excepted ones. */
export interface ResourceSet {
  readonly patterns: readonly string[]
  readonly except: readonly string[]
}

/** What of a set a pattern of `Resource` leaves; undefined where that is nothing. */
export function within({ patterns, except }: ResourceSet, pattern: string): ResourceSet | undefined {
  const left: string[] = []
  let added: string | undefined = pattern
  for (const one of patterns) {
    if (!globsMeet(one, pattern)) return undefined
    const both: string | undefined = added === undefined ? undefined : commonOf(one, added)
    if (both === undefined) left.push(one)
    else added = both
  }
  return without({ patterns: added === undefined ? left : [...left, added], except }, [])
}

/** What of a set is left without what some patterns match; undefined where that is nothing. */
export function without({ patterns, except }: ResourceSet, more: readonly string[]): ResourceSet | undefined {
  const all = [...except, ...more]
  if (all.some((one) => isCovered({ patterns, except: [] }, one) === 'yes')) return undefined
  return { patterns, except: all }
}

/** True where a set is all that a pattern matches. */
export function isAllOf({ patterns, except }: ResourceSet, pattern: string): boolean {
  return except.length === 0 && patterns.every((one) => globCovers(one, pattern))
}

/**
 * Whether one pattern matches all of a set. Unknown where it does so only with a wildcard that goes across the parts of an ARN, of which the last part alone
 * may hold colons.
 */
export function isCovered({ patterns }: ResourceSet, pattern: string): 'yes' | 'no' | 'unknown' {
  const covered = patterns.filter((one) => globCovers(pattern, one))
  if (covered.length === 0) return 'no'
  return covered.some((one) => pattern === '*' || pattern === one || coversByParts(pattern, one)) ? 'yes' : 'unknown'
}

/** Whether every pattern of a `NotResource` lies outside a set, so that all of the set is meant. */
export function liesOutside({ patterns, except }: ResourceSet, others: readonly string[]): boolean {
  return others.every((other) => patterns.some((one) => !globsMeet(one, other)) || except.some((one) => globCovers(one, other)))
}

/** One pattern for what two match both, where one of them is the narrower in each part of an ARN; undefined where there is none. */
function commonOf(one: string, other: string): string | undefined {
  if (globCovers(one, other)) return other
  if (globCovers(other, one)) return one
  const [parts, others] = [partsOf(one), partsOf(other)]
  if (parts === undefined || others === undefined) return undefined
  const common = parts.map((part, at) => {
    const against = others[at] as string
    return globCovers(part, against) ? against : globCovers(against, part) ? part : undefined
  })
  return common.includes(undefined) ? undefined : common.join(':')
}

function coversByParts(pattern: string, covered: string): boolean {
  const [parts, others] = [partsOf(pattern), partsOf(covered)]
  if (parts === undefined || others === undefined) return false
  return parts.every((part, at) => globCovers(part, others[at] as string))
}

/** The six parts of the pattern of an ARN; undefined where it has fewer. */
function partsOf(pattern: string): readonly string[] | undefined {
  const parts = pattern.split(':')
  if (parts.length < 6) return undefined
  return [...parts.slice(0, 5), parts.slice(5).join(':')]
}
