import { QueryCommand, type QueryCommandInput, ScanCommand, type ScanCommandInput } from '@aws-sdk/lib-dynamodb'
import { UnreadableItem } from '../errors.ts'
import type { OnUnreadable } from '../ports/stores.ts'
import type { Table } from './table.ts'

/** Yields every item of a query, page by page. */
export async function* queryAll(
  { client, name }: Table,
  input: Omit<QueryCommandInput, 'TableName'>,
): AsyncGenerator<Record<string, unknown>> {
  let from: Record<string, unknown> | undefined
  do {
    const page = await client.send(
      new QueryCommand({ ...input, TableName: name, ...(from === undefined ? {} : { ExclusiveStartKey: from }) }),
    )
    yield* page.Items ?? []
    from = page.LastEvaluatedKey
  } while (from !== undefined)
}

/** Yields every item that matches a filter, page by page. It reads the whole table. */
export async function* scanAll(
  { client, name }: Table,
  input: Omit<ScanCommandInput, 'TableName'>,
): AsyncGenerator<Record<string, unknown>> {
  let from: Record<string, unknown> | undefined
  do {
    const page = await client.send(
      new ScanCommand({ ...input, TableName: name, ...(from === undefined ? {} : { ExclusiveStartKey: from }) }),
    )
    yield* page.Items ?? []
    from = page.LastEvaluatedKey
  } while (from !== undefined)
}

/** Parses items with `read`. `onUnreadable` is called for each `UnreadableItem`, which is skipped; without it the first one throws. */
export async function* readable<T>(
  items: AsyncIterable<Record<string, unknown>>,
  read: (item: Record<string, unknown>) => T,
  onUnreadable?: OnUnreadable,
): AsyncGenerator<T> {
  for await (const item of items) {
    let value: T
    try {
      value = read(item)
    } catch (cause) {
      if (onUnreadable === undefined || !(cause instanceof UnreadableItem)) throw cause
      onUnreadable(cause)
      continue
    }
    yield value
  }
}
