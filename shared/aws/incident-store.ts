import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { type Incident, isClosed } from '../domain/incident.ts'
import { readIncident, writeIncident } from '../domain/migrations/incident.ts'
import { sortablePriority } from '../domain/priority.ts'
import type { IncidentStore, OnUnreadable, Versioned } from '../ports/stores.ts'
import { isVersion, putIf, versionIn } from './conditional-put.ts'
import { queryAll, readable, scanAll } from './query-all.ts'
import { keys, OPEN_INDEX, type Table } from './table.ts'
import { dynamoTimeline } from './timeline.ts'

/** Incidents in DynamoDB under `INCIDENT#id / META`. A sparse index lists those that are not closed. */
export function dynamoIncidentStore(table: Table): IncidentStore {
  return {
    async get(id) {
      const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key: keys.incident(id), ConsistentRead: true }))
      return Item === undefined ? undefined : incidentIn(Item)
    },
    save(incident, version) {
      const listed = isClosed(incident) ? {} : { open: 'open', priority: sortablePriority(incident) }
      return putIf(
        table,
        { ...keys.incident(incident.id), ...listed, version: version + 1, incident: writeIncident(incident) },
        isVersion(version),
      )
    },
    ...dynamoTimeline(table),
    async listOpen(limit, onUnreadable) {
      const found: Incident[] = []
      const query = {
        IndexName: OPEN_INDEX,
        KeyConditionExpression: '#open = :open',
        ExpressionAttributeNames: { '#open': 'open' },
        ExpressionAttributeValues: { ':open': 'open' },
        ScanIndexForward: false,
        Limit: limit,
      }
      for await (const { value } of readable(queryAll(table, query), incidentIn, onUnreadable)) {
        found.push(value)
        if (found.length === limit) break
      }
      return found
    },
    async *listAll(onUnreadable?: OnUnreadable) {
      const incidents = { FilterExpression: 'sk = :meta', ExpressionAttributeValues: { ':meta': 'META' } }
      for await (const { value } of readable(scanAll(table, incidents), incidentIn, onUnreadable)) yield value
    },
  }
}

function incidentIn({ pk, incident, version }: Record<string, unknown>): Versioned<Incident> {
  return { value: readIncident(incident, String(pk)), version: versionIn(version, String(pk)) }
}
