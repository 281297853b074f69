import { QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { Change } from '../domain/change.ts'
import { readChange } from '../domain/migrations/change.ts'
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
  return {
    async last(subject) {
      const { Items } = await table.client.send(
        new QueryCommand({ TableName: table.name, ...ofSubject(subject), ScanIndexForward: false, Limit: 1 }),
      )
      return Items?.[0] === undefined ? undefined : changeIn(Items[0])
    },
    async list(subject) {
      const changes: Change[] = []
      for await (const item of queryAll(table, ofSubject(subject))) changes.push(changeIn(item))
      return changes
    },
    async page(subject, from) {
      const { Items = [], LastEvaluatedKey } = await table.client.send(
        new QueryCommand({
          TableName: table.name,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :end',
          // `~` sorts behind every digit, so this ends with the last number.
          ExpressionAttributeValues: { ':pk': subject, ':from': keys.change(subject, from).sk, ':end': 'CHANGE#~' },
          ConsistentRead: true,
          Limit: PAGE_SIZE,
        }),
      )
      return { changes: Items.map(changeIn), hasMore: LastEvaluatedKey !== undefined }
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

function changeIn({ pk, sk, change }: Record<string, unknown>): Change {
  return readChange(change, String(pk), Number(String(sk).replace('CHANGE#', '')))
}
