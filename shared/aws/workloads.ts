import { QueryCommand } from '@aws-sdk/lib-dynamodb'
import { Identity } from '../domain/signal.ts'
import { DAY_MS } from '../domain/time.ts'
import { ROLES_LIMIT, WORKLOAD_DAYS } from '../domain/workload-sessions.ts'
import { UnreadableItem } from '../errors.ts'
import type { IdentityStore } from '../ports/stores.ts'
import { putIf } from './conditional-put.ts'
import { keys, type Table } from './table.ts'

/** Roles of workloads in DynamoDB under `WORKLOAD#account:name / ROLE#arn`. */
export function dynamoWorkloads(table: Table): Pick<IdentityStore, 'addWorkload' | 'workloadsOf'> {
  return {
    async addWorkload(workload, role, at) {
      const expiresAt = Math.ceil((at + WORKLOAD_DAYS * DAY_MS) / 1000)
      // A session lives for hours: once a day is often enough.
      const isNews = { expression: 'attribute_not_exists(pk) OR expiresAt < :soon', values: { ':soon': expiresAt - DAY_MS / 1000 } }
      await putIf(table, { ...keys.workload(workload, role.id), role: JSON.stringify(role), expiresAt }, isNews)
    },
    async workloadsOf(workload) {
      const { pk } = keys.workload(workload, '')
      const { Items = [] } = await table.client.send(
        new QueryCommand({
          TableName: table.name,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': pk },
          Limit: ROLES_LIMIT,
        }),
      )
      return Items.map(({ sk, role }) => roleIn(role, `${pk}/${String(sk)}`))
    },
  }
}

function roleIn(text: unknown, key: string): Identity {
  try {
    const parsed = Identity.safeParse(JSON.parse(String(text)))
    if (parsed.success && key.endsWith(`/ROLE#${parsed.data.id}`)) return parsed.data
  } catch {
    // Told as what it is below: the parser's error would say nothing more.
  }
  throw new UnreadableItem(key, 'role: no identity, or not that of its key')
}
