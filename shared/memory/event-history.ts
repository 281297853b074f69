import type { EventHistory } from '../ports/lookup.ts'

/** CloudTrail's own bound on what a lookup gives here: 10 pages of 50. */
const RECORDS = 500

/** A past made of given CloudTrail records, oldest first. */
export function memoryHistory(records: readonly unknown[]): EventHistory {
  return {
    async lookup(accessKeyId, since = Number.NEGATIVE_INFINITY) {
      return records
        .filter((record) => keyOf(record) === accessKeyId && !(timeOf(record) < since))
        .reverse()
        .slice(0, RECORDS)
    },
  }
}

function keyOf(record: unknown): unknown {
  const { userIdentity } = record as { userIdentity?: { accessKeyId?: unknown } }
  return userIdentity?.accessKeyId
}

function timeOf(record: unknown): number {
  return Date.parse(String((record as { eventTime?: unknown }).eventTime))
}
