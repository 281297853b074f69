import { DeleteCommand, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dynamoChangeRecord } from '../../shared/aws/change-record.ts'
import { dynamoIncidentStore } from '../../shared/aws/incident-store.ts'
import { keys } from '../../shared/aws/table.ts'
import type { Change } from '../../shared/domain/change.ts'
import { silentLog } from '../../shared/memory/log.ts'
import { memoryNotifier } from '../../shared/memory/notifier.ts'
import { memorySealVault } from '../../shared/memory/seal-vault.ts'
import type { SealVault } from '../../shared/ports/stores.ts'
import { audit } from '../../shared/record/audit.ts'
import { seal } from '../../shared/record/seal.ts'
import { type EmbeddedTable, embeddedTable } from '../contract/embedded-table.ts'
import { chainOf, incidentOf } from '../contract/samples.ts'

/** Whoever may write the table, at work on its items themselves. */
const ID = 'inc-0123456789ab'
const SUBJECT = `INCIDENT#${ID}`
const LENGTH = 30
const RUNS = { numRuns: 60 }
const place = fc.integer({ min: 1, max: LENGTH })

let embedded: EmbeddedTable
let vault: SealVault
const whole = chainOf(SUBJECT, LENGTH)
beforeAll(async () => {
  embedded = await embeddedTable()
  const record = dynamoChangeRecord(embedded.table)
  for (const change of whole) await record.append(change)
  for (const change of chainOf('POLICY', 3)) await record.append(change)
  await dynamoIncidentStore(embedded.table).save(incidentOf(ID, { head: { number: LENGTH, hash: whole.at(-1)?.hash ?? '' } }), 0)
  vault = memorySealVault()
  await seal({ record, vault, clock: { now: () => Date.UTC(2026, 0, 31) }, notifier: memoryNotifier(), log: silentLog })
})
afterAll(() => embedded.close())

const textOf = (number: number) => JSON.stringify(whole[number - 1] as Change)
const write = (number: number, change: string) =>
  embedded.table.client.send(new PutCommand({ TableName: embedded.table.name, Item: { ...keys.change(SUBJECT, number), change } }))
const remove = (number: number) =>
  embedded.table.client.send(new DeleteCommand({ TableName: embedded.table.name, Key: keys.change(SUBJECT, number) }))

/** What the audit says while the table is as `tamper` left it; the table is whole again afterwards. */
async function foundAfter(tamper: () => Promise<unknown>, touched: readonly number[]) {
  await tamper()
  const record = dynamoChangeRecord(embedded.table)
  const { faults } = await audit({ record, incidents: dynamoIncidentStore(embedded.table), vault })
  for (const number of touched) await (number <= LENGTH ? write(number, textOf(number)) : remove(number))
  return faults
}

describe('an item of the table', () => {
  it('is found whose text was changed in one character, whatever it then is', async () => {
    await fc.assert(
      fc.asyncProperty(place, fc.nat(), async (number, at) => {
        const text = textOf(number)
        const index = at % text.length
        const other = text.slice(0, index) + String.fromCharCode(text.charCodeAt(index) ^ 1) + text.slice(index + 1)
        expect(await foundAfter(() => write(number, other), [number])).toMatchObject([{ subject: SUBJECT, number }])
      }),
      RUNS,
    )
  })

  it('is found that was deleted, put in between, exchanged with another or stripped of its text', async () => {
    await fc.assert(
      fc.asyncProperty(place, place, async (a, b) => {
        expect(await foundAfter(() => remove(a), [a])).toMatchObject([{ subject: SUBJECT, number: a }])
        const shift = async () => {
          for (let number = LENGTH; number > a; number--) await write(number + 1, textOf(number))
          await write(a + 1, textOf(a))
        }
        const moved = Array.from({ length: LENGTH - a + 1 }, (_, at) => a + 1 + at)
        expect(await foundAfter(shift, moved)).toMatchObject([{ subject: SUBJECT, number: a + 1 }])
        if (a !== b) {
          const swap = () => Promise.all([write(a, textOf(b)), write(b, textOf(a))])
          expect(await foundAfter(swap, [a, b])).toMatchObject([{ subject: SUBJECT, number: Math.min(a, b) }])
        }
        const strip = () =>
          embedded.table.client.send(
            new UpdateCommand({ TableName: embedded.table.name, Key: keys.change(SUBJECT, a), UpdateExpression: 'REMOVE change' }),
          )
        expect(await foundAfter(strip, [a])).toMatchObject([{ subject: SUBJECT, number: a, fault: 'edited' }])
      }),
      { numRuns: 15 },
    )
  })

  it('is found that belongs to a seal and cannot be read', async () => {
    const Key = keys.change('SEAL', 1)
    const { Item } = await embedded.table.client.send(new GetCommand({ TableName: embedded.table.name, Key }))
    await embedded.table.client.send(new PutCommand({ TableName: embedded.table.name, Item: { ...Key, change: '7' } }))
    const record = dynamoChangeRecord(embedded.table)
    const { faults } = await audit({ record, incidents: dynamoIncidentStore(embedded.table), vault })
    expect(faults).toEqual([{ subject: 'SEAL', number: 1, fault: 'edited' }])
    await embedded.table.client.send(new PutCommand({ TableName: embedded.table.name, Item }))
  })

  it('is not found wanting where all is as it was written', async () => {
    expect(await foundAfter(async () => {}, [])).toEqual([])
  })
})
