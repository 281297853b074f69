import { HOUR_MS } from './time.ts'

/** Half-life of a count, in days: after four weeks without a repeat, a habit counts a quarter. */
export const HALF_LIFE_DAYS = 14

const HALF_LIFE_MS = HALF_LIFE_DAYS * 24 * HOUR_MS

/**
 * The values of one feature of an identity, bounded in number. Each value has a decaying count (`weights`) and the time at which it was
 * last seen (`lasts`, epoch ms).
 *
 * The table holds columns in place of a map of objects, because it is copied for every batch and updated for every call. With at most 56
 * values, searching a column is as fast as a lookup.
 */
export interface FrequencyTable {
  readonly values: string[]
  readonly weights: number[]
  readonly lasts: number[]
}

export function emptyTable(): FrequencyTable {
  return { values: [], weights: [], lasts: [] }
}

export function copyTable({ values, weights, lasts }: FrequencyTable): FrequencyTable {
  return { values: values.slice(), weights: weights.slice(), lasts: lasts.slice() }
}

/** The decayed count of a value at a time (epoch ms); 0 where it was never seen. */
export function weightOf(table: FrequencyTable, value: string, at: number): number {
  const row = table.values.indexOf(value)
  return row < 0 ? 0 : decayed(table, row, at)
}

/** When a value was seen last (epoch ms), or undefined. */
export function lastOf(table: FrequencyTable, value: string): number | undefined {
  const row = table.values.indexOf(value)
  return row < 0 ? undefined : table.lasts[row]
}

/** Counts one occurrence of a value at a time (epoch ms). A table that holds `limit` values first drops the one of the lowest count. */
export function count(table: FrequencyTable, value: string, { at, limit }: { at: number; limit: number }): void {
  const { values, weights, lasts } = table
  const row = values.indexOf(value)
  if (row >= 0) {
    weights[row] = rounded(decayed(table, row, at) + 1)
    if (at > (lasts[row] as number)) lasts[row] = at
    return
  }
  if (values.length >= limit) {
    const least = lightest(table, at)
    for (const column of [values, weights, lasts]) column.splice(least, 1)
  }
  values.push(value)
  weights.push(1)
  lasts.push(at)
}

/** All values with their decayed counts at a time (epoch ms), highest count first. */
export function heaviest(table: FrequencyTable, at: number): { value: string; weight: number; last: number }[] {
  return table.values
    .map((value, row) => ({ value, weight: rounded(decayed(table, row, at)), last: table.lasts[row] as number }))
    .sort((a, b) => b.weight - a.weight || (a.value < b.value ? -1 : 1))
}

function decayed({ weights, lasts }: FrequencyTable, row: number, at: number): number {
  const weight = weights[row] as number
  const age = at - (lasts[row] as number)
  if (age <= 0) return weight
  // Within an hour the exponential differs from its tangent by a few millionths, and the tangent is much cheaper.
  return age < HOUR_MS ? weight * (1 - (age * Math.LN2) / HALF_LIFE_MS) : weight * 2 ** (-age / HALF_LIFE_MS)
}

/** Rounds to hundredths: more digits carry no information and take space in the store. */
function rounded(weight: number): number {
  return Math.round(weight * 100) / 100
}

function lightest(table: FrequencyTable, at: number): number {
  let found = 0
  let least = Number.POSITIVE_INFINITY
  for (let row = 0; row < table.values.length; row++) {
    const weight = decayed(table, row, at)
    if (weight < least) {
      least = weight
      found = row
    }
  }
  return found
}
