import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { type Incident, type IncidentSignal, isClosed } from '../domain/incident.ts'
import type { IncidentStore, Versioned } from '../ports/stores.ts'
import { isVersion, putIf } from './conditional-put.ts'
import { queryAll, scanAll } from './query-all.ts'
import { keys, OPEN_INDEX, type Table } from './table.ts'

/** Incidents in DynamoDB under `INCIDENT#id / META`. A sparse index lists those that are not closed. */
export function dynamoIncidentStore(table: Table): IncidentStore {
  return {
    async get(id) {
      const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key: keys.incident(id), ConsistentRead: true }))
      return Item === undefined ? undefined : incidentIn(Item)
    },
    save(incident, version) {
      const listed = isClosed(incident) ? {} : { open: 'open', priority: sortable(incident.priority) }
      return putIf(
        table,
        { ...keys.incident(incident.id), ...listed, version: version + 1, incident: JSON.stringify(incident) },
        isVersion(version),
      )
    },
    async addSignal(incidentId, signal) {
      await putIf(
        table,
        { ...keys.signal(incidentId, signal.time, signal.id), signal: JSON.stringify(signal) },
        { expression: 'attribute_not_exists(pk)' },
      )
    },
    async signals(incidentId) {
      const found: IncidentSignal[] = []
      const query = {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
        ExpressionAttributeValues: { ':pk': `INCIDENT#${incidentId}`, ':sk': 'SIGNAL#' },
      }
      for await (const item of queryAll(table, query)) found.push(JSON.parse(String(item.signal)))
      return found
    },
    async listOpen(limit) {
      const found: Incident[] = []
      const query = {
        IndexName: OPEN_INDEX,
        KeyConditionExpression: '#open = :open',
        ExpressionAttributeNames: { '#open': 'open' },
        ExpressionAttributeValues: { ':open': 'open' },
        ScanIndexForward: false,
        Limit: limit,
      }
      for await (const item of queryAll(table, query)) {
        found.push(incidentIn(item).value)
        if (found.length === limit) break
      }
      return found
    },
    async *listAll() {
      const incidents = { FilterExpression: 'sk = :meta', ExpressionAttributeValues: { ':meta': 'META' } }
      for await (const item of scanAll(table, incidents)) yield incidentIn(item).value
    },
  }
}

function incidentIn(item: Record<string, unknown>): Versioned<Incident> {
  return { value: JSON.parse(String(item.incident)), version: Number(item.version) }
}

/** Formats a priority (0–100, one decimal) as text of equal length, which sorts as the number does. */
function sortable(priority: number): string {
  return priority.toFixed(1).padStart(5, '0')
}
