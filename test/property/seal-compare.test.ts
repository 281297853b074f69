import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Change, chain, EMPTY_CHAIN } from '../../shared/domain/change.ts'
import { memoryChangeRecord, type StoredChains } from '../../shared/memory/change-record.ts'
import { silentLog } from '../../shared/memory/log.ts'
import { memoryNotifier } from '../../shared/memory/notifier.ts'
import { memorySealVault } from '../../shared/memory/seal-vault.ts'
import { headOf } from '../../shared/record/append.ts'
import { seal } from '../../shared/record/seal.ts'
import { chainOf } from '../contract/samples.ts'

const CHAINS = 5
/** More than a page has, so that what is compared goes over more than one. */
const LENGTH = 130
const subjectAt = (at: number) => `INCIDENT#inc-${String(at).padStart(12, '0')}`
const all = Array.from({ length: CHAINS }, (_, at) => chainOf(subjectAt(at), LENGTH))

/** What happens to one chain between two seals. `from` is an entry that was sealed. */
type Tampering = (sealed: readonly Change[], from: number) => readonly Change[]

const TAMPERED: Readonly<Record<string, Tampering>> = {
  'deleted whole': () => [],
  truncated: (sealed, from) => sealed.slice(0, from - 1),
  'deleted one': (sealed, from) => sealed.toSpliced(from - 1, 1),
  'edited one': (sealed, from) => sealed.with(from - 1, { ...(sealed[from - 1] as Change), why: 'a lie' }),
  'rewritten from one on': (sealed, from) => {
    const kept = sealed.slice(0, from - 1)
    for (const { subject, number: _, previous: __, hash: ___, ...draft } of sealed.slice(from - 1))
      kept.push(chain(subject, kept.length === 0 ? EMPTY_CHAIN : headOf(kept.at(-1)), { ...draft, why: 'a lie' }))
    return kept
  },
}

/** Between two seals: how long each chain is at the first, and by how much it grows until the second. */
const story = fc.record({
  lengths: fc.array(fc.integer({ min: 1, max: LENGTH - 20 }), { minLength: CHAINS, maxLength: CHAINS }),
  growth: fc.array(fc.integer({ min: 0, max: 20 }), { minLength: CHAINS, maxLength: CHAINS }),
})

async function compared(lengths: readonly number[], then: (at: number, sealed: readonly Change[]) => readonly Change[]) {
  const table: StoredChains = new Map()
  const put = (at: number, entries: readonly Change[]) => {
    if (entries.length === 0) table.delete(subjectAt(at))
    else table.set(subjectAt(at), new Map(entries.map((entry) => [entry.number, JSON.stringify(entry)])))
  }
  const ports = {
    record: memoryChangeRecord(table),
    vault: memorySealVault(),
    notifier: memoryNotifier(),
    clock: { now: () => Date.UTC(2026, 0, 31) },
    log: silentLog,
  }
  const sealed = lengths.map((length, at) => (all[at] ?? []).slice(0, length))
  for (const [at, entries] of sealed.entries()) put(at, entries)
  await seal(ports)
  for (const [at, entries] of sealed.entries()) put(at, then(at, entries))
  const { discrepancies } = await seal(ports)
  return { found: discrepancies.map(({ subject }) => subject), told: ports.notifier.notices.length }
}

describe('between two seals', () => {
  it('growth of any chains is never a discrepancy', async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ lengths, growth }) => {
        const grown = (at: number, sealed: readonly Change[]) => (all[at] ?? []).slice(0, sealed.length + (growth[at] ?? 0))
        expect(await compared(lengths, grown)).toEqual({ found: [], told: 0 })
      }),
      { numRuns: 60 },
    )
  })

  it.each(Object.entries(TAMPERED))('a chain that was %s is found, whichever it is, and no other that only grew', async (_, tamper) => {
    await fc.assert(
      fc.asyncProperty(story, fc.nat({ max: CHAINS - 1 }), fc.nat(), async ({ lengths, growth }, which, where) => {
        const change = (at: number, sealed: readonly Change[]) =>
          at === which ? tamper(sealed, (where % sealed.length) + 1) : (all[at] ?? []).slice(0, sealed.length + (growth[at] ?? 0))
        expect(await compared(lengths, change)).toEqual({ found: [subjectAt(which)], told: 1 })
      }),
      { numRuns: 60 },
    )
  })
})
