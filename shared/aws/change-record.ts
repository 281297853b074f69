import { QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { Change } from '../domain/change.ts'
import { readChange, readUpTo } from '../domain/migrations/change.ts'
import { UnreadableEntry } from '../errors.ts'
import { type ChangeRecord, PAGE_SIZE } from '../ports/stores.ts'
import { putIf } from './conditional-put.ts'
import { queryAll, scanAll } from './query-all.ts'
import { keys, type Table } from './table.ts'

/** The record in DynamoDB, with keys such as `subject / CHANGE#000001`. Each entry is stored as the hashed text, so that its hash stays verifiable. */
export function dynamoChangeRecord(table: Table): ChangeRecord {
  const ofSubject = (subject: string) => ({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
    ExpressionAttributeValues: { ':pk': subject, ':sk': 'CHANGE#' },
    ConsistentRead: true,
  })
  const list = async (subject: string): Promise<Change[]> => {
    const changes: Change[] = []
    for await (const item of queryAll(table, ofSubject(subject))) changes.push(changeIn(item, changes.length + 1))
    return changes
  }
  return {
    async last(subject) {
      const { Items } = await table.client.send(
        new QueryCommand({ TableName: table.name, ...ofSubject(subject), ScanIndexForward: false, Limit: 1 }),
      )
      if (Items?.[0] === undefined) return undefined
      // The list finds the place of an item whose key has no number.
      return numberIn(Items[0]) === undefined ? (await list(subject)).at(-1) : changeIn(Items[0], 0)
    },
    list,
    async page(subject, from) {
      const { Items = [], LastEvaluatedKey } = await table.client.send(
        new QueryCommand({
          TableName: table.name,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :end',
          // `$` follows `#`. A chain that is read from its first entry is read with all that begins like an entry, as a list is.
          ExpressionAttributeValues: { ':pk': subject, ':from': from === 1 ? 'CHANGE#' : keys.change(subject, from).sk, ':end': 'CHANGE$' },
          ConsistentRead: true,
          Limit: PAGE_SIZE,
        }),
      )
      const readers = Items.map((item, at) => () => changeIn(item, from + at))
      return readUpTo(readers, LastEvaluatedKey !== undefined)
    },
    append: (change) =>
      putIf(
        table,
        { ...keys.change(change.subject, change.number), change: JSON.stringify(change) },
        { expression: 'attribute_not_exists(pk)' },
      ),
    async *subjects() {
      const seen = new Set<string>()
      const changes = {
        FilterExpression: 'begins_with(sk, :sk)',
        ExpressionAttributeValues: { ':sk': 'CHANGE#' },
        ProjectionExpression: 'pk',
      }
      for await (const { pk } of scanAll(table, changes)) {
        const subject = String(pk)
        if (seen.has(subject)) continue
        seen.add(subject)
        yield subject
      }
    },
  }
}

/** The entry in an item. One whose sort key has no number cannot be read, and is named by its place in the chain. */
function changeIn(item: Record<string, unknown>, place: number): Change {
  const number = numberIn(item)
  if (number === undefined) throw new UnreadableEntry(String(item.pk), place, { issue: 'its sort key is none of an entry' })
  return readChange(item.change, String(item.pk), number)
}

/** The number in a sort key as this record writes it, and in no other: any other way to write a number would be a second entry of that number. */
function numberIn({ pk, sk }: Record<string, unknown>): number | undefined {
  const number = Number(String(sk).replace('CHANGE#', ''))
  return Number.isSafeInteger(number) && number > 0 && keys.change(String(pk), number).sk === sk ? number : undefined
}
