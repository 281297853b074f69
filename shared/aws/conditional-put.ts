import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { UnreadableItem } from '../errors.ts'
import { isNamed, type Table } from './table.ts'

/** Puts an item if a condition holds. Returns false when it does not; every other failure throws. */
export async function putIf(
  { client, name }: Table,
  item: Record<string, unknown>,
  condition: { expression: string; values?: Record<string, unknown> },
): Promise<boolean> {
  try {
    await client.send(
      new PutCommand({
        TableName: name,
        Item: item,
        ConditionExpression: condition.expression,
        ...(condition.values === undefined ? {} : { ExpressionAttributeValues: condition.values }),
      }),
    )
    return true
  } catch (cause) {
    if (isNamed(cause, 'ConditionalCheckFailedException')) return false
    throw cause
  }
}

/** The condition that an item still has the version that was read; 0 means that it does not exist. */
export function isVersion(version: number): { expression: string; values?: Record<string, unknown> } {
  return version === 0 ? { expression: 'attribute_not_exists(pk)' } : { expression: 'version = :version', values: { ':version': version } }
}

/** The version of a stored item. Throws `UnreadableItem` where it is none: no condition on it could hold, and no next version be counted. */
export function versionIn(version: unknown, key: string): number {
  if (Number.isSafeInteger(version) && Number(version) > 0) return Number(version)
  throw new UnreadableItem(key, 'version: must be a whole number above 0')
}
