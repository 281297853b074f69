import type { DeliveryLog } from '../ports/intake.ts'

/** As long as that of the log in DynamoDB, in milliseconds. */
const LEASE_MS = 30_000

/** Remembers deliveries in this process. */
export function memoryDeliveryLog(): DeliveryLog {
  /** Until when each is leased; undefined where it was handed on. */
  const leases = new Map<string, number | undefined>()
  return {
    async claim({ party, id, now }) {
      const key = `${party} ${id}`
      const lease = leases.get(key)
      if (leases.has(key) && (lease === undefined || lease >= now)) return lease === undefined ? 'done' : 'busy'
      leases.set(key, now + LEASE_MS)
      return 'taken'
    },
    async settle({ party, id }) {
      leases.set(`${party} ${id}`, undefined)
    },
  }
}
