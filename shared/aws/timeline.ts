import { GetCommand } from '@aws-sdk/lib-dynamodb'
import type { IncidentSignal } from '../domain/incident.ts'
import { readSignal, writeSignal } from '../domain/migrations/incident.ts'
import { readText, textOf } from '../domain/stored.ts'
import { isCountDue, NOT_THINNED, oncePerId, placeOf, representing, THINNING_SHAPE, type Thinning, thinningOf } from '../domain/timeline.ts'
import { UnreadableItem } from '../errors.ts'
import type { IncidentStore, OnUnreadable } from '../ports/stores.ts'
import { isVersion, putIf, versionIn } from './conditional-put.ts'
import { queryAll, readable } from './query-all.ts'
import { keys, type Table } from './table.ts'

/** Incidents, and hours of them, of which one process remembers what it read. */
const REMEMBERED = 1000

const IS_NEW = { expression: 'attribute_not_exists(pk)' }

/**
 * Timelines in DynamoDB under `INCIDENT#id / SIGNAL#…`, and beside them, once one is long, how far it is thinned (`INCIDENT#id / THINNING`).
 *
 * No counter is written. What a process remembers of a thinning only lets it keep more than it need: thinnings rise and never fall. A call that is left out costs nothing.
 */
export function dynamoTimeline(table: Table): Pick<IncidentStore, 'addSignal' | 'signals'> {
  const thinnings = new Map<string, Thinning>()
  const hours = new Set<string>()

  const read = async (incidentId: string) => {
    const key = keys.thinning(incidentId)
    const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key: key }))
    return Item === undefined
      ? { value: NOT_THINNED, version: 0 }
      : { value: readText(THINNING_SHAPE, Item.thinning, `${key.pk} ${key.sk}`), version: versionIn(Item.version, `${key.pk} ${key.sk}`) }
  }

  const remembered = async (incidentId: string): Promise<Thinning> => {
    const known = thinnings.get(incidentId)
    if (known !== undefined) return known
    const thinning = await read(incidentId).catch((cause: unknown) => {
      // What cannot be read leaves nothing out.
      if (cause instanceof UnreadableItem) return { value: NOT_THINNED }
      throw cause
    })
    if (thinnings.size >= REMEMBERED) thinnings.clear()
    thinnings.set(incidentId, thinning.value)
    return thinning.value
  }

  /** Counts the timeline, and thins it further where it has grown. Where another writer does so at the same time, its result stands until the next count. */
  const count = async (incidentId: string) => {
    const [before, kept] = await Promise.all([read(incidentId), signals(incidentId, () => {})])
    const next = thinningOf(kept, before.value)
    if (next !== before.value)
      await putIf(
        table,
        { ...keys.thinning(incidentId), version: before.version + 1, thinning: textOf(THINNING_SHAPE, next) },
        isVersion(before.version),
      )
    thinnings.set(incidentId, next)
  }

  const putHourly = async (incidentId: string, hour: string, signal: IncidentSignal) => {
    const key = `${incidentId} ${hour}`
    if (hours.has(key)) return
    await putIf(table, { ...keys.hourlySignal(incidentId, hour), signal: writeSignal(signal) }, IS_NEW)
    if (hours.size >= REMEMBERED) hours.clear()
    hours.add(key)
  }

  const signals = async (incidentId: string, onUnreadable?: OnUnreadable): Promise<IncidentSignal[]> => {
    const found: IncidentSignal[] = []
    const query = {
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
      ExpressionAttributeValues: { ':pk': `INCIDENT#${incidentId}`, ':sk': 'SIGNAL#' },
    }
    for await (const signal of readable(queryAll(table, query), ({ pk, sk, signal }) => readSignal(signal, `${pk} ${sk}`), onUnreadable))
      found.push(signal)
    return oncePerId(found)
  }

  return {
    async addSignal(incidentId, signal, isDeciding = false) {
      const place = placeOf(incidentId, signal, isDeciding ? NOT_THINNED : await remembered(incidentId))
      if (place.kind === 'hourly') return putHourly(incidentId, place.hour, signal)
      const isAdded = await putIf(
        table,
        { ...keys.signal(incidentId, signal.time, signal.id), signal: writeSignal(representing(signal, place)) },
        IS_NEW,
      )
      if (isAdded && isCountDue(incidentId, signal.id)) await count(incidentId).catch(unlessUnreadable)
    },
    signals,
  }
}

/** A thinning that cannot be read is left as it is: nothing is left out then. */
function unlessUnreadable(cause: unknown): void {
  if (!(cause instanceof UnreadableItem)) throw cause
}
