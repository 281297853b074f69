import { iamGlobs } from './glob.ts'

/**
 * Stands for a character that only a wildcard can match: IAM takes no policy that holds a character beyond U+00FF.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html
 */
const ANY = '\uE000'

/** Longer than a name of IAM with its path (64 and 512 characters), and than what comes before it in an ARN. */
const LONG = 1024

/** A text of so many characters that only wildcards match. */
export function unknownText(length: number): string {
  return ANY.repeat(length)
}

/**
 * True where one pattern matches whatever begins with a text and has at least one character more.
 *
 * Two lengths answer for all: a pattern that matches both has a `*` behind the last character that it names, which takes every length between.
 */
export function coversAllBelow(pattern: string, start: string): boolean {
  return [1, LONG].every((length) => iamGlobs(pattern, start + unknownText(length)))
}

/** True where a pattern matches much of what begins with a text: behind it a wildcard, and at most one character that it names. */
export function coversMuchBelow(pattern: string, start: string): boolean {
  let named = 0
  let hasWildcard = false
  for (let place = pattern.length - 1; place >= 0; place -= 1) {
    const sign = pattern[place]
    if (sign === '*' || sign === '?') hasWildcard = true
    else named += 1
    if (named > 1) return false
    // A `*` at this place may begin in the text and go on behind it.
    if (hasWildcard && iamGlobs(pattern.slice(0, sign === '*' ? place + 1 : place), start)) return true
  }
  return false
}
