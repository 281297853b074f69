import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, describe, expect, it } from 'vitest'
import { faultText } from '../../local/render/fault.ts'
import { dynamoChangeRecord } from '../../shared/aws/change-record.ts'
import { keys } from '../../shared/aws/table.ts'
import { CHANGE_VERSION, type Change, chain, verifyChain } from '../../shared/domain/change.ts'
import { readSeal, SEAL_SUBJECT, sealText } from '../../shared/domain/seal.ts'
import { storedSealIn } from '../../shared/domain/sealed-chain.ts'
import { memoryChangeRecord, type StoredChains } from '../../shared/memory/change-record.ts'
import { memoryIncidentStore } from '../../shared/memory/incident-store.ts'
import { memoryLog } from '../../shared/memory/log.ts'
import { memoryNotifier } from '../../shared/memory/notifier.ts'
import { memorySealVault } from '../../shared/memory/seal-vault.ts'
import type { ChangeRecord } from '../../shared/ports/stores.ts'
import { headOf } from '../../shared/record/append.ts'
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

describe('an intruder puts what is no seal where the next seal would be stored, and nobody can delete it', () => {
  /** What a release made that stored what it could not read: its entry is whole, and a line of what it covers is not. */
  async function poisoned(world: Awaited<ReturnType<typeof sealedOnce>>) {
    world.table.get(OTHER)?.set(7, '{')
    const text = sealText(await seal({ ...world, vault: memorySealVaultOf(await world.vault.get(1)) }))
    world.table.get(OTHER)?.delete(7)
    world.table.get(SEAL_SUBJECT)?.delete(2)
    return text.replace('"found":{"number":7}', '"found":{"number":null}')
  }
  function memorySealVaultOf(first: string | undefined) {
    const vault = memorySealVault()
    void vault.put(1, first ?? '')
    return vault
  }

  it.each([
    ['nothing that can be read', async () => 'nothing'],
    ['nothing at all', async () => ''],
    ['a copy of the seal before', async (world: Awaited<ReturnType<typeof sealedOnce>>) => (await world.vault.get(1)) ?? ''],
    ['a seal of which a line cannot be read', poisoned],
  ])('%s: the next seal passes it over, every seal tells of it, people once, and what was sealed stays the measure', async (_, textOf) => {
    const world = await sealedOnce()
    const text = await textOf(world)
    const before = world.notifier.notices.length
    expect(readSeal(text)?.entry.number).not.toBe(2)
    await world.vault.put(2, text)
    for (let number = 3; number <= 12; number++) {
      const made = await world.sealNow()
      expect(made).toMatchObject({
        entry: { number },
        discrepancies: [{ subject: SEAL_SUBJECT, discrepancy: 'lost', found: { number: 2 }, since: 3 }],
      })
      expect(made.heads.map(({ number: end }) => end)).toEqual([6, 6])
    }
    expect(world.notifier.notices).toHaveLength(before + 1)
    expect(world.notifier.notices.at(-1)?.body).toContain('SEAL has an object that is no seal where the seals are stored: number 2')
    // The chain of seals is whole in the table, and the check of the record names the object, and nothing else.
    expect(verifyChain(SEAL_SUBJECT, await world.record.list(SEAL_SUBJECT))).toBeUndefined()
    expect(await world.faults()).toEqual([{ subject: SEAL_SUBJECT, number: 2, fault: 'lost' }])
    world.table.delete(VICTIM)
    expect((await world.sealNow()).discrepancies).toMatchObject([
      { subject: SEAL_SUBJECT, discrepancy: 'lost', since: 3 },
      { subject: VICTIM, discrepancy: 'vanished', sealed: { number: 6 }, since: 13 },
    ])
    // Also where the table has lost its chain of seals, which is then read again from the vault.
    world.table.delete(SEAL_SUBJECT)
    expect((await world.sealNow()).entry.number).toBe(14)
    expect(verifyChain(SEAL_SUBJECT, await world.record.list(SEAL_SUBJECT))).toBeUndefined()
    expect((await world.record.list(SEAL_SUBJECT)).at(-1)?.number).toBe(14)
  })

  it('before the first seal, or several: they are passed over too', async () => {
    const world = sealing(memoryChangeRecord())
    await world.record.append(chainOf('POLICY', 1)[0] as Change)
    for (const number of [1, 2]) await world.vault.put(number, `nothing ${number}`)
    for (const number of [3, 4])
      expect(await world.sealNow()).toMatchObject({ entry: { number }, heads: [{ subject: 'POLICY', number: 1 }] })
    expect(await world.faults()).toEqual([1, 2].map((number) => ({ subject: SEAL_SUBJECT, number, fault: 'lost' })))
  })

  it('what stands in for it has the same hash in every release', () => {
    const { entry } = storedSealIn('nothing', 2, { number: 1, hash: 'a'.repeat(64) })
    expect(entry?.hash).toBe('8c25bf8b4d0ecac28090a1afe665376a8acd8b29116f8e1b3baab51a9e4d3bd5')
  })
})

