import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { hashId } from '../domain/timed-set.ts'
import type { AdvisorBudget } from '../ports/advisor.ts'
import { isNamed, keys, type Table } from './table.ts'

/** Seconds that a count is kept: a day is enough to look at it. */
const KEPT_SECONDS = 86_400

/**
 * Counts questions per hour by conditional updates: of the identity first, so that one that has used up its share costs the account none. A question
 * that the account then refuses stays counted for the identity: counts err on the side of fewer questions.
 */
export function dynamoAdvisorBudget(table: Table): AdvisorBudget {
  return {
    async reserve(hour, identityId, { perIdentity, perAccount }) {
      // A sort key has 1,024 bytes at most; two identities of one hash would share their questions.
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
