import { CreateTableCommand, type CreateTableCommandInput, type DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { BreakerLane } from '../ports/stores.ts'

/** The DynamoDB table, and a client for it. */
export interface Table {
  readonly client: DynamoDBDocumentClient
  readonly name: string
}

/** The sparse index of incidents that are not closed, sorted by priority. */
export const OPEN_INDEX = 'open-incidents'

/** Keys of the items in the table; see ARCHITECTURE.md. */
export const keys = {
  identityState: (identityId: string) => ({ pk: `IDENTITY#${identityId}`, sk: 'STATE' }),
  identityIncident: (identityId: string) => ({ pk: `IDENTITY#${identityId}`, sk: 'INCIDENT' }),
  identityNames: (principalId: string) => ({ pk: `IDENTITY#principal:${principalId}`, sk: 'NAMES' }),
  moves: (range: string) => ({ pk: `IDENTITY#range:${range}`, sk: 'MOVES' }),
  lastUsed: (identityId: string) => ({ pk: `LASTUSED#${identityId}`, sk: 'SNAPSHOTS' }),
  reach: (account: string, identityId: string) => ({ pk: `REACH#${account}`, sk: identityId }),
  incident: (incidentId: string) => ({ pk: `INCIDENT#${incidentId}`, sk: 'META' }),
  signal: (incidentId: string, time: number, signalId: string) => ({
    pk: `INCIDENT#${incidentId}`,
    sk: `SIGNAL#${new Date(time).toISOString()}#${signalId}`,
  }),
  /** The first call of an hour that a thinned timeline leaves out otherwise. `hour`: ISO 8601. */
  hourlySignal: (incidentId: string, hour: string) => ({ pk: `INCIDENT#${incidentId}`, sk: `SIGNAL#hour#${hour}` }),
  thinning: (incidentId: string) => ({ pk: `INCIDENT#${incidentId}`, sk: 'THINNING' }),
  posting: (incidentId: string) => ({ pk: `INCIDENT#${incidentId}`, sk: 'SLACK' }),
  change: (subject: string, number: number) => ({ pk: subject, sk: `CHANGE#${String(number).padStart(6, '0')}` }),
  workload: (workload: string, roleId: string) => ({ pk: `WORKLOAD#${workload}`, sk: `ROLE#${roleId}` }),
  exposure: (credentialId: string, kind: string) => ({ pk: `EXPOSURE#${credentialId}`, sk: `REPORT#${kind}` }),
  /** An item that an archive has, by the keys that it has there. */
  archived: ({ pk, sk }: { readonly pk: string; readonly sk: string }) => ({ pk, sk }),
  archivePlace: () => ({ pk: 'ARCHIVE', sk: 'PLACE' }),
  setAside: (messageId: string) => ({ pk: 'SETASIDE', sk: `MESSAGE#${messageId}` }),
  press: (pressId: string) => ({ pk: `PRESS#${pressId}`, sk: 'TAKEN' }),
  delivery: (party: string, id: string) => ({ pk: `DELIVERY#${party}`, sk: `SIGNED#${id}` }),
  budget: (hour: number, of: string) => ({ pk: `BUDGET#${hour}`, sk: of }),
  breaker: ({ hour, kind, account }: BreakerLane) => {
    const sk = kind === 'ordinary' ? 'COUNT' : kind.toUpperCase()
    return { pk: `BREAKER#${hour}`, sk: account === undefined ? sk : `${sk}#${account}` }
  },
}

/** Creates the table on an emulator; on AWS the stack creates it. Returns false when it exists already. */
export async function createTable(client: DynamoDBClient, name: string): Promise<boolean> {
  const input: CreateTableCommandInput = {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: ['pk', 'sk', 'open', 'priority'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: OPEN_INDEX,
        KeySchema: [
          { AttributeName: 'open', KeyType: 'HASH' },
          { AttributeName: 'priority', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  }
  try {
    await client.send(new CreateTableCommand(input))
  } catch (cause) {
    if (isNamed(cause, 'ResourceInUseException')) return false
    throw cause
  }
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { TableName: name })
  return true
}

/** True for an AWS error with this name. */
export function isNamed(cause: unknown, name: string): boolean {
  return cause instanceof Error && cause.name === name
}
