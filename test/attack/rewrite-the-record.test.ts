import { beforeEach, describe, expect, it } from 'vitest'
import { faultText, sealedText } from '../../local/render/fault.ts'
import { type Change, chain, EMPTY_CHAIN, verifyChain } from '../../shared/domain/change.ts'
import { readSeal, SEAL_SUBJECT, type SealContent, sealText, sealValueOf } from '../../shared/domain/seal.ts'
import { memoryChangeRecord, type StoredChains } from '../../shared/memory/change-record.ts'
import { memoryIncidentStore } from '../../shared/memory/incident-store.ts'
import { memoryLog } from '../../shared/memory/log.ts'
import { memoryNotifier } from '../../shared/memory/notifier.ts'
import { memorySealVault } from '../../shared/memory/seal-vault.ts'
import { headOf } from '../../shared/record/append.ts'
import { audit } from '../../shared/record/audit.ts'
import { seal } from '../../shared/record/seal.ts'
import { chainOf } from '../contract/samples.ts'

const VICTIM = 'INCIDENT#inc-00000000000a'
const OTHER = 'INCIDENT#inc-00000000000b'
const incidents = memoryIncidentStore()

/** A record of three chains that was sealed once, and the table in the hands of an intruder who may write all of it. */
async function sealedRecord() {
  const table: StoredChains = new Map()
  const record = memoryChangeRecord(table)
  for (const subject of [VICTIM, OTHER, 'POLICY']) for (const change of chainOf(subject, 6)) await record.append(change)
  const ports = {
    record,
    vault: memorySealVault(),
    notifier: memoryNotifier(),
    log: memoryLog(),
    clock: { now: () => Date.UTC(2026, 0, 31) },
  }
  await seal(ports)
  const put = (subject: string, entries: readonly Change[]) =>
    table.set(subject, new Map(entries.map((entry) => [entry.number, JSON.stringify(entry)])))
  return {
    ...ports,
    table,
    put,
    told: () => ports.notifier.notices.map(({ title, body }) => `${title}\n${body}`),
    warned: () => ports.log.entries.filter(({ level }) => level === 'warn').map(({ event }) => event),
    sealNow: () => seal(ports),
    inVault: async (number: number) => readSeal((await ports.vault.get(number)) ?? '')?.discrepancies,
    checked: () => audit({ ...ports, incidents }),
  }
}

/** The chain from an entry on with another reason, every hash made to fit. */
function rewritten(entries: readonly Change[], from: number): Change[] {
  const kept = entries.slice(0, from - 1)
  for (const { at, actor, kind, target, from: was, to } of entries.slice(from - 1))
    kept.push(
      chain(VICTIM, kept.length === 0 ? EMPTY_CHAIN : headOf(kept.at(-1)), { at, actor, kind, target, from: was, to, why: 'a lie' }),
    )
  return kept
}

let world: Awaited<ReturnType<typeof sealedRecord>>
beforeEach(async () => {
  world = await sealedRecord()
})

