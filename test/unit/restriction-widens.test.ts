import { describe, expect, it } from 'vitest'
import {
  type Brake,
  hasFence,
  hasWidened,
  RESTRICTION_LIMITS,
  Restriction,
  withBrake,
  withoutAssumptions,
  withoutHabit,
  withSessions,
} from '../../shared/domain/restriction.ts'
import { MINUTE_MS } from '../../shared/domain/time.ts'
import { HABIT } from '../restricted.ts'

const AT = Date.UTC(2026, 0, 31, 12)
const PLACE = { addresses: ['192.0.2.0/24'] }
const FENCED: Restriction = { ...HABIT, ...PLACE, isFenced: true }
const brake = (groups: readonly ('sharing' | 'deletion')[], minutes = 0): Brake => ({
  groups: [...groups],
  until: AT + minutes * MINUTE_MS,
})
const of = (parts: Partial<Restriction>): Restriction => ({ ...HABIT, ...parts })

describe('a fence', () => {
  it.each<[string, Restriction, boolean]>([
    ['stands where the habit is known and a range', FENCED, true],
    ['stands where an endpoint is known alone', of({ isFenced: true, endpoints: ['vpce-0123456789abcdef0'] }), true],
    ['does not stand where no place is known', of({ isFenced: true }), false],
    ['does not stand where the habit is not known', { ...FENCED, isCovered: false }, false],
    ['does not stand where it is not meant', { ...FENCED, isFenced: false }, false],
  ])('%s', (_, restriction, stands) => expect(hasFence(restriction)).toBe(stands))
})

describe('a restriction that was computed again', () => {
  it.each<[string, Restriction, Restriction | undefined, boolean]>([
    ['names sessions, and there was none', of({ sessions: ['a1'] }), undefined, true],
    ['names no session, and there was none', FENCED, undefined, false],
    ['names more sessions', of({ sessions: ['a1', 'b2'] }), of({ sessions: ['a1'] }), true],
    ['names as many', of({ sessions: ['a1'] }), of({ sessions: ['a1'] }), false],
    ['names fewer', of({ sessions: [] }), of({ sessions: ['a1'] }), false],
    ['has a fence', FENCED, HABIT, true],
    ['had that fence', FENCED, FENCED, false],
    ['had a fence', HABIT, FENCED, false],
    ['has a fence that has no place', of({ isFenced: true }), HABIT, false],
    ['brakes', of({ brake: brake(['sharing']) }), HABIT, true],
    ['braked before', HABIT, of({ brake: brake(['sharing']) }), false],
    ['brakes the same', of({ brake: brake(['sharing']) }), of({ brake: brake(['sharing']) }), false],
    ['brakes for half an hour less a minute longer', of({ brake: brake(['sharing'], 29) }), of({ brake: brake(['sharing']) }), false],
    ['brakes for half an hour longer', of({ brake: brake(['sharing'], 30) }), of({ brake: brake(['sharing']) }), true],
    ['brakes another group too', of({ brake: brake(['deletion', 'sharing']) }), of({ brake: brake(['sharing']) }), true],
    ['brakes another group', of({ brake: brake(['deletion']) }), of({ brake: brake(['sharing']) }), true],
    ['brakes a group less', of({ brake: brake(['deletion']) }), of({ brake: brake(['deletion', 'sharing']) }), false],
  ])('%s', (_, now, before, isWider) => expect(hasWidened(now, before)).toBe(isWider))

  it.each<[string, Brake | undefined, Brake | undefined, Brake | undefined]>([
    ['none where none is meant', undefined, undefined, undefined],
    ['the one that is there where none is meant', brake(['sharing']), undefined, brake(['sharing'])],
    ['the one that is meant where none is there', undefined, brake(['sharing']), brake(['sharing'])],
    ['the one that is there where the other ends a little later', brake(['sharing']), brake(['sharing'], 29), brake(['sharing'])],
    ['the later one', brake(['sharing']), brake(['sharing'], 30), brake(['sharing'], 30)],
    ['both groups until the later time', brake(['sharing'], 20), brake(['deletion']), brake(['deletion', 'sharing'], 20)],
    [
      'both groups until the later time, which is the new one',
      brake(['sharing']),
      brake(['deletion'], 9),
      brake(['deletion', 'sharing'], 9),
    ],
  ])('has of two brakes %s', (_, before, meant, expected) => {
    const restriction = before === undefined ? HABIT : of({ brake: before })
    const braked = withBrake(restriction, meant)
    expect(braked).toEqual(expected === undefined ? HABIT : of({ brake: expected }))
    if (before === expected) expect(braked).toBe(restriction)
    expect(Restriction.safeParse(braked).success).toBe(true)
  })
})

