import { describe, expect, it } from 'vitest'
import type { Change } from '../../shared/domain/change.ts'
import { readSeal, SEAL_SUBJECT, sealText, sealValueOf } from '../../shared/domain/seal.ts'
import { UnreadableEntry } from '../../shared/errors.ts'
import { memoryChangeRecord, type StoredChains } from '../../shared/memory/change-record.ts'
import { memoryIncidentStore } from '../../shared/memory/incident-store.ts'
import { silentLog } from '../../shared/memory/log.ts'
import { memoryNotifier } from '../../shared/memory/notifier.ts'
import { memorySealVault } from '../../shared/memory/seal-vault.ts'
import { audit } from '../../shared/record/audit.ts'
import { seal } from '../../shared/record/seal.ts'
import { chainOf } from '../contract/samples.ts'

async function recordOf(chains: number) {
  const record = memoryChangeRecord()
  for (let at = 0; at < chains; at++) for (const change of chainOf(`INCIDENT#inc-${at}`, 2)) await record.append(change)
  return { record, vault: memorySealVault(), clock: { now: () => Date.UTC(2026, 0, 31) }, notifier: memoryNotifier(), log: silentLog }
}
const NOTHING = { heads: [], discrepancies: [], uncompared: 0 }
const incidents = memoryIncidentStore()

describe('a seal', () => {
  it('covers the end of every chain but its own, and follows the seal before', async () => {
    const ports = await recordOf(40)
    const first = await seal(ports)
    expect(first.entry).toMatchObject({ subject: SEAL_SUBJECT, number: 1, kind: 'seal', to: { chains: 40, entries: 80 } })
    const second = await seal(ports)
    expect(second.entry).toMatchObject({ number: 2, previous: first.entry.hash, to: { chains: 40 } })
    expect(await ports.vault.last()).toBe(2)
    expect(await audit({ ...ports, incidents })).toMatchObject({ chains: 41, seals: 2, faults: [] })
  })

  it('is made of an empty record too', async () => {
    const ports = await recordOf(0)
    expect((await seal(ports)).entry.to).toMatchObject({ chains: 0, entries: 0 })
  })

  it('is one where two runs are at it, or one broke off between the vault and the table', async () => {
    const ports = await recordOf(3)
    const both = await Promise.all([seal(ports), seal(ports)])
    expect(new Set(both.map(({ entry }) => entry.hash)).size).toBe(1)
    const broken = { ...ports.record, append: () => Promise.reject(new Error('lost')) }
    await expect(seal({ ...ports, record: broken })).rejects.toThrow('lost')
    expect(await ports.vault.last()).toBe(2)
    const finished = await seal({ ...ports, clock: { now: () => Date.UTC(2026, 1, 1) } })
    // The one that broke off is finished as it was, and today's is made as well.
    expect(await ports.record.list(SEAL_SUBJECT)).toMatchObject([
      { number: 1 },
      { at: '2026-01-31T00:00:00.000Z' },
      { at: '2026-02-01T00:00:00.000Z' },
    ])
    expect(finished).toMatchObject({ entry: { number: 3 }, discrepancies: [] })
    expect(await audit({ ...ports, incidents })).toMatchObject({ seals: 3, faults: [] })
  })

  it('is not made over one in the vault that follows another: somebody has to look', async () => {
    const ports = await recordOf(1)
    const entry = { ...chainOf(SEAL_SUBJECT, 1)[0], to: sealValueOf(NOTHING), previous: 'f'.repeat(64) } as Change
    await ports.vault.put(1, sealText({ entry, ...NOTHING }))
    await expect(seal(ports)).rejects.toMatchObject({ code: 'seal.conflict', message: expect.stringContaining('does not follow seal 0') })
  })

  it('is not put where it could not be read again', async () => {
    const ports = await recordOf(1)
    const subjects = async function* () {
      yield 'POLICY'
    }
    const page = async () => ({ changes: [], hasMore: false, unreadable: new UnreadableEntry('POLICY', Number.NaN) })
    await expect(seal({ ...ports, record: { ...ports.record, subjects, page } })).rejects.toThrow('could not be read back')
    expect(await ports.vault.last()).toBe(0)
  })

  it('is not taken for done where the table has another of its number', async () => {
    const ports = await recordOf(1)
    const other = { ...ports.record, append: async () => false }
    await expect(seal({ ...ports, record: other })).rejects.toThrow('is not that of the vault')
  })

  it('is read back whole or not at all', async () => {
    const ports = await recordOf(5)
    const made = await seal(ports)
    expect(readSeal(sealText(made))?.entry).toEqual(made.entry)
    const lines = sealText(made).trimEnd().split('\n')
    for (let at = 0; at < lines.length; at++) expect(readSeal(lines.toSpliced(at, 1).join('\n')), String(at)).toBeUndefined()
    expect(readSeal('')).toBeUndefined()
  })
})

