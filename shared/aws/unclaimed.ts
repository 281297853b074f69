import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { DAY_MS, HOUR_MS } from '../domain/time.ts'
import type { IdentityStore } from '../ports/stores.ts'
import { isNamed, keys, type Table } from './table.ts'

/** The unclaimed credentials of an hour in DynamoDB, as a set under `BUDGET#hour / UNCLAIMED`. It is kept for a day for inspection. */
export function dynamoUnclaimed({ client, name }: Table): Pick<IdentityStore, 'admitUnclaimed'> {
  return {
    async admitUnclaimed(hour, identityId, limit) {
      try {
        await client.send(
          new UpdateCommand({
            TableName: name,
            Key: keys.budget(hour, 'UNCLAIMED'),
            UpdateExpression: 'ADD admitted :one SET expiresAt = :expires',
            ConditionExpression: 'attribute_not_exists(admitted) OR contains(admitted, :id) OR size(admitted) < :limit',
            ExpressionAttributeValues: {
              ':one': new Set([identityId]),
              ':id': identityId,
              ':limit': limit,
              ':expires': (hour * HOUR_MS + DAY_MS) / 1000,
            },
          }),
        )
        return true
      } catch (cause) {
        if (isNamed(cause, 'ConditionalCheckFailedException')) return false
        throw cause
      }
    },
  }
}
