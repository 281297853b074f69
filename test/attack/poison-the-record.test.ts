import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, describe, expect, it } from 'vitest'
import { faultText } from '../../local/render/fault.ts'
import { dynamoChangeRecord } from '../../shared/aws/change-record.ts'
import { keys } from '../../shared/aws/table.ts'
import { type Change, chain } from '../../shared/domain/change.ts'
import { readSeal } from '../../shared/domain/seal.ts'
import { memoryChangeRecord, type StoredChains } from '../../shared/memory/change-record.ts'
import { memoryIncidentStore } from '../../shared/memory/incident-store.ts'
import { memoryLog } from '../../shared/memory/log.ts'
import { memoryNotifier } from '../../shared/memory/notifier.ts'
import { memorySealVault } from '../../shared/memory/seal-vault.ts'
import type { ChangeRecord } from '../../shared/ports/stores.ts'
import { audit } from '../../shared/record/audit.ts'
import { seal } from '../../shared/record/seal.ts'
import { review } from '../../shared/review/review.ts'
import { embeddedTable } from '../contract/embedded-table.ts'
import { chainOf } from '../contract/samples.ts'
import { ATTACK, arnOf } from '../embedded.ts'
import { delivered, deployed } from './stack.ts'

const VICTIM = 'INCIDENT#inc-00000000000a'
const OTHER = 'INCIDENT#inc-00000000000b'

const closing: { close(): Promise<void> }[] = []
afterAll(() => Promise.all(closing.map((one) => one.close())))

/** A record that can be sealed and audited. */
function sealing(record: ChangeRecord) {
  const ports = {
    record,
    vault: memorySealVault(),
    notifier: memoryNotifier(),
    log: memoryLog(),
    clock: { now: () => Date.UTC(2026, 0, 31) },
    incidents: memoryIncidentStore(),
  }
  return { ...ports, sealNow: () => seal(ports), faults: async () => (await audit(ports)).faults }
}

/** The record in memory: two chains of six entries that were sealed once. */
async function sealedOnce() {
  const table: StoredChains = new Map()
  const world = sealing(memoryChangeRecord(table))
  for (const subject of [VICTIM, OTHER]) for (const change of chainOf(subject, 6)) await world.record.append(change)
  await world.sealNow()
  return { ...world, table }
}

describe('an intruder writes one item that ends sealing for good', () => {
  it.each([
    'CHANGE#abc',
    'CHANGE#1.5',
    'CHANGE#000001x',
    'CHANGE#9007199254740993',
    'CHANGE#',
    'CHANGE#!',
    'CHANGE#~~',
    'CHANGE#4',
    'CHANGE#-1',
  ])('under the sort key %s: it is told of at a place of the chain, the seal can be read, and the next ones are made', async (sk) => {
    const one = await embeddedTable()
    closing.push(one)
    const world = sealing(dynamoChangeRecord(one.table))
    for (const subject of [VICTIM, OTHER]) for (const change of chainOf(subject, 3)) await world.record.append(change)
    await world.sealNow()
    const Key = { pk: VICTIM, sk }
    await one.table.client.send(new PutCommand({ TableName: one.table.name, Item: { ...Key, change: '{' } }))
    const { discrepancies } = await world.sealNow()
    expect(discrepancies).toMatchObject([{ subject: VICTIM, discrepancy: 'unreadable', since: 2 }])
    const { number } = discrepancies[0]?.found ?? {}
    // Behind the entry that sorts before it.
    expect([1, 2, 4]).toContain(number)
    expect(readSeal((await world.vault.get(2)) ?? '')?.discrepancies).toEqual(discrepancies)
    expect(await world.faults()).toEqual([{ subject: VICTIM, number, fault: 'edited' }])
    await expect(world.record.list(VICTIM)).rejects.toMatchObject({ code: 'record.unreadable', number })
    await one.table.client.send(new DeleteCommand({ TableName: one.table.name, Key }))
    expect(await world.sealNow()).toMatchObject({ entry: { number: 3 }, discrepancies: [] })
    expect(await world.faults()).toEqual([])
  })

  it('at the end of the chain, where the responder appends: that chain is refused, and named', async () => {
    const one = await embeddedTable()
    closing.push(one)
    const record = dynamoChangeRecord(one.table)
    for (const change of chainOf(VICTIM, 3)) await record.append(change)
    await one.table.client.send(new PutCommand({ TableName: one.table.name, Item: { pk: VICTIM, sk: 'CHANGE#abc', change: '{' } }))
    await expect(record.last(VICTIM)).rejects.toMatchObject({ code: 'record.unreadable', number: 4 })
    // Not a second entry of a number that is taken.
    const text = JSON.stringify(chainOf(VICTIM, 3)[2])
    await one.table.client.send(
      new PutCommand({ TableName: one.table.name, Item: { ...keys.change(OTHER, 3), change: text, sk: 'CHANGE#3' } }),
    )
    await expect(record.last(OTHER)).rejects.toMatchObject({ code: 'record.unreadable', number: 1 })
  })

  it('with a text that is nested 15,000 levels deep: it is an entry that cannot be read', async () => {
    const world = await sealedOnce()
    const deep = `${'['.repeat(15_000)}${']'.repeat(15_000)}`
    const text = JSON.stringify({ ...chainOf(VICTIM, 7)[6], to: 'DEEP' }).replace('"DEEP"', deep)
    world.table.get(VICTIM)?.set(7, text)
    expect((await world.sealNow()).discrepancies).toMatchObject([{ subject: VICTIM, discrepancy: 'unreadable', found: { number: 7 } }])
    expect(world.notifier.notices).toHaveLength(1)
    expect(await world.faults()).toEqual([{ subject: VICTIM, number: 7, fault: 'edited' }])
  })

  it('with as many levels as are allowed: it is read', async () => {
    const world = await sealedOnce()
    const nested = (levels: number): unknown => (levels === 0 ? 'x' : [nested(levels - 1)])
    const { subject, number: _, previous: __, hash: ___, ...draft } = chainOf(VICTIM, 7)[6] as Change
    const before = chainOf(VICTIM, 6).at(-1) as Change
    const entry = (levels: number) => JSON.stringify(chain(subject, before, { ...draft, to: nested(levels) }))
    world.table.get(VICTIM)?.set(7, entry(63))
    expect((await world.sealNow()).discrepancies).toEqual([])
    world.table.get(VICTIM)?.set(7, entry(64))
    expect((await world.sealNow()).discrepancies).toMatchObject([{ discrepancy: 'unreadable', found: { number: 7 } }])
  })
})

