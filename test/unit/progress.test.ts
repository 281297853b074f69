import { describe, expect, it } from 'vitest'
import { openChangeLog } from '../../shared/contain/change-log.ts'
import { type Change, type ChangeKind, chain, EMPTY_CHAIN, verifyChain } from '../../shared/domain/change.ts'
import { goneSteps, isReleaseOrdered, reversalsOf, standingSteps } from '../../shared/domain/progress.ts'
import { memoryChangeRecord } from '../../shared/memory/change-record.ts'
import { append, incidentSubject } from '../../shared/record/append.ts'

const ID = 'inc-0123456789ab'
const SUBJECT = incidentSubject(ID)
const NOW = Date.UTC(2026, 2, 2, 12)
const A = 'access-key:ci/AKIAIOSFODNN7EXAMPLE'
const B = `user-policy:ci/CountersignQuarantine-${ID}`

/** Entries `[kind, target, from, to]`, a second apart. */
function changesOf(...entries: [kind: ChangeKind, target: string, from?: unknown, to?: unknown][]): Change[] {
  const changes: Change[] = []
  for (const [kind, target, from = null, to = null] of entries) {
    const at = new Date(NOW + changes.length * 1000).toISOString()
    changes.push(chain(SUBJECT, changes.at(-1) ?? EMPTY_CHAIN, { at, actor: 'countersign:contain', kind, target, from, to, why: 'x' }))
  }
  return changes
}
const secondOf = (n: number) => new Date(NOW + n * 1000).toISOString()

describe('the steps that stand', () => {
  const standing = (...entries: Parameters<typeof changesOf>) =>
    standingSteps(changesOf(...entries)).map(({ target, isDone }) => `${target === A ? 'A' : 'B'} ${isDone ? 'done' : 'open'}`)

  it.each<[string, Parameters<typeof changesOf>, string[]]>([
    ['planned', [['step-planned', A]], ['A open']],
    [
      'planned and done',
      [
        ['step-planned', A],
        ['step-done', A],
      ],
      ['A done'],
    ],
    [
      'planned and failed: the write may have taken effect',
      [
        ['step-planned', A],
        ['step-failed', A],
      ],
      ['A open'],
    ],
    [
      'done and reversed by somebody',
      [
        ['step-planned', A],
        ['step-done', A],
        ['step-reversed', A],
      ],
      ['A done'],
    ],
    [
      'undone',
      [
        ['step-planned', A],
        ['step-done', A],
        ['step-undone', A],
      ],
      [],
    ],
    [
      'gone',
      [
        ['step-planned', A],
        ['step-done', A],
        ['step-gone', A],
      ],
      [],
    ],
    [
      'undone and planned again',
      [
        ['step-planned', A],
        ['step-done', A],
        ['step-undone', A],
        ['step-planned', A],
      ],
      ['A open'],
    ],
    ['done and never planned, which no release writes', [['step-done', A]], []],
    [
      'of two, one undone',
      [
        ['step-planned', A],
        ['step-planned', B],
        ['step-done', B],
        ['step-undone', A],
      ],
      ['B done'],
    ],
    [
      'of two, in the order of their planning',
      [
        ['step-planned', B],
        ['step-planned', A],
        ['step-done', A],
      ],
      ['B open', 'A done'],
    ],
  ])('%s', (_, entries, expected) => expect(standing(...entries)).toEqual(expected))

  it('keep the value from before and the value that is wanted, and when the value was last written', () => {
    const changes = changesOf(['step-planned', A, 'Active', 'Inactive'], ['decision', 'x'], ['step-done', A, 'Active', 'Inactive'])
    expect(standingSteps(changes.slice(0, 2))).toEqual([
      { target: A, before: 'Active', contained: 'Inactive', earlier: [], isDone: false, at: secondOf(0), title: 'x' },
    ])
    expect(standingSteps(changes)).toEqual([
      { target: A, before: 'Active', contained: 'Inactive', earlier: [], isDone: true, at: secondOf(2), title: 'x' },
    ])
  })
})

describe('a step that was planned anew', () => {
  it('keeps the value from before, and every value that it was to have: any of them may stand where a write failed', () => {
    const [step] = standingSteps(
      changesOf(['step-planned', B, null, 'one'], ['step-planned', B, null, 'two'], ['step-planned', B, null, 'three']),
    )
    expect(step).toMatchObject({ before: null, contained: 'three', earlier: ['one', 'two'], isDone: false })
    const after = changesOf(['step-planned', B, null, 'one'], ['step-undone', B], ['step-planned', B, 'theirs', 'two'])
    expect(standingSteps(after)).toMatchObject([{ before: 'theirs', contained: 'two', earlier: [] }])
  })
})

describe('the steps whose user, role or credential is gone', () => {
  it('are so until they are planned again or undone', () => {
    const gone = (...entries: Parameters<typeof changesOf>) => [...goneSteps(changesOf(...entries))]
    expect(gone(['step-planned', A], ['step-done', A], ['step-planned', B], ['step-gone', A])).toEqual([A])
    expect(gone(['step-planned', A], ['step-gone', A], ['step-planned', A])).toEqual([])
    expect(gone(['step-planned', A], ['step-gone', A], ['step-undone', A])).toEqual([])
    expect(gone(['step-planned', A], ['step-gone', A], ['step-done', A])).toEqual([A])
    expect(gone(['step-planned', A], ['step-done', A], ['step-failed', B])).toEqual([])
  })
})

