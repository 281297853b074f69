import { describe, expect, it } from 'vitest'
import { chain, EMPTY_CHAIN } from '../../shared/domain/change.ts'
import { UnreadableEntry } from '../../shared/errors.ts'
import { memoryChangeRecord } from '../../shared/memory/change-record.ts'
import { append } from '../../shared/record/append.ts'
import { searchRecord } from '../../shared/record/search.ts'

const LIMITS = { examined: 1000, found: 3 }
const at = (second: number) => new Date(Date.UTC(2026, 2, 2, 12, 0, second)).toISOString()

async function recordOf(...chains: readonly (readonly [subject: string, ...whys: string[]])[]) {
  const record = memoryChangeRecord()
  let second = 0
  for (const [subject, ...whys] of chains)
    for (const why of whys)
      await append(record, subject, {
        at: at(second++),
        actor: 'local:anna',
        kind: 'verdict',
        target: 'incident:x',
        from: null,
        to: { state: 'Deep' },
        why,
      })
  return record
}

describe('a search of the record', () => {
  it('finds a text in any field of any chain, whatever its case, the latest first', async () => {
    const record = await recordOf(['INCIDENT#a', 'a drill', 'stolen'], ['POLICY', 'after the drill'])
    const found = await searchRecord({ text: ' DRILL ' }, record.subjects(), { record, limits: LIMITS })
    expect(found).toMatchObject({ examined: 3, matched: 2, isComplete: true, unreadable: [] })
    expect(found.changes.map(({ why }) => why)).toEqual(['after the drill', 'a drill'])
    for (const text of ['local:ANNA', 'incident:x', 'deep', 'incident#a'])
      expect((await searchRecord({ text }, ['INCIDENT#a'], { record, limits: LIMITS })).matched, text).toBe(2)
  })

  it('wants the kind that was asked for', async () => {
    const record = await recordOf(['POLICY', 'one'])
    expect((await searchRecord({ text: '', kind: 'policy' }, ['POLICY'], { record, limits: LIMITS })).matched).toBe(0)
    expect((await searchRecord({ text: '', kind: 'verdict' }, ['POLICY'], { record, limits: LIMITS })).matched).toBe(1)
  })

  it('answers no more than its limit, and says how many fit', async () => {
    const record = await recordOf(['POLICY', '1', '2', '3', '4', '5'])
    const found = await searchRecord({ text: '' }, ['POLICY'], { record, limits: LIMITS })
    expect(found.changes.map(({ why }) => why)).toEqual(['5', '4', '3'])
    expect(found.matched).toBe(5)
  })

  it('ends at its bound, and says that it did', async () => {
    const record = await recordOf(['A', '1', '2'], ['B', '3'])
    expect(await searchRecord({ text: '' }, ['A', 'B'], { record, limits: { examined: 2, found: 9 } })).toMatchObject({
      examined: 2,
      isComplete: false,
    })
    expect(await searchRecord({ text: '' }, ['A'], { record, limits: { examined: 2, found: 9 } })).toMatchObject({
      examined: 2,
      isComplete: true,
    })
  })

  it('names a chain that cannot be read, and goes on; what cannot be looked at fails', async () => {
    const good = chain('B', EMPTY_CHAIN, { at: at(0), actor: 'a', kind: 'state', target: 't', from: null, to: 'x', why: 'y' })
    const record = {
      list: async (subject: string) => {
        if (subject === 'A') throw new UnreadableEntry('A', 2)
        if (subject === 'C') throw new TypeError('offline')
        return [good]
      },
    }
    expect(await searchRecord({ text: '' }, ['A', 'B'], { record, limits: LIMITS })).toMatchObject({ matched: 1, unreadable: ['A'] })
    await expect(searchRecord({ text: '' }, ['C'], { record, limits: LIMITS })).rejects.toThrow('offline')
  })

  it('puts entries of one moment in the order of their numbers', async () => {
    const record = memoryChangeRecord()
    for (const why of ['1', '2', '3'])
      await append(record, 'A', { at: at(0), actor: 'a', kind: 'state', target: 't', from: null, to: 'x', why })
    expect((await searchRecord({ text: '' }, ['A'], { record, limits: LIMITS })).changes.map(({ why }) => why)).toEqual(['3', '2', '1'])
  })
})