describe('the audit without a vault', () => {
  it('checks the chains alone', async () => {
    const ports = await recordOf(2)
    await seal(ports)
    expect(await audit({ ...ports, incidents, vault: undefined })).toMatchObject({ chains: 3, seals: 0, faults: [] })
  })
})

describe('a seal of more chains than there is time for', () => {
  /** A clock that goes on by so many minutes whenever a page is read. */
  async function slow(minutes: number, tamper: (chains: StoredChains) => void = () => {}) {
    const chains: StoredChains = new Map()
    const ports = { ...(await recordOf(0)), record: memoryChangeRecord(chains), notifier: memoryNotifier() }
    for (let at = 0; at < 40; at++) for (const change of chainOf(`INCIDENT#inc-${at}`, 2)) await ports.record.append(change)
    const first = await seal(ports)
    for (let at = 0; at < 40; at++) await ports.record.append(chainOf(`INCIDENT#inc-${at}`, 3)[2] as Change)
    tamper(chains)
    let now = 0
    const page: typeof ports.record.page = (...asked) => {
      now += minutes * 60_000
      return ports.record.page(...asked)
    }
    return { first, ports, made: await seal({ ...ports, record: { ...ports.record, page }, clock: { now: () => now } }) }
  }

  it('reads chains from their sealed entry on when half of the time is gone, and finds there what was rewritten', async () => {
    const { made } = await slow(0.2, (chains) => chains.get('INCIDENT#inc-39')?.delete(2))
    expect(made.uncompared).toBe(0)
    expect(made.discrepancies).toMatchObject([{ subject: 'INCIDENT#inc-39', discrepancy: 'rewritten' }])
  })

  it('finds by that a chain that was cut, and where it ends', async () => {
    const { made } = await slow(0.2, (chains) => [2, 3].map((number) => chains.get('INCIDENT#inc-39')?.delete(number)))
    expect(made.discrepancies).toMatchObject([{ subject: 'INCIDENT#inc-39', discrepancy: 'shortened', found: { number: 1 } }])
  })

  it('says how many were not compared, to people too, and keeps their sealed heads as they were', async () => {
    const { first, made, ports } = await slow(0.5)
    expect(made.uncompared).toBeGreaterThan(10)
    expect(made.entry.to).toMatchObject({ chains: 40, uncompared: made.uncompared })
    expect(made.heads.filter(({ number }) => number === 2)).toHaveLength(made.uncompared)
    expect(first.heads).toEqual(expect.arrayContaining(made.heads.filter(({ number }) => number === 2)))
    expect(ports.notifier.notices).toMatchObject([
      { kind: 'seal', title: `Seal 2: ${made.uncompared} chains are not compared with the seal before` },
    ])
    const found = await audit({ ...ports, incidents })
    expect(found).toMatchObject({ faults: [], uncompared: made.uncompared })
    // The next one has the time.
    expect(await seal(ports)).toMatchObject({ uncompared: 0, discrepancies: [] })
  })

  it('names so many chains in the notice, and counts the rest', async () => {
    const { ports, made } = await slow(0, (chains) => chains.clear())
    expect(made.discrepancies).toHaveLength(40)
    expect(ports.notifier.notices[0]?.body).toContain('… and 20 more')
  })
})
