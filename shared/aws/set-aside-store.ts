import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { SET_ASIDE_SHAPE, type SetAside } from '../domain/set-aside.ts'
import { readText, textOf } from '../domain/stored.ts'
import { UnreadableItem } from '../errors.ts'
import type { SetAsideStore } from '../ports/failures.ts'
import { queryAll } from './query-all.ts'
import { keys, type Table } from './table.ts'

/** The longest text that an item may become: SQS takes 1 MiB a message, and what is longer than this is none of ours. */
const LENGTH_LIMIT = 4 * 1024 * 1024

/** Messages that were set aside, in DynamoDB under `SETASIDE / MESSAGE#id`, deflated: an item has at most 400 KB, and an event of EventBridge up to 1 MB. */
export function dynamoSetAsideStore(table: Table): SetAsideStore {
  return {
    async put(message) {
      const text = deflateRawSync(textOf(SET_ASIDE_SHAPE, message))
      await table.client.send(new PutCommand({ TableName: table.name, Item: { ...keys.setAside(message.id), message: text } }))
    },
    async list() {
      const found: SetAside[] = []
      const all = queryAll(table, { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': keys.setAside('').pk } })
      for await (const item of all) found.push(messageIn(item))
      return found
    },
    async get(id) {
      const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key: keys.setAside(id), ConsistentRead: true }))
      return Item === undefined ? undefined : messageIn(Item)
    },
    async remove(id) {
      await table.client.send(new DeleteCommand({ TableName: table.name, Key: keys.setAside(id) }))
    },
  }
}

function messageIn({ pk, sk, message }: Record<string, unknown>): SetAside {
  const key = `${String(pk)}/${String(sk)}`
  return readText(SET_ASIDE_SHAPE, inflated(message, key), key)
}

function inflated(stored: unknown, key: string): string {
  try {
    if (stored instanceof Uint8Array) return inflateRawSync(stored, { maxOutputLength: LENGTH_LIMIT }).toString()
  } catch {
    // Told as what it is below: the parser's error would say nothing more.
  }
  throw new UnreadableItem(key, 'message: not deflated')
}
