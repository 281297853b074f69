import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { isOfRestrictions } from '../domain/breaker-lanes.ts'
import type { Breaker, BreakerLane } from '../ports/stores.ts'
import { isNamed, keys, type Table } from './table.ts'

/** Seconds until a counter expires: it is kept for a day for inspection. */
const KEPT_SECONDS = 86_400

/** The attribute of an hour's item with the incidents of a lane. */
const ATTRIBUTES = {
  ordinary: 'incidents',
  urgent: 'urgent',
  confirmed: 'confirmed',
  ordered: 'ordered',
  restricted: 'restricted',
  'restricted-urgent': 'restrictedUrgent',
} as const

/** Counts containments and restrictions per hour as sets of incident ids, one for each lane, in one item: so one conditional update sees them all. */
export function dynamoBreaker({ client, name }: Table): Breaker {
  /** Updates the item of a lane. Returns false where the condition does not hold. */
  const update = async (
    lane: BreakerLane,
    change: { expression: string; values: Record<string, unknown>; condition?: string; names?: Record<string, string> },
  ) => {
    try {
      await client.send(
        new UpdateCommand({
          TableName: name,
          Key: keys.breaker(lane),
          UpdateExpression: `${change.expression} SET expiresAt = :expires`,
          ...(change.condition === undefined ? {} : { ConditionExpression: change.condition }),
          ...(change.names === undefined ? {} : { ExpressionAttributeNames: change.names }),
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
    async reserve({ kind, ...place }, incidentId, limit) {
      if (limit === 0) return false
      const item = { ...place, kind: 'ordinary' } as const
      // A place of a restriction is none of a containment.
      const lanes = (Object.keys(ATTRIBUTES) as BreakerLane['kind'][]).filter((lane) => isOfRestrictions(lane) === isOfRestrictions(kind))
      const names = Object.fromEntries(lanes.map((lane) => [`#${ATTRIBUTES[lane]}`, ATTRIBUTES[lane]]))
      const hasPlace = Object.keys(names).map((lane) => `contains(${lane}, :id)`)
      const own = ATTRIBUTES[kind]
      const isReserved = await update(item, {
        expression: `ADD #${own} :one`,
        condition: `(attribute_not_exists(#${own}) OR size(#${own}) < :limit) AND NOT (${hasPlace.join(' OR ')})`,
        values: { ':one': new Set([incidentId]), ':id': incidentId, ':limit': limit },
        names,
      })
      return isReserved || update(item, { expression: '', condition: hasPlace.join(' OR '), values: { ':id': incidentId }, names })
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
