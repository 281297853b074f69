import { type Meter, UNLIMITED } from './meter.ts'

/** True where a pattern matches a whole text: `*` matches any run of characters, every other character only itself. Runs in linear time. */
export function globs(pattern: string, text: string): boolean {
  const parts = pattern.split('*')
  const first = parts[0] as string
  if (parts.length === 1) return pattern === text
  const last = parts.at(-1) as string
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false
  let at = first.length
  const end = text.length - last.length
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at)
    if (found < 0 || found + part.length > end) return false
    at = found + part.length
  }
  return true
}

/**
 * True where a pattern of an IAM policy matches a whole text: `*` matches any run of characters, `?` exactly one. Runs in the product of both
 * lengths at most. Each step is taken from `meter`; where that has none left, the answer is false and says nothing.
 */
export function iamGlobs(pattern: string, text: string, meter: Meter = UNLIMITED): boolean {
  return matchesWhole(pattern, text, { isPattern: false, meter })
}

/**
 * True where every text that one IAM pattern matches is matched by another. May be false where that is so in a roundabout way, such as `*?` and `?*`; it is
 * never true where it is not so.
 */
export function globCovers(pattern: string, covered: string): boolean {
  if (pattern === '*' || pattern === covered) return true
  return matchesWhole(pattern, covered, { isPattern: true, meter: UNLIMITED })
}

/** Whether the text is a pattern itself, of which only a `*` matches a `*`; and what pays for the steps. */
interface Comparing {
  readonly isPattern: boolean
  readonly meter: Meter
}

/** What a comparison costs beside its steps. */
const CALL = 8

const STAR = 42
const ANY_ONE = 63

/** Matches the signs of a pattern with those of a text one by one, `*` with any run of them. Only the last `*` is tried again. */
function matchesWhole(pattern: string, text: string, { isPattern, meter }: Comparing): boolean {
  const most = meter.left
  let steps = CALL
  let [at, from] = [0, 0]
  let star = -1
  let resumeAt = 0
  while (from < text.length) {
    steps += 1
    if (steps > most) break
    const sign = at < pattern.length ? pattern.charCodeAt(at) : -1
    const other = text.charCodeAt(from)
    if (sign === STAR) {
      star = at
      at += 1
      resumeAt = from
    } else if ((sign === ANY_ONE || sign === other) && !(isPattern && other === STAR)) {
      at += 1
      from += 1
    } else if (star >= 0) {
      resumeAt += 1
      at = star + 1
      from = resumeAt
    } else break
  }
  meter.take(steps)
  if (from < text.length || meter.isSpent) return false
  while (pattern[at] === '*') at += 1
  return at === pattern.length
}

/** True where some text is matched by both of two IAM patterns. Runs in the product of both lengths. */
export function globsMeet(one: string, other: string): boolean {
  if (one === '*' || other === '*' || one === other) return true
  const [isFixed, isOtherFixed] = [one, other].map((pattern) => !/[*?]/.test(pattern))
  if (isFixed) return iamGlobs(other, one)
  if (isOtherFixed) return iamGlobs(one, other)
  if (endsDiffer(one, other)) return false
  // `reached[j]`: some text is matched by what was read of `one` and by the first `j` signs of `other`.
  let reached = [true, ...Array<boolean>(other.length).fill(false)]
  for (let j = 0; j < other.length && other[j] === '*'; j += 1) reached[j + 1] = true
  for (const sign of one) {
    const next = [sign === '*' && reached[0] === true]
    for (let j = 0; j < other.length; j += 1) {
      const against = other[j] as string
      if (sign === '*' || against === '*') next.push(reached[j + 1] === true || next[j] === true || reached[j] === true)
      else next.push(reached[j] === true && (sign === '?' || against === '?' || sign === against))
    }
    if (!next.includes(true)) return false
    reached = next
  }
  return reached[other.length] === true
}

/**
 * How many steps comparing two IAM patterns in each of the ways above takes at most: few where their ends differ, the product of their lengths where both have wildcards, and
 * where one has, that of what is behind its first `*` and the other.
 */
export function mostSteps(one: string, other: string): number {
  if (one === '*' || other === '*' || endsDiffer(one, other)) return COMPARISON
  const [hasWildcards, hasOtherWildcards] = [one, other].map((pattern) => /[*?]/.test(pattern))
  if (hasWildcards && hasOtherWildcards) return COMPARISON + 4 * one.length * other.length
  if (!hasWildcards && !hasOtherWildcards) return COMPARISON + one.length + other.length
  const [pattern, text] = hasWildcards ? [one, other] : [other, one]
  const star = pattern.indexOf('*')
  const again = star < 0 ? 0 : (pattern.length - star) * text.length
  return COMPARISON + 3 * (pattern.length + text.length + again)
}

/** What comparing takes where the first signs decide. */
const COMPARISON = 64

/** True where two patterns differ before the first wildcard of either, or behind the last: then they match nothing both. */
function endsDiffer(one: string, other: string): boolean {
  const shorter = Math.min(one.length, other.length)
  for (let at = 0; at < shorter; at += 1) {
    const [sign, against] = [one[at], other[at]]
    if (isWildcard(sign) || isWildcard(against)) break
    if (sign !== against) return true
  }
  for (let at = 1; at <= shorter; at += 1) {
    const [sign, against] = [one.at(-at), other.at(-at)]
    if (isWildcard(sign) || isWildcard(against)) break
    if (sign !== against) return true
  }
  return false
}

function isWildcard(sign: string | undefined): boolean {
  return sign === '*' || sign === '?'
}
