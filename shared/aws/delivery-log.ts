import { GetCommand } from '@aws-sdk/lib-dynamodb'
import type { DeliveryLog } from '../ports/intake.ts'
import { putIf } from './conditional-put.ts'
import { keys, type Table } from './table.ts'

/** Longer than any run of webhook: who has not come to the end by then never will. Milliseconds. */
const LEASE_MS = 30_000

/** Remembers deliveries in DynamoDB, under `DELIVERY#party / SIGNED#id`, until the table's time to live removes them. An item with a lease was not handed on yet. */
export function dynamoDeliveryLog(table: Table): DeliveryLog {
  return {
    async claim({ party, id, now, forgetAt }) {
      const isTaken = await putIf(
        table,
        { ...keys.delivery(party, id), leasedUntil: now + LEASE_MS, expiresAt: forgetAt },
        { expression: 'attribute_not_exists(pk) OR leasedUntil < :now', values: { ':now': now } },
      )
      if (isTaken) return 'taken'
      const { Item } = await table.client.send(
        new GetCommand({ TableName: table.name, Key: keys.delivery(party, id), ConsistentRead: true }),
      )
      return Item === undefined || 'leasedUntil' in Item ? 'busy' : 'done'
    },
    async settle({ party, id, forgetAt }) {
      await putIf(table, { ...keys.delivery(party, id), expiresAt: forgetAt }, { expression: 'attribute_exists(pk)' })
    },
  }
}
