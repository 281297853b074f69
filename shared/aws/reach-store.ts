import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { readText, textOf } from '../domain/stored.ts'
import { REACH_SHAPE, type StoredReach } from '../domain/stored-reach.ts'
import { DAY_MS } from '../domain/time.ts'
import { UnreadableItem } from '../errors.ts'
import type { ReachStore } from '../ports/reach.ts'
import { queryAll } from './query-all.ts'
import { keys, type Table } from './table.ts'

/** For so long an identity that no inventory finds any more is remembered. */
const KEPT_MS = 14 * DAY_MS

/** How long a read may take, retries included. It orders work, and containment waits for it. */
const READ_MS = 1_000

/** Reach in DynamoDB under `REACH#account / ARN`: a key of its own, so that who writes it may write nothing else. */
export function dynamoReachStore(table: Table): ReachStore {
  return {
    async read({ id, account }) {
      const command = new GetCommand({ TableName: table.name, Key: keys.reach(account, id) })
      const { Item } = await table.client.send(command, { abortSignal: AbortSignal.timeout(READ_MS) })
      return Item === undefined ? undefined : storedIn(Item)
    },
    async *list(account, onUnreadable) {
      const { pk } = keys.reach(account, '')
      for await (const item of queryAll(table, { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk } })) {
        try {
          yield storedIn(item)
        } catch (cause) {
          if (!(cause instanceof UnreadableItem) || onUnreadable === undefined) throw cause
          onUnreadable(cause.key)
        }
      }
    },
    async save(account, reach) {
      const expiresAt = Math.ceil((reach.at + KEPT_MS) / 1000)
      await table.client.send(
        new PutCommand({
          TableName: table.name,
          Item: { ...keys.reach(account, reach.id), reach: textOf(REACH_SHAPE, reach), expiresAt },
        }),
      )
    },
  }
}

function storedIn({ pk, sk, reach }: Record<string, unknown>): StoredReach {
  const key = `${String(pk)}/${String(sk)}`
  const read = readText(REACH_SHAPE, reach, key)
  if (read.id !== sk) throw new UnreadableItem(key, 'id: must be that of its key')
  return read
}
