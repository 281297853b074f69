import { GetCommand } from '@aws-sdk/lib-dynamodb'
import type { Postings } from '../ports/notices.ts'
import { putIf } from './conditional-put.ts'
import { keys, type Table } from './table.ts'

/** Slack messages of incidents in DynamoDB, under `INCIDENT#id / SLACK`. */
export function dynamoPostings(table: Table): Postings {
  return {
    async get(incidentId) {
      const { Item } = await table.client.send(
        new GetCommand({ TableName: table.name, Key: keys.posting(incidentId), ConsistentRead: true }),
      )
      return Item === undefined ? undefined : { channel: String(Item.channel), ts: String(Item.ts), told: String(Item.told) }
    },
    put: (incidentId, { channel, ts, told }, previous) =>
      putIf(
        table,
        { ...keys.posting(incidentId), channel, ts, told },
        previous === undefined ? { expression: 'attribute_not_exists(pk)' } : { expression: 'ts = :ts', values: { ':ts': previous } },
      ),
  }
}
