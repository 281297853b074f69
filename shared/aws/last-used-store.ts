import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { LAST_USED_SHAPE } from '../domain/last-used.ts'
import { readText, textOf } from '../domain/stored.ts'
import { UnreadableItem } from '../errors.ts'
import type { LastUsedStore, StoredLastUsed } from '../ports/last-used.ts'
import { isVersion, putIf, versionIn } from './conditional-put.ts'
import { scanAll } from './query-all.ts'
import { keys, type Table } from './table.ts'

/** Last-used data in DynamoDB under `LASTUSED#identity / SNAPSHOTS`: a key of its own, so that who writes it may not write baselines, and the other way round. */
export function dynamoLastUsedStore(table: Table): LastUsedStore {
  return {
    async read(identityId) {
      const { Item } = await table.client.send(
        new GetCommand({ TableName: table.name, Key: keys.lastUsed(identityId), ConsistentRead: true }),
      )
      return Item === undefined ? { value: undefined, version: 0 } : storedIn(Item)
    },
    save: (identityId, lastUsed, { version, triedAt }) =>
      putIf(
        table,
        { ...keys.lastUsed(identityId), version: version + 1, triedAt, lastUsed: textOf(LAST_USED_SHAPE, lastUsed) },
        isVersion(version),
      ),
    async *turns() {
      const known = new Set<string>()
      const tried = new Map<string, number>()
      const items = {
        FilterExpression: 'sk IN (:state, :snapshots)',
        ExpressionAttributeValues: { ':state': 'STATE', ':snapshots': 'SNAPSHOTS' },
        ProjectionExpression: 'pk, sk, triedAt',
      }
      for await (const { pk, sk, triedAt } of scanAll(table, items)) {
        const id = String(pk).slice(String(pk).indexOf('#') + 1)
        if (sk === 'STATE') known.add(id)
        else tried.set(id, typeof triedAt === 'number' ? triedAt : 0)
      }
      for (const identityId of known) yield { identityId, triedAt: tried.get(identityId) ?? 0 }
    },
  }
}

/** What cannot be read is told with the version that stands, so that the next snapshot is written over it; without a version nothing can be. */
function storedIn(item: Record<string, unknown>): StoredLastUsed {
  const key = String(item.pk)
  let version = 0
  try {
    version = versionIn(item.version, key)
    return { value: readText(LAST_USED_SHAPE, item.lastUsed, key), version }
  } catch (cause) {
    if (cause instanceof UnreadableItem) return { value: undefined, version, unreadable: cause }
    throw cause
  }
}
