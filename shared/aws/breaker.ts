import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { Breaker, BreakerLane } from '../ports/stores.ts'
import { isNamed, keys, type Table } from './table.ts'

/** Seconds until a counter expires: it is kept for a day for inspection. */
const KEPT_SECONDS = 86_400

/** Counts containments per hour as a set of incident ids, in one conditional update. */
export function dynamoBreaker({ client, name }: Table): Breaker {
  /** Updates the item of a lane. Returns false where the condition does not hold. */
  const update = async (lane: BreakerLane, change: { expression: string; values: Record<string, unknown>; condition?: string }) => {
    try {
      await client.send(
        new UpdateCommand({
          TableName: name,
          Key: keys.breaker(lane),
          UpdateExpression: `${change.expression} SET expiresAt = :expires`,
          ...(change.condition === undefined ? {} : { ConditionExpression: change.condition }),
          ExpressionAttributeValues: { ...change.values, ':expires': lane.hour * 3600 + KEPT_SECONDS },
        }),
      )
      return true
    } catch (cause) {
      if (isNamed(cause, 'ConditionalCheckFailedException')) return false
      throw cause
    }
  }
  return {
    async reserve(lane, incidentId, limit) {
      if (limit === 0) return false
      return update(lane, {
        expression: 'ADD incidents :one',
        condition: 'attribute_not_exists(incidents) OR size(incidents) < :limit OR contains(incidents, :id)',
        values: { ':one': new Set([incidentId]), ':id': incidentId, ':limit': limit },
      })
    },
    claimPage: (lane, incidentId) =>
      update(lane, {
        expression: 'ADD pagedBy :one',
        condition: 'attribute_not_exists(pagedFor) AND (attribute_not_exists(pagedBy) OR contains(pagedBy, :id))',
        values: { ':one': new Set([incidentId]), ':id': incidentId },
      }),
    async markPaged(lane) {
      await update(lane, { expression: 'ADD pagedFor :one', values: { ':one': 1 } })
    },
  }
}
