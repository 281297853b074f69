import { describe, expect, it } from 'vitest'
import { isOlderLine, reversalNews, SET_AGAIN } from '../../shared/contain/tell-reversals.ts'
import type { Change, ChangeDraft } from '../../shared/domain/change.ts'
import { NOW } from '../embedded.ts'

const MINUTE = 60_000
const KEY = 'access-key:ci-build/AKIAIOSFODNN7EXAMPLE'
const POLICY = 'user-policy:ci-build/CountersignQuarantine-inc-0123456789ab'

type Entry = Pick<ChangeDraft, 'kind' | 'target' | 'to' | 'why'> & { at?: number }

const setAgain = (target: string): Entry => ({ kind: 'step-done', target, to: 'x', why: SET_AGAIN })
const told = (at: number): Entry => ({ kind: 'notice', target: 'incident:i', to: 'reversed', why: 'x', at })

function chainOf(...entries: Entry[]): Change[] {
  return entries.map(({ at, ...entry }, index) => ({ ...entry, number: index + 1, at: new Date(at ?? NOW).toISOString() }) as Change)
}

const line = (target: string, times = '') => `${target} was reversed by somebody else${times}, and is set again`

describe('what people are told of reversals', () => {
  it('is nothing where nothing was reversed: a step that is done, a notice of something else', () => {
    const done: Entry = { ...setAgain(KEY), why: 'read back' }
    expect(reversalNews([], NOW)).toEqual({ kind: 'none' })
    expect(reversalNews(chainOf(done, { ...setAgain(KEY), kind: 'step-planned' }, { ...told(NOW), to: 'paged' }), NOW)).toEqual({
      kind: 'none',
    })
  })

  it('is told at once for the first time, one line for each step, with how often it was reversed so far', () => {
    const changes = chainOf(setAgain(KEY), setAgain(POLICY), setAgain(KEY), setAgain(KEY))
    expect(reversalNews(changes, NOW)).toEqual({ kind: 'due', lines: [line(KEY, ' 3 times'), line(POLICY)] })
  })

  it('is told once: after the notice only of what was reversed since, counted from the first', () => {
    const before = [setAgain(KEY), setAgain(POLICY), told(NOW)]
    expect(reversalNews(chainOf(...before), NOW + MINUTE)).toEqual({ kind: 'none' })
    expect(reversalNews(chainOf(...before, setAgain(KEY)), NOW + MINUTE)).toEqual({ kind: 'due', lines: [line(KEY, ' 2 times')] })
  })

  it.each([
    [1, 1],
    [2, 2],
    [3, 4],
    [4, 8],
    [5, 15],
    [6, 15],
    [20, 15],
  ])('after %i notices waits %i minutes from the last one', (notices, minutes) => {
    const all = Array.from({ length: notices }, (_, at) => told(NOW - (notices - 1 - at) * 60 * MINUTE))
    const changes = chainOf(...all, setAgain(KEY), setAgain(POLICY))
    const at = NOW + minutes * MINUTE
    expect(reversalNews(changes, at - 1)).toEqual({ kind: 'waits', at, count: 2 })
    expect(reversalNews(changes, at)).toMatchObject({ kind: 'due' })
  })

  it('does not wait for a notice of something else', () => {
    const other: Entry = { ...told(NOW), to: 'escalated' }
    expect(reversalNews(chainOf(other, setAgain(KEY)), NOW)).toMatchObject({ kind: 'due' })
    const entry: Entry = { ...told(NOW), kind: 'state' }
    expect(reversalNews(chainOf(entry, setAgain(KEY)), NOW)).toMatchObject({ kind: 'due' })
  })
})

describe('an older line of the same step', () => {
  it.each([
    [line(KEY), true],
    [line(KEY, ' 12 times'), true],
    [line(KEY, ' 13 times'), true],
    [line(POLICY), false],
    [line(`x ${KEY}`), false],
    [KEY, false],
    [`${line(KEY)} twice`, false],
    [line(KEY, ' many times'), false],
    ['risk 80 of 60', false],
  ])('is known by its step, however often it was reversed: %s is one: %s', (text, isOlder) => {
    expect(isOlderLine(text, [line(POLICY, ' 2 times'), line(KEY, ' 13 times'), 'x'])).toBe(text === line(POLICY) ? true : isOlder)
    expect(isOlderLine(text, [line(KEY, ' 13 times')])).toBe(isOlder)
    expect(isOlderLine(text, [])).toBe(false)
  })

  it('is none of a text that only looks alike', () => {
    expect(isOlderLine(KEY, [KEY])).toBe(false)
    expect(isOlderLine(line(KEY), [KEY])).toBe(false)
  })
})