describe('an intruder attacks the seals in the table', () => {
  it.each(['CHANGE#abc', 'CHANGE#000002', 'CHANGE#999999', 'CHANGE#!'])(
    'by an item %s that cannot be read: seals are made and read all the same',
    async (sk) => {
      const one = await embeddedTable()
      closing.push(one)
      const world = sealing(dynamoChangeRecord(one.table))
      for (const change of chainOf(VICTIM, 3)) await world.record.append(change)
      await world.sealNow()
      await one.table.client.send(new PutCommand({ TableName: one.table.name, Item: { pk: SEAL_SUBJECT, sk, change: '{' } }))
      for (const number of [2, 3, 4]) {
        const { entry, discrepancies } = await world.sealNow()
        expect(entry.number).toBe(number)
        expect(discrepancies).toContainEqual(expect.objectContaining({ subject: SEAL_SUBJECT, discrepancy: 'unreadable' }))
      }
      expect(await world.vault.last()).toBe(4)
      expect(await world.faults()).toMatchObject([{ subject: SEAL_SUBJECT, fault: 'edited' }])
    },
  )

  it('by deleting a chain of more seals than there is time to read: it is told, and the next ones are made', async () => {
    let now = 0
    const clock = { now: () => now }
    const table: StoredChains = new Map()
    const world = { ...sealing(memoryChangeRecord(table)), clock, vault: memorySealVault(clock) }
    await world.record.append(chainOf('POLICY', 1)[0] as Change)
    for (let day = 1; day <= 1002; day++, now += 86_400_000) await seal(world)
    table.delete(SEAL_SUBJECT)
    expect(await seal(world)).toMatchObject({
      entry: { number: 1003 },
      discrepancies: [{ subject: SEAL_SUBJECT, discrepancy: 'vanished' }],
    })
    expect(await seal(world)).toMatchObject({
      entry: { number: 1004 },
      discrepancies: [{ subject: SEAL_SUBJECT, discrepancy: 'rewritten' }],
    })
  })

  it('and rewrites a chain that then ends with an entry of a newer release: the rewriting is told', async () => {
    const world = await sealedOnce()
    const lie: Change[] = []
    for (const { at, actor, kind, target, from, to } of chainOf(VICTIM, 6))
      lie.push(chain(VICTIM, headOf(lie.at(-1)), { at, actor, kind, target, from, to, why: 'a lie' }))
    world.table.set(VICTIM, new Map(lie.map((entry) => [entry.number, JSON.stringify(entry)])))
    world.table.get(VICTIM)?.set(7, JSON.stringify({ ...lie[5], number: 7, v: CHANGE_VERSION + 1 }))
    expect((await world.sealNow()).discrepancies).toMatchObject([{ subject: VICTIM, discrepancy: 'rewritten', found: { number: 6 } }])
  })

  it('plants a chain that cannot be read and deletes it again: it is not missed, because it was never sealed', async () => {
    const world = await sealedOnce()
    world.table.set('INCIDENT#inc-junk', new Map([[1, '{']]))
    expect(await world.sealNow()).toMatchObject({ discrepancies: [{ discrepancy: 'unreadable' }], heads: [{ number: 6 }, { number: 6 }] })
    world.table.delete('INCIDENT#inc-junk')
    expect((await world.sealNow()).discrepancies).toEqual([])
    expect(await world.faults()).toEqual([])
  })
})