describe('an intruder with write access to the table makes the record say something else before the next seal', () => {
  const WHOLE = chainOf(VICTIM, 6)
  const sealed = headOf(WHOLE.at(-1))

  it.each([
    ['deletes the chain of the incident', 'vanished', () => world.table.delete(VICTIM), { number: 0 }],
    ['cuts off its last two entries', 'shortened', () => world.put(VICTIM, WHOLE.slice(0, 4)), headOf(WHOLE[3])],
    ['rewrites it from its third entry on, so that all hashes fit', 'rewritten', () => world.put(VICTIM, rewritten(WHOLE, 3)), undefined],
    [
      'edits one entry and leaves its hash',
      'rewritten',
      () => world.put(VICTIM, WHOLE.with(2, { ...(WHOLE[2] as Change), why: 'a lie' })),
      undefined,
    ],
    ['deletes one entry in the middle', 'rewritten', () => world.put(VICTIM, WHOLE.toSpliced(2, 1)), undefined],
    ['makes its last entry unreadable', 'unreadable', () => world.table.get(VICTIM)?.set(6, '{'), { number: 6 }],
    [
      "passes its last entry off as a newer release's",
      'newer',
      () => world.table.get(VICTIM)?.set(6, JSON.stringify({ ...WHOLE[5], v: 9 })),
      { number: 6 },
    ],
  ] as const)('%s: an alarm, a notice, and the next seal says "%s"', async (_, discrepancy, tamper, found) => {
    tamper()
    const { discrepancies, heads } = await world.sealNow()
    expect(discrepancies).toMatchObject([{ subject: VICTIM, discrepancy, sealed, since: 2, ...(found === undefined ? {} : { found }) }])
    expect(world.warned()).toEqual(['seal.discrepancy'])
    expect(world.told()).toEqual([expect.stringContaining(`The record was changed: 1 chain is not as sealed\n`)])
    expect(world.told()[0]).toContain(VICTIM)
    // What was sealed stays the measure, and is not replaced by what was found.
    expect(heads).toContainEqual({ subject: VICTIM, ...sealed })
    expect(await world.inVault(2)).toEqual(discrepancies)
  })

  it('leaves the chain alone: nothing is said', async () => {
    expect((await world.sealNow()).discrepancies).toEqual([])
    expect([world.warned(), world.told()]).toEqual([[], []])
  })

  it('where the responder itself appends to the chain, nothing is said, and the new end is sealed', async () => {
    const [, , , , , , seventh] = chainOf(VICTIM, 7)
    await world.record.append(seventh as Change)
    const { discrepancies, heads } = await world.sealNow()
    expect(discrepancies).toEqual([])
    expect(heads).toContainEqual({ subject: VICTIM, ...headOf(seventh) })
    expect([world.warned(), world.told()]).toEqual([[], []])
  })

  it('leaves alone what people said to expect of an identity: that is a chain like the others', async () => {
    world.put('IDENTITY#arn:aws:iam::123456789012:user/ci', chainOf('IDENTITY#arn:aws:iam::123456789012:user/ci', 2))
    expect(await world.sealNow()).toMatchObject({ discrepancies: [], entry: { to: { chains: 4 } } })
  })

  it('appends an entry that does not follow: the growth is not sealed', async () => {
    const [, , , , , , seventh] = chainOf(VICTIM, 7)
    world.table.get(VICTIM)?.set(7, JSON.stringify({ ...seventh, previous: 'f'.repeat(64) }))
    expect((await world.sealNow()).discrepancies).toMatchObject([{ subject: VICTIM, discrepancy: 'rewritten', found: { number: 7 } }])
  })
})

