import { describe, expect, it } from 'vitest'
import { areSameMoves, type Move, type Moves, movedTogether, NO_MOVES, withNote } from '../../shared/domain/moves.ts'
import { DAY_MS, MINUTE_MS } from '../../shared/domain/time.ts'

const NOW = Date.UTC(2026, 2, 2, 12)
const move = (principal: string, since = NOW, elsewhere?: number): Move => ({
  principal,
  identity: `arn of ${principal}`,
  since,
  elsewhere,
})
const moves = (...all: Move[]): Moves => ({ moves: all, harmedAt: undefined })

describe('a note of one who came to a range', () => {
  const before = moves(move('a', NOW, NOW + 5), move('c'))

  it.each<[string, Moves, Parameters<typeof withNote>[1], Moves]>([
    ['adds the first', NO_MOVES, { move: move('a') }, moves(move('a'))],
    ['adds one more, in the order of names', before, { move: move('b') }, moves(move('a', NOW, NOW + 5), move('b'), move('c'))],
    ['moves a first call back', before, { move: move('a', NOW - 9) }, moves(move('a', NOW - 9, NOW + 5), move('c'))],
    ['leaves an earlier first call', before, { move: move('a', NOW + 9) }, before],
    ['moves a last call from elsewhere on', before, { move: move('a', NOW, NOW + 7) }, moves(move('a', NOW, NOW + 7), move('c'))],
    ['leaves a later last call from elsewhere', before, { move: move('a', NOW, NOW + 3) }, before],
    [
      'says where a known one is by now',
      before,
      { move: { ...move('c', 0, NOW + 8), since: undefined } },
      moves(move('a', NOW, NOW + 5), move('c', NOW, NOW + 8)),
    ],
    ['adds nobody without a first call', before, { move: { ...move('b', 0, NOW), since: undefined } }, before],
    [
      'has the ARN that was noted last',
      before,
      { move: { ...move('c'), identity: 'another' } },
      moves(move('a', NOW, NOW + 5), { ...move('c'), identity: 'another' }),
    ],
    ['says harm', before, { harmedAt: NOW + 1 }, { ...before, harmedAt: NOW + 1 }],
    ['leaves later harm', { ...before, harmedAt: NOW + 9 }, { harmedAt: NOW + 1 }, { ...before, harmedAt: NOW + 9 }],
    ['leaves harm beside a move', { ...before, harmedAt: NOW + 9 }, { move: move('c') }, { ...before, harmedAt: NOW + 9 }],
    ['that says nothing changes nothing', before, {}, before],
    [
      'forgets nobody of three days before',
      moves(move('a')),
      { move: move('b', NOW + 3 * DAY_MS) },
      moves(move('a'), move('b', NOW + 3 * DAY_MS)),
    ],
    [
      'forgets who is older than three days',
      moves(move('a')),
      { move: move('b', NOW + 3 * DAY_MS + 1) },
      moves(move('b', NOW + 3 * DAY_MS + 1)),
    ],
    [
      'is forgotten itself where it is as old',
      moves(move('a', NOW + 3 * DAY_MS + 1)),
      { move: move('b') },
      moves(move('a', NOW + 3 * DAY_MS + 1)),
    ],
    ['of harm forgets as well', moves(move('a')), { harmedAt: NOW + 3 * DAY_MS + 1 }, { moves: [], harmedAt: NOW + 3 * DAY_MS + 1 }],
    [
      'after harm that is known forgets as well',
      { moves: [], harmedAt: NOW + 3 * DAY_MS + 1 },
      { move: move('a') },
      { moves: [], harmedAt: NOW + 3 * DAY_MS + 1 },
    ],
    [
      'keeps harm of three days before',
      { moves: [], harmedAt: NOW },
      { move: move('a', NOW + 3 * DAY_MS) },
      { ...moves(move('a', NOW + 3 * DAY_MS)), harmedAt: NOW },
    ],
    [
      'forgets harm that is older',
      { moves: [], harmedAt: NOW },
      { move: move('a', NOW + 3 * DAY_MS + 1) },
      moves(move('a', NOW + 3 * DAY_MS + 1)),
    ],
  ])('%s', (_, known, note, expected) => {
    const noted = withNote(known, note)
    expect(noted).toEqual(expected)
    expect(areSameMoves(noted, expected)).toBe(true)
    expect(areSameMoves(noted, known)).toBe(JSON.stringify(known) === JSON.stringify(expected))
  })

  it('beyond 64 keeps the newest, and of those of one time the first by name', () => {
    const nameOf = (at: number) => `p${String(at).padStart(3, '0')}`
    const of = (sinceOf: (at: number) => number) =>
      Array.from({ length: 70 }, (_, at) => move(nameOf(at), sinceOf(at))).reduce((all, one) => withNote(all, { move: one }), NO_MOVES)
    const names = ({ moves: all }: Moves) => all.map(({ principal }) => principal)
    expect(names(of((at) => NOW + at))).toEqual(Array.from({ length: 64 }, (_, at) => nameOf(at + 6)))
    expect(names(of((at) => NOW - at))).toEqual(Array.from({ length: 64 }, (_, at) => nameOf(at)))
    expect(names(of(() => NOW))).toEqual(Array.from({ length: 64 }, (_, at) => nameOf(at)))
  })
})

describe('who moved', () => {
  const four = (...others: Move[]) => moves(move('own'), move('b'), move('c'), ...others)

  it.each<[string, Moves, readonly string[] | undefined]>([
    ['with three others', four(move('d')), ['b', 'c', 'd']],
    ['with two others', four(), undefined],
    [
      'with others a day before and a day after',
      moves(move('own'), move('b', NOW - DAY_MS), move('c', NOW + DAY_MS), move('d')),
      ['b', 'c', 'd'],
    ],
    ['with one that came more than a day after', four(move('d', NOW + DAY_MS + 1)), undefined],
    ['with one that came more than a day before', four(move('d', NOW - DAY_MS - 1)), undefined],
    ['with one that called from elsewhere ten minutes later', four(move('d', NOW, NOW + 10 * MINUTE_MS)), ['b', 'c', 'd']],
    ['with one that called from elsewhere after that', four(move('d', NOW, NOW + 10 * MINUTE_MS + 1)), undefined],
    [
      'and called from elsewhere ten minutes later',
      moves(move('own', NOW, NOW + 10 * MINUTE_MS), move('b'), move('c'), move('d')),
      ['b', 'c', 'd'],
    ],
    ['and called from elsewhere after that', moves(move('own', NOW, NOW + 10 * MINUTE_MS + 1), move('b'), move('c'), move('d')), undefined],
    ['after harm from the range', { ...four(move('d')), harmedAt: NOW }, undefined],
    ['not at all', moves(move('a'), move('b'), move('c'), move('d')), undefined],
  ])('%s', (_, all, others) => {
    expect(movedTogether(all, 'own')?.map(({ principal }) => principal)).toEqual(others)
  })
})