describe('how often a step was reversed', () => {
  it('counts by step, from when it was last undone or gone', () => {
    const times = (...entries: Parameters<typeof changesOf>) => [...reversalsOf(changesOf(...entries))]
    expect(times(['step-reversed', A], ['step-done', A], ['step-reversed', B], ['step-reversed', A])).toEqual([
      [A, 2],
      [B, 1],
    ])
    for (const end of ['step-undone', 'step-gone'] as const) {
      expect(times(['step-reversed', A], ['step-reversed', B], [end, A])).toEqual([[B, 1]])
      expect(times(['step-reversed', A], [end, A], ['step-reversed', A])).toEqual([[A, 1]])
    }
  })
})

describe('a release in the record', () => {
  it.each<[ChangeKind, unknown, boolean]>([
    ['verdict', 'releasing', true],
    ['state', 'releasing', true],
    ['state', 'released', true],
    ['verdict', 'confirmed', false],
    ['state', 'asking', false],
    ['state', 'contained', false],
    // Of another kind, whatever it says.
    ['endorsement', 'releasing', false],
    ['decision', 'released', false],
  ])('is ordered by an entry of kind %s to %s: %s', (kind, to, isOrdered) => {
    expect(isReleaseOrdered(changesOf(['state', 'x', null, 'contained'], [kind, 'x', null, to]))).toBe(isOrdered)
  })

  it('is what the last verdict or state says, whatever steps came after it', () => {
    const released = ['verdict', 'x', 'contained', 'releasing'] as const
    expect(isReleaseOrdered(changesOf([...released], ['step-undone', A], ['decision', 'x']))).toBe(true)
    expect(isReleaseOrdered(changesOf([...released], ['state', 'x', 'releasing', 'asking']))).toBe(false)
    expect(isReleaseOrdered([])).toBe(false)
  })
})

describe('the change log of a run', () => {
  const DRAFT = { kind: 'step-planned', target: A, from: 'Active', to: 'Inactive', why: 'x' } as const

  async function opened(record = memoryChangeRecord()) {
    const log = openChangeLog(ID, await record.list(SUBJECT), { record, clock: { now: () => NOW } })
    const other = (why: string) => append(record, SUBJECT, { ...DRAFT, at: secondOf(0), actor: 'local:anna', why })
    return { record, log, other }
  }

  it('writes one chain, also of entries that are written at once, by the function that contains', async () => {
    const { record, log } = await opened()
    expect(await Promise.all(Array.from({ length: 5 }, (_, n) => log.write({ ...DRAFT, why: `${n}` })))).toEqual(Array(5).fill('written'))
    const entries = await record.list(SUBJECT)
    expect(entries.map(({ why }) => why)).toEqual(['0', '1', '2', '3', '4'])
    expect(entries[0]).toMatchObject({ ...DRAFT, why: '0', actor: 'countersign:contain', at: secondOf(0) })
    expect(verifyChain(SUBJECT, entries, log.head())).toBeUndefined()
    expect(log.changes).toEqual(entries)
  })

  it('begins at the end of what it was opened on, and shows nothing of it to whoever opened it', async () => {
    const { record, other } = await opened()
    await other('before')
    const entries = await record.list(SUBJECT)
    const log = openChangeLog(ID, entries, { record, clock: { now: () => NOW } }, { actor: 'countersign:rotate' })
    expect(log.head()).toEqual({ number: 1, hash: entries[0]?.hash })
    await log.write(DRAFT)
    expect(entries).toHaveLength(1)
    expect((await record.last(SUBJECT))?.actor).toBe('countersign:rotate')
  })

  it('writes after what others wrote meanwhile, where the entry is still wanted with those, and not where it is not', async () => {
    const { record, log, other } = await opened()
    await other('meanwhile')
    const seen: string[][] = []
    const asked = (answer: boolean) => (changes: readonly Change[]) => {
      seen.push(changes.map(({ why }) => why))
      return answer
    }
    expect(await log.write({ ...DRAFT, why: 'wanted' }, asked(true))).toBe('written')
    await other('again')
    expect(await log.write({ ...DRAFT, why: 'unwanted' }, asked(false))).toBe('superseded')
    expect(seen).toEqual([['meanwhile'], ['meanwhile', 'wanted', 'again']])
    expect((await record.list(SUBJECT)).map(({ why }) => why)).toEqual(['meanwhile', 'wanted', 'again'])
    expect(log.changes).toEqual(await record.list(SUBJECT))
  })

  it('shows what others wrote once it has read again, after the entries that are under way', async () => {
    const { log, other } = await opened()
    await other('meanwhile')
    expect(log.changes).toEqual([])
    const writing = log.write({ ...DRAFT, why: 'mine' })
    await Promise.all([log.read(), writing])
    expect(log.changes.map(({ why }) => why)).toEqual(['meanwhile', 'mine'])
  })

  it('gives up after eight lost numbers, by name, and can be written again afterwards', async () => {
    const { record } = await opened()
    let tries = 0
    let isLosing = true
    const losing = {
      ...record,
      append: async (change: Change) => {
        tries += 1
        return isLosing ? false : record.append(change)
      },
    }
    const log = openChangeLog(ID, [], { record: losing, clock: { now: () => NOW } })
    await expect(log.write(DRAFT)).rejects.toMatchObject({ code: 'record.conflict', message: expect.stringContaining(SUBJECT) })
    expect(tries).toBe(8)
    isLosing = false
    expect(await log.write(DRAFT)).toBe('written')
  })

  it('can be read and written after a read that failed', async () => {
    const { record } = await opened()
    let isFailing = true
    const failing = { ...record, list: (subject: string) => (isFailing ? Promise.reject(new Error('throttled')) : record.list(subject)) }
    const log = openChangeLog(ID, [], { record: failing, clock: { now: () => NOW } })
    await expect(log.read()).rejects.toThrow('throttled')
    isFailing = false
    expect(await log.write(DRAFT)).toBe('written')
    await log.read()
    expect(log.changes).toHaveLength(1)
  })
})
