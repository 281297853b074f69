import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import dynalite from 'dynalite'
import { dynamo } from '../../shared/aws/clients.ts'
import { createTable, type Table } from '../../shared/aws/table.ts'
import { type Loopback, loopback, optionsFor, type WireAnswer, type WireRequest } from './loopback.ts'

export interface EmbeddedTable {
  readonly endpoint: string
  readonly table: Table
  /** The same table where every Query and Scan answers at most `size` items at a time. */
  paged(size: number): Table
  /** The same table behind a server that may answer in its place; undefined passes the request on. */
  behind(fault: (operation: string, body: Record<string, unknown>) => WireAnswer | undefined): Promise<Table & { wire: Loopback }>
  close(): Promise<void>
}

/** The server that has every table from now on; undefined where each table has a dynalite of its own. */
let sharedServer: string | undefined

/** Makes every further table on this server, which `npm run test:dynamodb` does. */
export function makeTablesOn(url: string): void {
  sharedServer = url
}

/** A table on dynalite, in memory, on a free port of loopback; or a new one on the server of `makeTablesOn`. */
export async function embeddedTable(): Promise<EmbeddedTable> {
  const { url, close: closeServer } = await server()
  const table = { client: dynamo(optionsFor(url)), name: `countersign-${randomUUID()}` }
  await createTable(table.client, table.name)
  const clients = [table.client]
  const wires: Loopback[] = []
  return {
    endpoint: url,
    table,
    paged(size) {
      const client = dynamo(optionsFor(url))
      clients.push(client)
      client.middlewareStack.add(
        (next) => (args) => {
          const input = args.input as unknown as Record<string, unknown>
          const isRead = 'KeyConditionExpression' in input || 'FilterExpression' in input
          return next(isRead ? { ...args, input: { ...input, Limit: Math.min(size, Number(input.Limit ?? size)) } as never } : args)
        },
        { step: 'initialize', name: 'smallPages' },
      )
      return { client, name: table.name }
    },
    async behind(fault) {
      const wire = await loopback((request) => {
        const operation = String(request.headers['x-amz-target']).split('.')[1] ?? ''
        return fault(operation, JSON.parse(request.body)) ?? forward(url, request)
      })
      wires.push(wire)
      const client = dynamo(wire.options)
      clients.push(client)
      return { client, name: table.name, wire }
    },
    async close() {
      for (const client of clients) client.destroy()
      await Promise.all(wires.map((wire) => wire.close()))
      await closeServer()
    },
  }
}

async function server(): Promise<{ readonly url: string; close(): Promise<void> }> {
  if (sharedServer !== undefined) return { url: sharedServer, close: async () => {} }
  const own = dynalite({ createTableMs: 0 })
  await new Promise<void>((resolve) => own.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(own.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => own.close(() => resolve())),
  }
}

async function forward(url: string, { headers, body }: WireRequest): Promise<WireAnswer> {
  const { host: _, connection: __, 'content-length': ___, ...rest } = headers
  const answer = await fetch(url, { method: 'POST', headers: rest as Record<string, string>, body })
  return { status: answer.status, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: await answer.text() }
}

/** An error as DynamoDB answers it. */
export function dynamoError(name: string, status = 400): WireAnswer {
  const body = JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: name })
  return { status, headers: { 'content-type': 'application/x-amz-json-1.0' }, body }
}
