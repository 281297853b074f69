import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, describe, expect, it } from 'vitest'
import { billTable } from '../capacity/bill.ts'
import { meterTable, sizesOf } from '../capacity/metered-table.ts'
import { capacityTables } from '../capacity/tables.ts'
import { type EmbeddedTable, embeddedTable } from '../contract/embedded-table.ts'

const open: EmbeddedTable[] = []
afterAll(() => Promise.all(open.map((one) => one.close())))

describe('the table meter', () => {
  it('counts calls and units as DynamoDB does, an item of the open index twice, and a refused write', async () => {
    const embedded = await embeddedTable()
    open.push(embedded)
    const { table } = embedded
    const meter = meterTable(table)
    const put = (item: object, condition = {}) =>
      table.client.send(new PutCommand({ TableName: table.name, Item: { pk: 'INCIDENT#a', sk: 'META', ...item }, ...condition }))
    meter.start()
    await put({ text: 'x'.repeat(1500) })
    expect(meter.read()).toEqual({ calls: 1, writes: 2, reads: 0 })
    await put({ text: 'x'.repeat(1500), open: 'open', priority: '050.0' })
    expect(meter.read()).toEqual({ calls: 2, writes: 6, reads: 0 })
    await expect(put({}, { ConditionExpression: 'attribute_not_exists(pk)' })).rejects.toThrow()
    await table.client.send(new GetCommand({ TableName: table.name, Key: { pk: 'INCIDENT#a', sk: 'META' }, ConsistentRead: true }))
    expect(meter.read()).toEqual({ calls: 4, writes: 7, reads: 1 })
  })

  it('adds up the bytes of items by class, and knows no item without one', () => {
    expect(sizesOf([{ pk: 'POLICY', sk: 'CHANGE#000001', change: 'ab' }])).toEqual(new Map([['POLICY CHANGE#…', { count: 1, bytes: 31 }]]))
    expect(() => sizesOf([{ pk: 'OTHER#1', sk: 'X' }])).toThrow('is in no class')
  })
})

describe('the tables of capacity', () => {
  it('multiply what was measured by list prices', () => {
    const row = { lane: 'hot', perDay: 1_000_000, batch: 20, billedMs: 100, p99Ms: 250, events: 1, calls: 3, writes: 4, reads: 8, cpuMs: 1 }
    const sizes = [{ name: 'POLICY CHANGE#…', count: 1, bytes: 1073.741824 }]
    const flood = { calls: 20_000, items: 300, writes: 400, reads: 1000, estimate: 21_000 }
    const archive = { calls: 40, items: 50, tableBytes: 40_000, leftBytes: 4_000, objectBytes: 44_000, writes: 60, reads: 20 }
    const { events, storage, floods, archives } = capacityTables({ rows: [row], sizes, floods: [flood], archives: [archive] })
    // 1.2 requests at 0.4, a twentieth of 0.2, 0.1 s at 13.3334, 4 at 0.625 and 8 at 0.125: 5.32 USD a million, and 30 million a month.
    expect(events.split('\n')[2]).toBe('| hot | 1,000,000 | 20.0 | 3.00 | 1.20 | 4.00 | 8.00 | 100.0 | 1.00 | 0.25 s | 5.32 | 159.70 |')
    expect(floods.split('\n')[2]).toBe('| 20,000 | 300 | 400 | 1,000 | 0.0004 | 21,000 |')
    // 60 at 0.625, 20 at 0.125, 5 and 0.4: 45.40 USD a million. 37.3 KiB at 0.25 a GiB; 3.7 KiB there and 41 KiB at 0.023.
    expect(archives.split('\n')[2]).toBe('| 40 | 50 | 40,000 | 4,000 | 44,000 | 60 | 20 | 45.40 | 9.31 | 1.87 | 7 |')
    expect(storage.split('\n')[2]).toBe('| `POLICY CHANGE#…` | 1 | 1074 | 0.25 |')
  })

  it('make a bill of what stands and of the cheapest and the dearest lane, at the next lower number that was measured', () => {
    const row = { perDay: 1_000, batch: 1, billedMs: 0, p99Ms: 0, events: 1, calls: 0, writes: 1, reads: 0, cpuMs: 0 }
    const rows = [
      { ...row, lane: 'hot' },
      { ...row, lane: 'hot', perDay: 100_000, writes: 2 },
      { ...row, lane: 'tokens', writes: 4 },
      { ...row, lane: 'bulk', writes: 3 },
      { ...row, lane: 'confirmed', writes: 1000 },
    ]
    // 3 requests at 0.4, an invocation at 0.2, and the writes at 0.625 a million; 30 days of them.
    expect(billTable({ rows }, { alarms: 10, alarmsWithSlack: 12 }, [10_000, 100_000]).split('\n').slice(2)).toEqual([
      '| alarms (10) | 1.00 |',
      '| the metric by which it knows that events arrive | 0.30 |',
      '| with Slack: more alarms (2), and a secret | 0.60 |',
      '| with `dashboard`: the dashboard, without its metrics | 3.00 |',
      '| 10,000 delivered events a day | 0.61 to 1.17 |',
      '| 100,000 delivered events a day | 7.95 to 11.70 |',
      '',
    ])
    expect(() => billTable({ rows: rows.slice(0, 2) }, { alarms: 1, alarmsWithSlack: 1 }, [1])).toThrow(
      'nothing was measured of lane tokens',
    )
  })
})
