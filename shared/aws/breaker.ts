import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { Breaker } from '../ports/stores.ts'
import { isNamed, keys, type Table } from './table.ts'

/** Seconds until a counter expires: it is kept for a day for inspection. */
const KEPT_SECONDS = 86_400

/** Counts containments per hour as a set of incident ids, in one conditional update. */
export function dynamoBreaker({ client, name }: Table): Breaker {
  return {
    async reserve(hour, incidentId, limit) {
      if (limit === 0) return false
      try {
        await client.send(
          new UpdateCommand({
            TableName: name,
            Key: keys.breaker(hour),
            UpdateExpression: 'ADD incidents :one SET expiresAt = :expires',
            ConditionExpression: 'attribute_not_exists(incidents) OR size(incidents) < :limit OR contains(incidents, :id)',
            ExpressionAttributeValues: {
              ':one': new Set([incidentId]),
              ':id': incidentId,
              ':limit': limit,
              ':expires': hour * 3600 + KEPT_SECONDS,
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
