import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { POSTING_SHAPE } from '../domain/posting.ts'
import { readFields } from '../domain/stored.ts'
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
      if (Item === undefined) return undefined
      const { pk, sk, ...members } = Item
      return readFields(POSTING_SHAPE, members, `${pk} ${sk}`)
    },
    put: (incidentId, { channel, ts, told }, previous) =>
      putIf(
        table,
        { ...keys.posting(incidentId), v: POSTING_SHAPE.version, channel, ts, told },
        previous === undefined ? { expression: 'attribute_not_exists(pk)' } : { expression: 'ts = :ts', values: { ':ts': previous } },
      ),
  }
}
