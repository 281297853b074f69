import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dynamoDeliveryLog } from '../../shared/aws/delivery-log.ts'
import { memoryDeliveryLog } from '../../shared/memory/delivery-log.ts'
import type { DeliveryLog } from '../../shared/ports/intake.ts'
import { type EmbeddedTable, embeddedTable } from './embedded-table.ts'

const NOW = Date.parse('2026-03-02T12:00:00.000Z')

let table: EmbeddedTable
beforeAll(async () => {
  table = await embeddedTable()
})
afterAll(() => table.close())

const logs: [string, () => DeliveryLog][] = [
  ['in memory', memoryDeliveryLog],
  ['in DynamoDB', () => dynamoDeliveryLog(table.table)],
]

describe.each(logs)('the log of deliveries %s', (name, open) => {
  const claimOf = (id: string, now = NOW) => ({
    party: 'github' as const,
    id: `${name} ${id}`,
    now,
    forgetAt: Math.floor(now / 1000) + 3600,
  })

  it('lets one of many take a delivery, and keeps it from all others once it was handed on', async () => {
    const log = open()
    const answers = await Promise.all(Array.from({ length: 10 }, () => log.claim(claimOf('a'))))
    expect(answers.toSorted()).toEqual([...Array(9).fill('busy'), 'taken'])
    await log.settle(claimOf('a'))
    for (const later of [0, 60_000, 86_400_000 * 80]) expect(await log.claim(claimOf('a', NOW + later))).toBe('done')
  })

  it('gives it to another where who took it did not come to the end within half a minute', async () => {
    const log = open()
    expect(await log.claim(claimOf('b'))).toBe('taken')
    expect(await log.claim(claimOf('b', NOW + 30_000))).toBe('busy')
    expect(await log.claim(claimOf('b', NOW + 30_001))).toBe('taken')
    expect(await log.claim(claimOf('b', NOW + 30_002))).toBe('busy')
  })

  it('tells parties and deliveries apart', async () => {
    const log = open()
    expect(await log.claim(claimOf('c'))).toBe('taken')
    expect(await log.claim(claimOf('d'))).toBe('taken')
    expect(await log.claim({ ...claimOf('c'), party: 'jira' })).toBe('taken')
  })
})
