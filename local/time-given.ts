import { timeOf } from '../shared/domain/record-time.ts'

const DAY = /^\d{4}-\d\d-\d\d$/

/** Epoch milliseconds of a time that a person gives: a day, or any form that `timeOf` reads, in UTC where it names no zone. Undefined where it is none. */
export function timeGiven(text: string): number | undefined {
  return timeOf(DAY.test(text) ? `${text}T00:00:00Z` : text)
}