describe('an intruder deletes what no seal names yet', () => {
  /** An account with a containment that a person ordered to end, and its record in a table that anybody can write. */
  async function answered() {
    const stack = await deployed()
    await stack.respond(ATTACK.map((event) => delivered(event)))
    const [incident] = await stack.incidents()
    const id = incident?.id ?? ''
    return { stack, id }
  }
  async function auditOf({ stack }: Awaited<ReturnType<typeof answered>>, tamper: (chains: StoredChains) => void) {
    const chains: StoredChains = new Map()
    for await (const subject of stack.ports.record.subjects())
      chains.set(subject, new Map((await stack.ports.record.list(subject)).map((entry) => [entry.number, JSON.stringify(entry)])))
    tamper(chains)
    return audit({ record: memoryChangeRecord(chains), incidents: stack.ports.incidents, vault: memorySealVault() })
  }

  it('the whole chain of an incident: its incident names it', async () => {
    const world = await answered()
    const subject = `INCIDENT#${world.id}`
    expect((await auditOf(world, () => {})).faults).toEqual([])
    const { faults, chains } = await auditOf(world, (table) => table.delete(subject))
    expect(faults).toEqual([{ subject, number: 1, fault: 'vanished' }])
    expect(faults.map(faultText)).toEqual([`${subject}: entry 1 is missing, with its whole chain`])
    expect(chains).toBe((await auditOf(world, () => {})).chains - 1)
  })

  it.each([
    ['deleted', 'vanished', 1],
    ['cut', 'cut-short', 2],
  ] as const)('the order that a verdict gave, its chain %s: the verdict in the incident names it', async (how, fault, number) => {
    const world = await answered()
    const { ports } = world.stack
    const given = { by: arnOf('reviewer'), reason: 'a drill' }
    await review(world.id, { ...given, kind: 'legitimate' }, ports)
    expect((await auditOf(world, () => {})).faults).toEqual([])
    const subject = `ORDER#${world.id}`
    const { faults } = await auditOf(world, (table) => {
      if (how === 'deleted') return table.delete(subject)
      return table.set(subject, new Map([[1, JSON.stringify(chainOf(subject, 1)[0])]]))
    })
    expect(faults).toEqual([{ subject, number, fault }])
  })
})

describe('an intruder makes the check of the record useless', () => {
  it('by a seal of a huge number in the table: the vault is not asked for each', async () => {
    const world = await sealedOnce()
    const first = JSON.parse(world.table.get('SEAL')?.get(1) ?? '')
    world.table.get('SEAL')?.set(300_000, JSON.stringify({ ...first, number: 300_000 }))
    let gets = 0
    const get = (number: number) => {
      gets += 1
      return world.vault.get(number)
    }
    const { faults } = await audit({ ...world, vault: { ...world.vault, get } })
    expect(faults).toEqual([{ subject: 'SEAL', number: 2, fault: 'lost' }])
    expect(gets).toBe(1)
  })
})
