import { globs } from './glob.ts'

/** How many parts an ARN has before the name of what it is of: `arn`, partition, service, region, account. */
const PARTS = 5

/**
 * True where a pattern, in which `*` is any text, matches an ARN part by part. Whoever makes a user or a role may write `:user/` and what follows it in a pattern into its
 * path, so no colon of a pattern with fewer parts is one of that path, and no `*` of an account reaches over it. A text that is no ARN is matched as it is.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns
 */
export function arnGlobs(pattern: string, arn: string): boolean {
  const given = partsOf(arn)
  if (given.length <= PARTS || given[0] !== 'arn') return globs(pattern, arn)
  const wanted = partsOf(pattern)
  if (wanted.length > PARTS) return wanted.every((part, at) => globs(part, given[at] as string))
  const head = given.slice(0, PARTS).join(':')
  const name = given[PARTS] as string
  return splitsOf(pattern).some(([before, behind]) => globs(before, head) && globs(behind, name))
}

/** The parts of an ARN or of a pattern of one; the last may have colons. */
function partsOf(arn: string): readonly string[] {
  const parts = arn.split(':')
  return parts.length <= PARTS ? parts : [...parts.slice(0, PARTS), parts.slice(PARTS).join(':')]
}

/** The ways to part a pattern of fewer parts before the name: at its last colon, or in a `*` behind that, which then is the end of the one and the beginning of the other. */
function splitsOf(pattern: string): (readonly [before: string, behind: string])[] {
  const colon = pattern.lastIndexOf(':')
  const stars = [...pattern.matchAll(/\*+/g)].map(({ index }) => index).filter((at) => at > colon)
  const inStars = stars.map((at) => [pattern.slice(0, at + 1), pattern.slice(at)] as const)
  return colon < 0 ? inStars : [[pattern.slice(0, colon), pattern.slice(colon + 1)], ...inStars]
}