describe('an intruder waits until the discrepancy is forgotten', () => {
  it('day after day every seal contains it, people are told of it once, and the check of the record names it', async () => {
    world.put(VICTIM, rewritten(chainOf(VICTIM, 6), 3))
    for (let day = 0; day < 5; day++) await world.sealNow()
    for (let number = 2; number <= 6; number++) expect(await world.inVault(number)).toMatchObject([{ subject: VICTIM, since: 2 }])
    expect(world.told()).toHaveLength(1)
    const found = await world.checked()
    expect(found.faults.map(faultText)).toEqual([expect.stringContaining('was rewritten')])
    expect(found.discrepancies.map(sealedText)).toEqual([
      expect.stringMatching(/^Seals 2 to 6 found: INCIDENT#inc-00000000000a was rewritten/),
    ])
  })

  it('tampers with another chain meanwhile: that is told too', async () => {
    world.table.delete(VICTIM)
    await world.sealNow()
    world.table.delete(OTHER)
    expect((await world.sealNow()).discrepancies).toMatchObject([
      { subject: VICTIM, since: 2 },
      { subject: OTHER, since: 3 },
    ])
    expect(world.told()[1]).toContain('1 more differed before')
  })

  it('where people restore the chain from a backup it fits again, and the seals say what was', async () => {
    world.table.delete(VICTIM)
    await world.sealNow()
    world.put(VICTIM, chainOf(VICTIM, 6))
    expect((await world.sealNow()).discrepancies).toEqual([])
    const found = await world.checked()
    expect(found.faults).toEqual([])
    expect(found.discrepancies.map(sealedText)).toEqual([expect.stringMatching(/^Seal 2 found: .* is gone: .*; seal 3 found it no more$/)])
  })

  it('cannot keep people from being told by stopping the run: where the notice fails nothing is sealed, and the next run tells', async () => {
    world.table.delete(VICTIM)
    const silenced = { ...world, notifier: { notify: () => Promise.reject(new Error('no topic')) } }
    await expect(seal(silenced)).rejects.toThrow('no topic')
    expect(await world.vault.last()).toBe(1)
    await world.sealNow()
    expect(world.told()).toHaveLength(1)
  })
})

describe('an intruder attacks the seals themselves', () => {
  const day = async (days: number) => {
    for (let at = 0; at < days; at++) await world.sealNow()
  }

  it.each([
    ['deletes the chain of seals from the table', 'vanished', 0],
    ['cuts off its last seals', 'shortened', 2],
  ])('%s: a new seal is made all the same, and says so', async (_, discrepancy, left) => {
    await day(3)
    const seals = await world.record.list(SEAL_SUBJECT)
    if (left === 0) world.table.delete(SEAL_SUBJECT)
    else world.put(SEAL_SUBJECT, seals.slice(0, left))
    // What happened since must be in the new seal, and not an old one again.
    world.table.delete(VICTIM)
    const made = await world.sealNow()
    expect(made.entry.number).toBe(5)
    expect(made.discrepancies).toMatchObject([
      { subject: SEAL_SUBJECT, discrepancy, sealed: { number: 4 }, found: { number: left } },
      { subject: VICTIM, discrepancy: 'vanished' },
    ])
    expect(verifyChain(SEAL_SUBJECT, await world.record.list(SEAL_SUBJECT))).toBeUndefined()
  })

  it('rewrites a seal in the table: the vault counts', async () => {
    await day(2)
    const seals = await world.record.list(SEAL_SUBJECT)
    world.put(SEAL_SUBJECT, seals.with(1, { ...(seals[1] as Change), why: 'a lie' }))
    for (let number = 4; number <= 5; number++)
      expect(await world.sealNow()).toMatchObject({
        entry: { number },
        discrepancies: [{ subject: SEAL_SUBJECT, discrepancy: 'rewritten', since: 4 }],
      })
    expect(world.told()).toHaveLength(1)
  })

  it('puts a seal of their own into the table: no seal is made, and people are told', async () => {
    world.put(SEAL_SUBJECT, chainOf(SEAL_SUBJECT, 3))
    await expect(world.sealNow()).rejects.toMatchObject({ code: 'seal.conflict' })
    expect(world.warned()).toEqual(['seal.conflict'])
    expect(world.told()).toEqual([expect.stringContaining('The record is not sealed')])
  })

  it('plants a chain under a name that no release writes, which the role of seal may not read: it is told, and all others are sealed', async () => {
    const page = world.record.page
    const record = {
      ...world.record,
      page: async (subject: string, from: number) => (subject === 'X#1' ? Promise.reject(new Error('AccessDenied')) : page(subject, from)),
    }
    world.put('X#1', chainOf('X#1', 1))
    const { discrepancies, heads } = await seal({ ...world, record })
    expect(discrepancies).toMatchObject([{ subject: 'X#1', discrepancy: 'foreign' }])
    expect(heads).toHaveLength(3)
    world.table.delete('X#1')
    expect((await world.sealNow()).discrepancies).toEqual([])
  })
})

/** What an intruder with `s3:PutObject` on the bucket stores as the next seals: each covers what the intruder likes, and follows the one before. */
async function plant(...contents: readonly Partial<SealContent>[]): Promise<Change[]> {
  const planted: Change[] = []
  for (const content of contents) {
    const last = await world.vault.last()
    const before = readSeal((await world.vault.get(last)) ?? '')
    const covered = { heads: before?.heads ?? [], discrepancies: [], uncompared: 0, ...content }
    const draft = {
      at: '2026-01-30T12:00:00.000Z',
      actor: 'countersign:seal',
      kind: 'seal',
      target: 'record',
      from: null,
      why: 'the daily seal',
    } as const
    const entry = chain(SEAL_SUBJECT, headOf(before?.entry), { ...draft, to: sealValueOf(covered) })
    await world.vault.put(last + 1, sealText({ entry, ...covered }))
    planted.push(entry)
  }
  return planted
}

describe('an intruder who may write the table and the bucket plants the next seal, so that a rewritten chain is the measure', () => {
  const WHOLE = chainOf(VICTIM, 6)
  const sealed = headOf(WHOLE.at(-1))
  const others = async () => (readSeal((await world.vault.get(1)) ?? '')?.heads ?? []).filter(({ subject }) => subject !== VICTIM)
  const coverOf = async (lie: readonly Change[]) => ({ heads: [...(await others()), { subject: VICTIM, ...headOf(lie.at(-1)) }] })

  it.each([
    ['with all its entries', rewritten(WHOLE, 1)],
    ['from its third entry on', rewritten(WHOLE, 3)],
    ['and grown since', rewritten(chainOf(VICTIM, 8), 3)],
    ['and cut', WHOLE.slice(0, 4)],
  ])('rewritten %s: the chain and the seal are told, and what was sealed before is the measure again', async (_, lie) => {
    world.put(VICTIM, lie)
    await plant(await coverOf(lie))
    const { discrepancies, heads } = await world.sealNow()
    expect(discrepancies).toMatchObject([
      { subject: VICTIM, sealed, since: 3 },
      { subject: SEAL_SUBJECT, discrepancy: 'planted', found: { number: 2 }, since: 3 },
    ])
    expect(heads).toContainEqual({ subject: VICTIM, ...sealed })
    expect(world.told()[0]).toContain('SEAL has a seal that does not follow from those before it: seal 2')
    // It is told once, and stays told.
    expect((await world.sealNow()).discrepancies).toHaveLength(2)
    expect(world.told()).toHaveLength(1)
    expect((await world.checked()).faults.length).toBeGreaterThan(0)
  })

  it('and the table knows it too, or several were planted at once, or the chain is not in it any more', async () => {
    const lie = rewritten(WHOLE, 3)
    world.put(VICTIM, lie)
    const cover = await coverOf(lie)
    const planted = await plant({ heads: await others() }, cover, cover, cover, cover)
    for (const entry of planted) await world.record.append(entry)
    const { discrepancies } = await world.sealNow()
    expect(discrepancies).toMatchObject([
      { subject: VICTIM, discrepancy: 'rewritten', sealed },
      ...[2, 3, 4, 5, 6].map((number) => ({ subject: SEAL_SUBJECT, discrepancy: 'planted', found: { number } })),
    ])
  })

  it('and deletes the chain, which the planted seal does not name', async () => {
    world.table.delete(VICTIM)
    await plant({ heads: await others() })
    expect((await world.sealNow()).discrepancies).toMatchObject([
      { subject: VICTIM, discrepancy: 'vanished', sealed },
      { subject: SEAL_SUBJECT, discrepancy: 'planted', found: { number: 2 } },
    ])
  })

  it('where people restore the chain it fits, or what the planted seal says is told, and what was sealed before stays the measure', async () => {
    const grown = rewritten(chainOf(VICTIM, 8), 3)
    for (const lie of [rewritten(WHOLE, 3), grown]) {
      world = await sealedRecord()
      world.put(VICTIM, lie)
      await plant(await coverOf(lie))
      await world.sealNow()
      world.put(VICTIM, WHOLE)
      const { discrepancies, heads } = await world.sealNow()
      const named = { subject: SEAL_SUBJECT, discrepancy: 'planted', found: { number: 2 }, since: 3 }
      const unproven = { subject: VICTIM, discrepancy: 'shortened', sealed, since: 4 }
      expect(discrepancies).toMatchObject(lie === grown ? [unproven, named] : [named])
      expect(heads).toContainEqual({ subject: VICTIM, ...sealed })
    }
  })

  it('of a chain that is as it was: the seal cannot be told from one of a run that stopped, and hides nothing', async () => {
    await plant({})
    expect((await world.sealNow()).discrepancies).toEqual([])
  })

  it('a run that stopped after the bucket is not reported, however the chains have grown since', async () => {
    const stopped = { ...world.record, append: () => Promise.reject(new Error('killed')) }
    for (const length of [7, 8]) {
      await world.record.append(chainOf(VICTIM, length).at(-1) as Change)
      await expect(seal({ ...world, record: stopped })).rejects.toThrow('killed')
      await world.record.append(chainOf(OTHER, length).at(-1) as Change)
      expect((await world.sealNow()).discrepancies).toEqual([])
    }
    expect([world.warned(), world.told()]).toEqual([[], []])
    // What a run sealed that stopped is the measure as well.
    await expect(seal({ ...world, record: stopped })).rejects.toThrow('killed')
    world.put(VICTIM, chainOf(VICTIM, 7))
    expect((await world.sealNow()).discrepancies).toMatchObject([{ subject: VICTIM, discrepancy: 'shortened', sealed: { number: 8 } }])
  })

  it('looks a week back, by the times of the bucket: what is older was looked at then', async () => {
    const DAY = 86_400_000
    let now = Date.UTC(2026, 0, 1)
    const ports = { ...world, clock: { now: () => now }, vault: memorySealVault({ now: () => now }) }
    const read: number[] = []
    const vault = { ...ports.vault, get: (number: number) => ports.vault.get(number).finally(() => read.push(number)) }
    for (let day = 1; day <= 12; day++, now += DAY) await seal({ ...ports, vault, record: memoryChangeRecord() }).catch(() => {})
    const record = memoryChangeRecord()
    for (let number = 1; number <= 12; number++) await record.append(readSeal((await ports.vault.get(number)) ?? '')?.entry as Change)
    read.length = 0
    await seal({ ...ports, vault, record })
    expect(read).toEqual([5, 6, 7, 8, 9, 10, 11, 12])
  })
})
