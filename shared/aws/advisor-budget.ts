import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { hashId } from '../domain/timed-set.ts'
import type { AdvisorBudget } from '../ports/advisor.ts'
import { isNamed, keys, type Table } from './table.ts'

/** Seconds until a counter expires: it is kept for a day for inspection. */
const KEPT_SECONDS = 86_400

/**
 * Counts questions per hour by conditional updates.
 *
 * The identity's counter comes first, so that an identity at its limit takes nothing from the account's. A question that the account's limit
 * refuses stays counted for the identity, so the counters err towards fewer questions.
 */
export function dynamoAdvisorBudget(table: Table): AdvisorBudget {
  return {
    async reserve(hour, identityId, { perIdentity, perAccount }) {
      // Hashed, because a sort key has at most 1,024 bytes. Two identities with the same hash share one counter.
      const identity = `IDENTITY#${hashId(identityId).toString(36)}`
      return (
        (await takeOne(table, { hour, of: identity, limit: perIdentity })) && takeOne(table, { hour, of: 'ACCOUNT', limit: perAccount })
      )
    },
  }
}

async function takeOne({ client, name }: Table, { hour, of, limit }: { hour: number; of: string; limit: number }): Promise<boolean> {
  if (limit === 0) return false
  try {
    await client.send(
      new UpdateCommand({
        TableName: name,
        Key: keys.budget(hour, of),
        UpdateExpression: 'ADD questions :one SET expiresAt = :expires',
        ConditionExpression: 'attribute_not_exists(questions) OR questions < :limit',
        ExpressionAttributeValues: { ':one': 1, ':limit': limit, ':expires': hour * 3600 + KEPT_SECONDS },
      }),
    )
    return true
  } catch (cause) {
    if (isNamed(cause, 'ConditionalCheckFailedException')) return false
    throw cause
  }
}
