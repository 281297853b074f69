import { QueryCommand, type QueryCommandInput, ScanCommand, type ScanCommandInput } from '@aws-sdk/lib-dynamodb'
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
