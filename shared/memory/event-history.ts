import type { EventHistory } from '../ports/lookup.ts'

/** Records per lookup, the same limit as on AWS: 10 pages of 50. */
const RECORDS = 500

/** The history in given CloudTrail records, which are ordered oldest first. */
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
