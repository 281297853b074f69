import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Change, chain, EMPTY_CHAIN, verifyChain } from '../../shared/domain/change.ts'
import { memoryIncidentStore } from '../../shared/memory/incident-store.ts'
import { silentLog } from '../../shared/memory/log.ts'
import { memoryNotifier } from '../../shared/memory/notifier.ts'
import { memorySealVault } from '../../shared/memory/seal-vault.ts'
import type { ChangeRecord } from '../../shared/ports/stores.ts'
import { headOf } from '../../shared/record/append.ts'
import { audit } from '../../shared/record/audit.ts'
import { seal } from '../../shared/record/seal.ts'
import { chainOf } from '../contract/samples.ts'

const SUBJECT = 'INCIDENT#inc-000000000001'
const LENGTH = 10_000
const whole = chainOf(SUBJECT, LENGTH)
const head = headOf(whole.at(-1))
const entryAt = (number: number) => whole[number - 1] as Change

/** Numbers from all over the chain, and always its ends. */
const place = (last = LENGTH) =>
  fc.oneof({ weight: 1, arbitrary: fc.constantFrom(1, 2, last - 1, last) }, { weight: 9, arbitrary: fc.integer({ min: 1, max: last }) })
const RUNS = { numRuns: 40 }

/** One bit of one character of one part of an entry. */
const FIELDS = ['at', 'actor', 'kind', 'target', 'why', 'previous', 'hash'] as const
function flipped(entry: Change, field: (typeof FIELDS)[number], at: number): Change {
  const text = entry[field]
  const index = at % text.length
  const other = String.fromCharCode(text.charCodeAt(index) ^ 1)
  return { ...entry, [field]: text.slice(0, index) + other + text.slice(index + 1) }
}

describe(`a chain of ${LENGTH} entries`, () => {
  it('is whole as it was written', () => {
    expect(verifyChain(SUBJECT, whole, head)).toBeUndefined()
  })

  it('shows a flipped bit of any entry, and names it', () => {
    fc.assert(
      fc.property(place(), fc.constantFrom(...FIELDS), fc.nat(), (number, field, at) => {
        const entries = whole.with(number - 1, flipped(entryAt(number), field, at))
        expect(verifyChain(SUBJECT, entries, head)).toMatchObject({ number })
      }),
      RUNS,
    )
  })

  it('shows that any entry was deleted, and names it', () => {
    fc.assert(
      fc.property(place(), (number) => {
        expect(verifyChain(SUBJECT, whole.toSpliced(number - 1, 1), head)).toMatchObject({ number })
      }),
      RUNS,
    )
  })

  it('shows that an entry was inserted anywhere, copied or made to fit the one before', () => {
    fc.assert(
      fc.property(place(LENGTH - 1), fc.boolean(), (number, isCopy) => {
        const before = entryAt(number)
        const { at, actor, kind, target, from, to } = before
        const made = isCopy ? before : chain(SUBJECT, headOf(before), { at, actor, kind, target, from, to, why: 'inserted' })
        const found = verifyChain(SUBJECT, whole.toSpliced(number, 0, made), head)
        // One that was made to fit takes the number of the next, which then is the first that does not.
        expect(found).toMatchObject({ number: isCopy ? number + 1 : number + 2 })
      }),
      RUNS,
    )
  })

  it('shows that any two entries were swapped, and names the first', () => {
    fc.assert(
      fc.property(place(), place(), (a, b) => {
        fc.pre(a !== b)
        const entries = whole.with(a - 1, entryAt(b)).with(b - 1, entryAt(a))
        expect(verifyChain(SUBJECT, entries, head)).toMatchObject({ number: Math.min(a, b) })
      }),
      RUNS,
    )
  })
})

/** The record of somebody who may write the table as he likes. */
function tableOf(chains: ReadonlyMap<string, readonly Change[]>): ChangeRecord {
  return {
    last: async (subject) => chains.get(subject)?.at(-1),
    list: async (subject) => [...(chains.get(subject) ?? [])],
    page: async (subject, from) => ({ changes: (chains.get(subject) ?? []).slice(from - 1), hasMore: false }),
    append: async () => false,
    async *subjects() {
      yield* chains.keys()
    },
  }
}

/** Rewrites a chain from an entry on so that every hash fits: what whoever knows how it is made can do. */
function rewritten(entries: readonly Change[], from: number): Change[] {
  const done = entries.slice(0, from - 1)
  for (const { subject, number: _, previous: __, hash: ___, ...draft } of entries.slice(from - 1))
    done.push(
      chain(subject, done.length === 0 ? EMPTY_CHAIN : headOf(done.at(-1)), done.length === from - 1 ? { ...draft, why: 'a lie' } : draft),
    )
  return done
}

