import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MOVES_SHAPE, type MoveNote, type Moves, movedTogether, NO_MOVES, withNote } from '../../shared/domain/moves.ts'
import { textOf } from '../../shared/domain/stored.ts'

const HOUR = 3_600_000
const NOW = Date.UTC(2026, 2, 2, 12)
const nameOf = (at: number) => `AIDA${String(at).padStart(16, '0')}`
const moveOf = (at: number, since: number, elsewhere?: number) => ({
  principal: nameOf(at),
  identity: `arn:aws:iam::123456789012:user/${'u'.repeat(64)}`,
  since,
  elsewhere,
})

/** Notes of some identities over two days, in which none is forgotten. */
const notes: fc.Arbitrary<MoveNote[]> = fc.array(
  fc.oneof(
    {
      weight: 9,
      arbitrary: fc.tuple(fc.nat({ max: 12 }), fc.nat({ max: 48 }), fc.option(fc.nat({ max: 48 }), { nil: undefined })).map(
        ([at, since, elsewhere]): MoveNote => ({
          move: moveOf(at, NOW + since * HOUR, elsewhere === undefined ? undefined : NOW + elsewhere * HOUR),
        }),
      ),
    },
    { weight: 1, arbitrary: fc.nat({ max: 48 }).map((hour): MoveNote => ({ harmedAt: NOW + hour * HOUR })) },
  ),
  { maxLength: 60 },
)
const all = (some: readonly MoveNote[]) => some.reduce<Moves>(withNote, NO_MOVES)

describe('the moves to a range', () => {
  it('are the same in any order, and however often a note comes', () => {
    fc.assert(
      fc.property(notes, fc.infiniteStream(fc.nat()), (some, order) => {
        const shuffled = some.map((note) => ({ note, by: order.next().value })).sort((a, b) => a.by - b.by)
        expect(all([...shuffled.map(({ note }) => note), ...some.slice(0, 5)])).toEqual(all(some))
      }),
    )
  })

  it('are bounded, whatever is noted, and take little of an item', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat({ max: 500 }), fc.nat({ max: 900 })), { maxLength: 400 }), (some) => {
        const moves = all(some.map(([at, hour]) => ({ move: moveOf(at, NOW + hour * HOUR) })))
        expect(moves.moves.length).toBeLessThanOrEqual(64)
        expect(textOf(MOVES_SHAPE, moves).length).toBeLessThan(20_000)
        const newest = Math.max(...moves.moves.map(({ since }) => since))
        for (const { since } of moves.moves) expect(newest - since).toBeLessThanOrEqual(72 * HOUR)
      }),
    )
  })

  it('say of nobody that moved with others where more notes speak against it', () => {
    fc.assert(
      fc.property(notes, fc.nat({ max: 12 }), (some, at) => {
        const moves = all(some)
        const before = movedTogether(moves, nameOf(at))
        expect(movedTogether(withNote(moves, { harmedAt: NOW + 48 * HOUR }), nameOf(at))).toBeUndefined()
        const since = moves.moves.find(({ principal }) => principal === nameOf(at))?.since ?? NOW
        const back = withNote(moves, { move: { ...moveOf(at, since), since: undefined, elsewhere: since + HOUR } })
        expect(movedTogether(back, nameOf(at))).toBeUndefined()
        if (before !== undefined) expect(before.length).toBeGreaterThanOrEqual(3)
      }),
    )
  })

  it('add nobody of whom only a call from elsewhere is known', () => {
    expect(withNote(NO_MOVES, { move: { ...moveOf(1, NOW), since: undefined, elsewhere: NOW } })).toEqual(NO_MOVES)
  })
})
