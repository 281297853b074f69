import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { BatchGetCommand } from '@aws-sdk/lib-dynamodb'
import { MOVES_KEPT_MS, MOVES_SHAPE, NO_MOVES } from '../domain/moves.ts'
import { NAMES_SHAPE } from '../domain/name-history.ts'
import { packState, unpackState } from '../domain/state-codec.ts'
import { readText, textOf } from '../domain/stored.ts'
import { ResponderError, UnreadableItem } from '../errors.ts'
import type { IdentityStore, StoredIdentity, StoredNames } from '../ports/stores.ts'
import { isVersion, putIf, versionIn } from './conditional-put.ts'
import { dynamoExposures } from './exposures.ts'
import { scanAll } from './query-all.ts'
import { keys, type Table } from './table.ts'
import { dynamoUnclaimed } from './unclaimed.ts'
import { dynamoWorkloads } from './workloads.ts'

/** BatchGetItem accepts so many keys. */
const KEYS_PER_READ = 100
const READ_ATTEMPTS = 6

/** Identity states in DynamoDB under `IDENTITY#id / STATE`, as deflated JSON with a version for optimistic locking. */
export function dynamoIdentityStore(
  table: Table,
  wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
): IdentityStore {
  return {
    async load(identityIds) {
      const ids = [...new Set(identityIds)]
      const both = (id: string) => [keys.identityState(id), keys.identityIncident(id)]
      const items = (await Promise.all(chunksOf(ids, KEYS_PER_READ / 2).map((chunk) => readAll(chunk.flatMap(both))))).flat()
      const found = new Map<string, StoredIdentity>(ids.map((id) => [id, { state: undefined, incidentId: undefined }]))
      for (const item of items) {
        const id = String(item.pk).slice('IDENTITY#'.length)
        const known = found.get(id) ?? { state: undefined, incidentId: undefined }
        if (item.sk === 'STATE') found.set(id, { ...known, ...stateIn(item, id) })
        else found.set(id, { ...known, incidentId: String(item.incidentId) })
      }
      return found
    },
    async versions(identityIds) {
      const ids = [...new Set(identityIds)]
      const found = new Map(ids.map((id) => [id, 0]))
      const items = await Promise.all(chunksOf(ids, KEYS_PER_READ).map((chunk) => readAll(chunk.map(keys.identityState), 'pk, version')))
      for (const { pk, version } of items.flat()) found.set(String(pk).slice('IDENTITY#'.length), versionIn(version, String(pk)))
      return found
    },
    saveState: (state, version) =>
      putIf(
        table,
        { ...keys.identityState(state.identity.id), version: version + 1, state: deflateRawSync(packState(state)) },
        isVersion(version),
      ),
    async setIncident(identityId, incidentId, previous) {
      const isFree = { expression: 'attribute_not_exists(pk)' }
      const isPrevious = { expression: 'attribute_not_exists(pk) OR incidentId = :previous', values: { ':previous': previous } }
      await putIf(table, { ...keys.identityIncident(identityId), incidentId }, previous === undefined ? isFree : isPrevious)
    },
    async loadNames(principalIds) {
      const ids = [...new Set(principalIds)]
      const found = new Map<string, StoredNames>(ids.map((id) => [id, { value: [], version: 0 }]))
      const items = await Promise.all(chunksOf(ids, KEYS_PER_READ).map((chunk) => readAll(chunk.map(keys.identityNames))))
      for (const item of items.flat()) {
        const key = String(item.pk)
        found.set(key.slice('IDENTITY#principal:'.length), namesIn(item, key))
      }
      return found
    },
    saveNames: (principalId, names, version) =>
      putIf(table, { ...keys.identityNames(principalId), version: version + 1, names: textOf(NAMES_SHAPE, { names }) }, isVersion(version)),
    async loadMoves(range) {
      const [item] = await readAll([keys.moves(range)])
      if (item === undefined) return { value: NO_MOVES, version: 0 }
      const key = String(item.pk)
      return { value: readText(MOVES_SHAPE, item.moves, key), version: versionIn(item.version, key) }
    },
    saveMoves(range, moves, version) {
      const newest = Math.max(moves.harmedAt ?? 0, ...moves.moves.map(({ since }) => since))
      const expiresAt = Math.ceil((newest + MOVES_KEPT_MS) / 1000)
      return putIf(table, { ...keys.moves(range), version: version + 1, moves: textOf(MOVES_SHAPE, moves), expiresAt }, isVersion(version))
    },
    ...dynamoExposures(table),
    ...dynamoWorkloads(table),
    ...dynamoUnclaimed(table),
    async *ids() {
      const states = { FilterExpression: 'sk = :state', ExpressionAttributeValues: { ':state': 'STATE' }, ProjectionExpression: 'pk' }
      for await (const { pk } of scanAll(table, states)) yield String(pk).slice('IDENTITY#'.length)
    },
  }

  /** Reads all keys, or of their items the attributes that `projection` names. DynamoDB may leave some unread under load; they are requested again with exponential backoff. */
  async function readAll(wanted: Record<string, string>[], projection?: string): Promise<Record<string, unknown>[]> {
    const items: Record<string, unknown>[] = []
    let left = wanted
    for (let attempt = 0; left.length > 0; attempt++) {
      if (attempt === READ_ATTEMPTS)
        throw new ResponderError(
          'store.unavailable',
          `DynamoDB left ${left.length} of ${wanted.length} keys unread ${READ_ATTEMPTS} times; deliver again`,
        )
      if (attempt > 0) await wait(25 * 2 ** attempt)
      const request = { Keys: left, ConsistentRead: true, ...(projection === undefined ? {} : { ProjectionExpression: projection }) }
      const answer = await table.client.send(new BatchGetCommand({ RequestItems: { [table.name]: request } }))
      items.push(...(answer.Responses?.[table.name] ?? []))
      left = (answer.UnprocessedKeys?.[table.name]?.Keys ?? []) as Record<string, string>[]
    }
    return items
  }
}

function chunksOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size))
}

/** Largest inflated state in bytes, 64 times the limit of a state. It stops a decompression bomb in the table from filling the memory. */
const EXPANDED_LIMIT = 1_048_576

/** Parses a stored state. A state that cannot be read is returned as `unreadable`, so that it does not fail the other identities of a batch. */
function stateIn(item: Record<string, unknown>, identityId: string): Pick<StoredIdentity, 'state' | 'unreadable'> {
  const key = String(item.pk)
  try {
    const value = unpackState(inflated(item.state, key), key)
    if (value.identity.id !== identityId) throw new UnreadableItem(key, 'identity: must be that of its key')
    return { state: { value, version: versionIn(item.version, key) } }
  } catch (cause) {
    if (cause instanceof UnreadableItem) return { state: undefined, unreadable: cause }
    throw cause
  }
}

function namesIn(item: Record<string, unknown>, key: string): StoredNames {
  try {
    return { value: readText(NAMES_SHAPE, item.names, key).names, version: versionIn(item.version, key) }
  } catch (cause) {
    if (cause instanceof UnreadableItem) return { value: [], version: 0, unreadable: cause }
    throw cause
  }
}

function inflated(stored: unknown, key: string): string {
  const bytes = stored instanceof Uint8Array ? stored : new Uint8Array()
  try {
    return inflateRawSync(bytes, { maxOutputLength: EXPANDED_LIMIT }).toString('utf8')
  } catch (cause) {
    throw new UnreadableItem(key, 'not deflated text, or too much of it', { cause })
  }
}
