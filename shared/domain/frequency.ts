/** Half-life of what is normal, in days: after a month without a repeat, a habit counts a quarter. */
export const HALF_LIFE_DAYS = 14

const DAY_MS = 86_400_000

/** How often a value was seen: a count that decays, and when it was seen last (epoch ms). */
export interface Frequency {
  weight: number
  last: number
}

/** Values of one feature of an identity with their decaying counts, bounded in number. */
export type FrequencyTable = Map<string, Frequency>

/** The decayed count of a value at a time; 0 where it was never seen. */
export function weightOf(table: FrequencyTable, value: string, at: number): number {
  const entry = table.get(value)
  return entry === undefined ? 0 : decayed(entry, at)
}

/** Counts one sight of a value. A full table first forgets the value that weighs least. */
export function count(table: FrequencyTable, value: string, { at, limit }: { at: number; limit: number }): void {
  const entry = table.get(value)
  if (entry !== undefined) {
    entry.weight = rounded(at > entry.last ? decayed(entry, at) + 1 : entry.weight + 1)
    if (at > entry.last) entry.last = at
    return
  }
  if (table.size >= limit) table.delete(lightest(table, at))
  table.set(value, { weight: 1, last: at })
}

function decayed(entry: Frequency, at: number): number {
  return at > entry.last ? entry.weight * 2 ** ((entry.last - at) / (HALF_LIFE_DAYS * DAY_MS)) : entry.weight
}

/** Hundredths: more digits say nothing and fill the store. */
function rounded(weight: number): number {
  return Math.round(weight * 100) / 100
}

function lightest(table: FrequencyTable, at: number): string {
  let found = ''
  let least = Number.POSITIVE_INFINITY
  for (const [value, entry] of table) {
    const weight = decayed(entry, at)
    if (weight < least) {
      least = weight
      found = value
    }
  }
  return found
}