describe('a restriction with less or with more', () => {
  const whole: Restriction = { ...FENCED, actions: ['sts:AssumeRole', 's3:PutObject'], sessions: ['a1'], brake: brake(['sharing']) }

  it('without a habit denies the fixed list to the same sessions, within the same times, and keeps its brake', () => {
    const none = { services: [], actions: [], addresses: [], endpoints: [], sessions: ['a1'], isCovered: false, isFenced: false }
    const { brake: own, ...unbraked } = whole
    const issued = { since: AT, until: AT + 1000 }
    expect(withoutHabit(whole)).toEqual({ ...none, brake: own })
    expect(withoutHabit(unbraked)).toStrictEqual(none)
    expect(withoutHabit({ ...unbraked, issued })).toStrictEqual({ ...none, issued })
    expect(withoutHabit({ ...whole, issued })).toStrictEqual({ ...none, brake: own, issued })
  })

  it('without assumptions has no action left that assumes a role, however it is written', () => {
    const actions = ['sts:AssumeRole', 'STS:assumeRoleWithSAML', 'sts:TagSession', 's3:PutObject', 'x:sts:AssumeRole']
    expect(withoutAssumptions({ ...whole, actions })).toEqual({ ...whole, actions: ['sts:TagSession', 's3:PutObject', 'x:sts:AssumeRole'] })
  })

  it('with more sessions names each once, up to the limit, and is the same object where it names them all', () => {
    expect(withSessions(whole, ['a1'])).toBe(whole)
    expect(withSessions(whole, [])).toBe(whole)
    expect(withSessions(whole, ['b2', 'a1', 'c3'])).toEqual({ ...whole, sessions: ['a1', 'b2', 'c3'] })
    const many = Array.from({ length: 60 }, (_, at) => `s${at}x`)
    const full = withSessions(whole, many)
    expect(full.sessions).toEqual(['a1', ...many.slice(0, RESTRICTION_LIMITS.sessions - 1)])
    expect(withSessions(full, ['another'])).toBe(full)
  })
})

describe('a place of a restriction', () => {
  it.each([
    ['192.0.0.0/16', true],
    ['192.0.0.0/15', false],
    ['192.0.2.7/32', true],
    ['2001:db8::/32', true],
    ['2001:db8::/31', false],
    ['192.0.2.0', false],
    ['192.0.2.0/33', false],
    ['anywhere', false],
  ])('%s is one: %s', (range, isOne) => {
    expect(Restriction.safeParse(of({ addresses: [range] })).success).toBe(isOne)
  })

  it('is braked by whole seconds, for a group that is known, each at most once', () => {
    const isOne = (parts: object) => Restriction.safeParse(of({ brake: { ...brake(['sharing']), ...parts } })).success
    expect([isOne({}), isOne({ until: AT + 1 }), isOne({ groups: [] }), isOne({ groups: ['secrets'] })]).toEqual([
      true,
      false,
      false,
      false,
    ])
    expect(isOne({ groups: ['sharing', 'deletion', 'sharing'] })).toBe(false)
  })
})
