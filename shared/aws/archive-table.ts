import { DeleteCommand, GetCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import { ArchivedItem, subjectsOf } from '../domain/archive.ts'
import { writeIncident } from '../domain/migrations/incident.ts'
import { UnreadableItem } from '../errors.ts'
import type { ArchiveTable } from '../ports/archive.ts'
import { isVersion, putIf } from './conditional-put.ts'
import { queryAll } from './query-all.ts'
import { isNamed, keys, type Table } from './table.ts'

/** What an archived incident says from which nothing is left to remove. */
const REMOVED = 'removed'

/** Items of an incident that stay beside what is archived: a verdict is written into the same message of Slack, however late. */
const STAYING = 'SLACK'

const Place = z.strictObject({ pk: z.string(), sk: z.string() })

/** The items of incidents in DynamoDB, read and deleted as they are stored. Where a run stopped is an item of its own (`ARCHIVE / PLACE`). */
export function dynamoArchiveTable(table: Table): ArchiveTable {
  const { client, name } = table
  return {
    async closed(from) {
      const start = from === undefined ? undefined : placeIn(from)
      const page = await client.send(
        new ScanCommand({
          TableName: name,
          // What is open is in the index of open incidents, and says so.
          FilterExpression: 'sk = :meta AND attribute_not_exists(#open) AND (attribute_not_exists(archived) OR archived <> :removed)',
          ProjectionExpression: 'pk, sk',
          ExpressionAttributeNames: { '#open': 'open' },
          ExpressionAttributeValues: { ':meta': 'META', ':removed': REMOVED },
          Select: 'SPECIFIC_ATTRIBUTES',
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        }),
      )
      const ids = (page.Items ?? []).map(({ pk }) => String(pk).replace(/^INCIDENT#/, ''))
      return { ids, next: page.LastEvaluatedKey === undefined ? undefined : JSON.stringify(page.LastEvaluatedKey) }
    },
    async read(incidentId) {
      const items: ArchivedItem[] = []
      for (const pk of subjectsOf(incidentId)) {
        const query = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk }, ConsistentRead: true }
        for await (const item of queryAll(table, query)) if (item.sk !== STAYING) items.push(itemIn(item))
      }
      return items
    },
    async remove({ pk, sk, ...attributes }) {
      const names = Object.keys(attributes)
      try {
        await client.send(
          new DeleteCommand({
            TableName: name,
            Key: keys.archived({ pk, sk }),
            ConditionExpression: ['attribute_exists(pk)', ...names.map((_, at) => `#a${at} = :a${at}`)].join(' AND '),
            ...(names.length === 0
              ? {}
              : {
                  ExpressionAttributeNames: Object.fromEntries(names.map((one, at) => [`#a${at}`, one])),
                  ExpressionAttributeValues: Object.fromEntries(names.map((one, at) => [`:a${at}`, attributes[one]])),
                }),
          }),
        )
        return true
      } catch (cause) {
        if (isNamed(cause, 'ConditionalCheckFailedException')) return false
        throw cause
      }
    },
    settle: ({ value, version }) =>
      putIf(
        table,
        { ...keys.incident(value.id), version: version + 1, incident: writeIncident(value), archived: REMOVED },
        isVersion(version),
      ),
    async place() {
      const { Item } = await client.send(new GetCommand({ TableName: name, Key: keys.archivePlace(), ConsistentRead: true }))
      return typeof Item?.place === 'string' && placeIn(Item.place) !== undefined ? Item.place : undefined
    },
    async keepPlace(place) {
      await client.send(new PutCommand({ TableName: name, Item: { ...keys.archivePlace(), ...(place === undefined ? {} : { place }) } }))
    },
  }
}

/** The key after which a scan goes on; undefined where the text is none, so that it begins anew. */
function placeIn(text: string): z.infer<typeof Place> | undefined {
  try {
    return Place.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** An item whose attributes are texts and numbers, as every item of an incident that a release writes. */
function itemIn(item: Record<string, unknown>): ArchivedItem {
  const { data } = ArchivedItem.safeParse(item)
  if (data === undefined) throw new UnreadableItem(`${item.pk} ${item.sk}`, 'has attributes that no release writes')
  return data
}
