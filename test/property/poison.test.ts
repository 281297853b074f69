import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SEAL_SUBJECT } from '../../shared/domain/seal.ts'
import { memoryChangeRecord, type StoredChains } from '../../shared/memory/change-record.ts'
import { memoryIncidentStore } from '../../shared/memory/incident-store.ts'
import { silentLog } from '../../shared/memory/log.ts'
import { memoryNotifier } from '../../shared/memory/notifier.ts'
import { memorySealVault } from '../../shared/memory/seal-vault.ts'
import { audit } from '../../shared/record/audit.ts'
import { seal } from '../../shared/record/seal.ts'
import { chainOf } from '../contract/samples.ts'

const SUBJECTS = ['INCIDENT#inc-00000000000a', 'ORDER#inc-00000000000a', 'POLICY', 'INCIDENT#inc-new', 'X#foreign', '']
const LENGTH = 4

/** A value in the place of any member of an entry: of any type, and nested deeper than a stack allows. */
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }).map((one) => JSON.stringify(one)),
  fc.nat({ max: 40_000 }).map((levels) => `${'['.repeat(levels)}${']'.repeat(levels)}`),
  fc.nat({ max: 20_000 }).map((levels) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`),
  fc.constantFrom('-0', '1e999', '9007199254740993', '{"__proto__":{"hash":1}}', '"\\ud800"', '{"toString":1}'),
)
const members = ['v', 'subject', 'number', 'at', 'actor', 'kind', 'target', 'from', 'to', 'why', 'previous', 'hash', 'more']

/** Any text: a random one, or an entry of the chain with any value in the place of one of its members. */
const text = (subject: string) =>
  fc.oneof(
    fc.string({ unit: 'binary' }),
    value,
    fc.tuple(fc.constantFrom(...members), value, fc.integer({ min: 1, max: LENGTH })).map(([member, one, number]) => {
      const entry = { ...chainOf(subject, number)[number - 1], [member]: 'PLACE' }
      return JSON.stringify(entry).replace('"PLACE"', () => one)
    }),
  )

const planted = (subjects: readonly string[]) =>
  fc.constantFrom(...subjects).chain((subject) =>
    fc.record({
      subject: fc.constant(subject),
      number: fc.oneof(fc.integer({ min: 1, max: LENGTH + 2 }), fc.constant(Number.MAX_SAFE_INTEGER)),
      text: text(subject),
    }),
  )

/** A record that was sealed twice, with a text in the place of an entry, or beside them. */
async function poisoned(put: (table: StoredChains) => void) {
  const table: StoredChains = new Map()
  const record = memoryChangeRecord(table)
  for (const subject of SUBJECTS.slice(0, 3)) for (const change of chainOf(subject, LENGTH)) await record.append(change)
  const ports = {
    record,
    vault: memorySealVault(),
    notifier: memoryNotifier(),
    clock: { now: () => 0 },
    log: silentLog,
    incidents: memoryIncidentStore(),
  }
  await seal(ports)
  await seal(ports)
  put(table)
  return ports
}

describe('any text in any item of the record', () => {
  it('stops neither seal nor verify: the next seals are made, in order, and each can be read', async () => {
    await fc.assert(
      fc.asyncProperty(planted(SUBJECTS), async ({ subject, number, text: stored }) => {
        const ports = await poisoned((table) => table.set(subject, new Map([...(table.get(subject) ?? []), [number, stored]])))
        for (const next of [3, 4]) expect((await seal(ports)).entry.number).toBe(next)
        const { seals, sealedAt } = await audit(ports)
        expect([seals, sealedAt]).toEqual([4, new Date(0).toISOString()])
      }),
      { numRuns: 150 },
    )
  }, 60_000)

  it('nor in the chain of seals, where it is no entry', async () => {
    await fc.assert(
      fc.asyncProperty(planted([SEAL_SUBJECT]), async ({ number, text: stored }) => {
        const ports = await poisoned((table) => table.get(SEAL_SUBJECT)?.set(number, stored))
        const isEntry =
          (await ports.record.list(SEAL_SUBJECT).then(
            (all) => all.at(-1)?.number ?? 0,
            () => 0,
          )) > 2
        fc.pre(!isEntry)
        for (const next of [3, 4]) expect((await seal(ports)).entry.number).toBe(next)
        expect((await audit(ports)).seals).toBe(4)
      }),
      { numRuns: 100 },
    )
  }, 60_000)

  it('nor in the vault, whatever is stored under the next number and is no seal', async () => {
    await fc.assert(
      fc.asyncProperty(text(SEAL_SUBJECT), async (stored) => {
        const ports = await poisoned(() => {})
        await ports.vault.put(3, stored)
        for (const next of [4, 5]) expect((await seal(ports)).entry.number).toBe(next)
        expect((await audit(ports)).faults).toEqual([{ subject: SEAL_SUBJECT, number: 3, fault: 'lost' }])
      }),
      { numRuns: 100 },
    )
  }, 60_000)
})
