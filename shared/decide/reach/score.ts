/** One thing that counts for reach: its points of 100, and why, for people. */
export interface ReachPart {
  readonly points: number
  readonly reason: string
}

/** The least that an identity counts for: whoever has a credential has a place to start from. */
const LEAST = 5

/** What each further thing adds: breadth counts, but less than the gravest single thing. */
const FURTHER = 2

/** What breadth never passes, by the gravest thing: an administrator's rights, a path to the rights of others, or neither. */
const LIMITS: readonly (readonly [worst: number, limit: number])[] = [
  [97, 99],
  [85, 94],
  [0, 84],
]

/** The points of an administrator, which nothing adds to. */
const ADMINISTRATOR = 100

/** Reach, 0 to 100, from what counts for it: the gravest, and 2 for each further. More parts, or graver ones, never lower it. */
export function scoreOf(parts: readonly ReachPart[]): number {
  const worst = Math.max(LEAST, ...parts.map(({ points }) => points))
  if (worst >= ADMINISTRATOR) return worst
  const limit = LIMITS.find(([least]) => worst >= least)?.[1] ?? worst
  return Math.min(limit, worst + FURTHER * Math.max(0, parts.length - 1))
}
