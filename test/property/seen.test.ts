import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { copySeen, nothingSeen, noveltyOf, remember, SEEN_LIMIT, type Seen, seenOf, timedSetOf } from '../../shared/domain/seen.ts'

/** More ids than the ring holds, in runs between which it is copied; one id in 64 ends a block. */
const runs = fc.array(fc.array(fc.tuple(fc.nat(5000), fc.nat(1_000_000)), { maxLength: 200, size: 'max' }), { maxLength: 12, size: 'max' })

/** The same ring as one list. */
function rememberInList(list: { rows: [number, number][]; horizon: number }, id: number, time: number): void {
  list.rows.push([id, time])
  const left = list.rows.length > SEEN_LIMIT ? list.rows.shift() : undefined
  if (left !== undefined) list.horizon = Math.max(list.horizon, left[1] + 1)
}

describe('what an identity has seen', () => {
  it('is the newest ids and their horizon, wherever it was copied or stored in between; no copy changes its origin', () => {
    fc.assert(
      fc.property(runs, (all) => {
        const list = { rows: [] as [number, number][], horizon: 0 }
        const origins: { seen: Seen; was: string }[] = []
        let seen = nothingSeen()
        for (const run of all) {
          origins.push({ seen, was: JSON.stringify(seen) })
          seen = copySeen(seen)
          for (const [id, time] of run) {
            const isKnown = list.rows.some(([known]) => known === id)
            expect(noveltyOf(seen, id, time)).toBe(isKnown ? 'duplicate' : time < list.horizon ? 'too-late' : 'new')
            remember(seen, id, time)
            rememberInList(list, id, time)
          }
          const { ids, times } = timedSetOf(seen)
          expect(ids.map((id, at) => [id, times[at]])).toEqual(list.rows)
          expect([seen.size, seen.horizon]).toEqual([list.rows.length, list.horizon])
          // The same ids are the same blocks, so a state that comes back from the store is the one that went there.
          expect(seenOf(timedSetOf(seen), seen.horizon)).toEqual(seen)
        }
        for (const { seen, was } of origins) expect(JSON.stringify(seen)).toBe(was)
      }),
      { numRuns: 40 },
    )
  })
})
