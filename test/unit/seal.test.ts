import { describe, expect, it } from 'vitest'
import type { Change } from '../../shared/domain/change.ts'
import { readSeal, SEAL_SUBJECT, sealText, sealValueOf } from '../../shared/domain/seal.ts'
import { memoryChangeRecord } from '../../shared/memory/change-record.ts'
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
const incidents = { get: async () => undefined }

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

  it.each([
    ['cannot be read', 'nonsense', 'cannot be parsed as a seal'],
    [
      'follows another',
      sealText({ entry: { ...chainOf(SEAL_SUBJECT, 1)[0], to: sealValueOf(NOTHING), previous: 'f'.repeat(64) } as Change, ...NOTHING }),
      'does not follow seal 0',
    ],
  ])('is not made over one in the vault that %s: somebody has to look', async (_, text, complaint) => {
    const ports = await recordOf(1)
    await ports.vault.put(1, text)
    await expect(seal(ports)).rejects.toMatchObject({ code: 'seal.conflict', message: expect.stringContaining(complaint) })
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