describe('the seals over the record', () => {
  const LENGTHS = [40, 25, 60]
  const subjects = ['INCIDENT#inc-00000000000a', 'INCIDENT#inc-00000000000b', 'POLICY']
  const incidents = memoryIncidentStore()

  /** Three chains, sealed after each third of their entries. */
  async function sealed() {
    const all = subjects.map((subject, at) => chainOf(subject, LENGTHS[at] as number))
    const vault = memorySealVault()
    const seals: Change[] = []
    const ends: number[][] = []
    for (let third = 1; third <= 3; third++) {
      const ended = all.map((entries) => Math.ceil((entries.length * third) / 3))
      ends.push(ended)
      const chains = new Map(subjects.map((subject, at) => [subject, all[at]?.slice(0, ended[at]) ?? []]))
      const record = { ...tableOf(new Map([...chains, ['SEAL', seals]])), append: async (change: Change) => seals.push(change) > 0 }
      await seal({ record, vault, clock: { now: () => Date.UTC(2026, 0, third) }, notifier: memoryNotifier(), log: silentLog })
    }
    return {
      chains: new Map<string, readonly Change[]>([...subjects.map((subject, at) => [subject, all[at] ?? []] as const), ['SEAL', seals]]),
      vault,
      ends,
    }
  }

  it('find nothing where nothing is', async () => {
    const { chains, vault } = await sealed()
    expect(await audit({ record: tableOf(chains), incidents, vault })).toEqual({
      chains: 4,
      entries: 128,
      seals: 3,
      sealedAt: '2026-01-03T00:00:00.000Z',
      faults: [],
      discrepancies: [],
      uncompared: 0,
    })
  })

  it('show any rewriting whose hashes all fit, and name where it can have begun', async () => {
    const { chains, vault, ends } = await sealed()
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 2 }), fc.nat(), async (which, at) => {
        const subject = subjects[which] as string
        const entries = chains.get(subject) ?? []
        const from = (at % entries.length) + 1
        const forged = rewritten(entries, from)
        expect(verifyChain(subject, forged)).toBeUndefined()
        const { faults } = await audit({ record: tableOf(new Map([...chains, [subject, forged]])), incidents, vault })
        const lastGood = Math.max(0, ...ends.map((end) => end[which] as number).filter((end) => end < from))
        expect(faults).toEqual([{ subject, number: lastGood + 1, fault: 'rewritten', seal: expect.any(Number) }])
      }),
    )
  })

  it('show any chain that is gone or was cut, the first entry of each', async () => {
    const { chains, vault } = await sealed()
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 2 }), fc.nat(), async (which, at) => {
        const subject = subjects[which] as string
        const entries = chains.get(subject) ?? []
        const length = at % entries.length
        const left = new Map(chains)
        if (length === 0) left.delete(subject)
        else left.set(subject, entries.slice(0, length))
        const { faults } = await audit({ record: tableOf(left), incidents, vault })
        expect(faults).toMatchObject([{ subject, number: length + 1, fault: length === 0 ? 'vanished' : 'cut-short' }])
      }),
    )
  })

  it('show that a seal was deleted, cut off or rewritten in the table, and that its object is lost or another', async () => {
    const { chains, vault } = await sealed()
    const seals = chains.get('SEAL') ?? []
    const withSeals = (entries: readonly Change[]) => ({ record: tableOf(new Map([...chains, ['SEAL', entries]])), incidents, vault })
    for (let number = 1; number <= 3; number++) {
      expect((await audit(withSeals(seals.toSpliced(number - 1, 1)))).faults).toMatchObject([{ subject: 'SEAL', number }])
      expect((await audit(withSeals(rewritten(seals, number)))).faults).toMatchObject([{ subject: 'SEAL' }])
      const lost = { ...vault, get: async (one: number) => (one === number ? undefined : vault.get(one)) }
      expect((await audit({ ...withSeals(seals), vault: lost })).faults).toEqual([{ subject: 'SEAL', number, fault: 'lost' }])
      const changed = {
        ...vault,
        get: async (one: number) => (one === number ? (await vault.get(one))?.replaceAll('"hash":"', '"hash":"0') : vault.get(one)),
      }
      expect((await audit({ ...withSeals(seals), vault: changed })).faults).toContainEqual({ subject: 'SEAL', number, fault: 'lost' })
      const fewer = {
        ...vault,
        get: async (one: number) => (one === number ? (await vault.get(one))?.split('\n').slice(0, -2).join('\n') : vault.get(one)),
      }
      expect((await audit({ ...withSeals(seals), vault: fewer })).faults).toContainEqual({ subject: 'SEAL', number, fault: 'lost' })
    }
    expect((await audit(withSeals([]))).faults).toMatchObject([{ subject: 'SEAL', number: 1, fault: 'cut-short' }])
    const none = { put: async () => false, get: async () => undefined, last: async () => 0, since: async () => Number.POSITIVE_INFINITY }
    expect((await audit({ ...withSeals(seals), vault: none })).faults).toEqual([{ subject: 'SEAL', number: 1, fault: 'lost' }])
  })
})
