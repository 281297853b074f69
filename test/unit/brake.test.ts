import { describe, expect, it } from 'vitest'
import { brakeIn, brakeParts, brakesMore } from '../../shared/contain/brake.ts'
import { GRAVE_GROUPS } from '../../shared/contain/grave-actions.ts'
import { restrictionDocument, restrictionIn } from '../../shared/contain/restriction-document.ts'
import type { Brake } from '../../shared/domain/restriction.ts'
import { HABIT } from '../restricted.ts'

const UNTIL = Date.UTC(2026, 0, 31, 12, 30)
const brake = (...groups: ('sharing' | 'deletion')[]): Brake => ({ groups, until: UNTIL })
const patternsOf = (group: string) => GRAVE_GROUPS.find(({ name }) => name === group)?.patterns ?? []

describe('the statement of a brake', () => {
  it.each([
    [['sharing'], patternsOf('sharing')],
    [['deletion'], patternsOf('deletion')],
    [
      ['deletion', 'sharing'],
      [...patternsOf('sharing'), ...patternsOf('deletion')],
    ],
  ] as const)('denies all of %j until its time, and is read back', (groups, actions) => {
    const parts = brakeParts(brake(...groups))
    expect(parts).toEqual({ Action: actions, Condition: { DateLessThan: { 'aws:CurrentTime': '2026-01-31T12:30:00.000Z' } } })
    expect(brakeIn(parts)).toEqual({ groups: [...groups].sort().reverse(), until: UNTIL })
  })

  it.each<[string, Readonly<Record<string, unknown>> | undefined]>([
    ['there is none', undefined],
    ['it has no time', { Action: patternsOf('sharing') }],
    ['its time is none', { ...brakeParts(brake('sharing')), Condition: { DateLessThan: { 'aws:CurrentTime': 'soon' } } }],
    [
      'its time is of another key',
      { ...brakeParts(brake('sharing')), Condition: { DateLessThan: { 'aws:TokenIssueTime': '2026-01-31T12:30:00Z' } } },
    ],
    [
      'its condition is another',
      { ...brakeParts(brake('sharing')), Condition: { DateGreaterThan: { 'aws:CurrentTime': '2026-01-31T12:30:00Z' } } },
    ],
    ['it has no actions', { Condition: brakeParts(brake('sharing')).Condition }],
    ['its action is a text', { ...brakeParts(brake('sharing')), Action: 's3:PutBucketPolicy' }],
  ])('is none where %s', (_, statement) => {
    expect(brakeIn(statement)).toBeUndefined()
  })

  it('is of a group only where it denies all of it', () => {
    const [, ...less] = patternsOf('sharing')
    const { Condition } = brakeParts(brake('sharing'))
    expect(brakeIn({ Action: [...less, ...patternsOf('deletion')], Condition })).toEqual(brake('deletion'))
    expect(brakeIn({ Action: less, Condition })).toEqual(brake())
  })

  it('is a part of the policy, which has it back, and the first that is left out for want of room', () => {
    const braked = { ...HABIT, brake: brake('deletion', 'sharing') }
    const whole = restrictionDocument(braked, { room: 10_240 })
    expect(whole?.dropped).toEqual([])
    expect(JSON.parse(whole?.document ?? '').Statement[0]).toMatchObject({ Sid: 'Brake', Effect: 'Deny', Resource: '*' })
    expect(restrictionIn(whole?.document ?? '')?.brake).toEqual(brake('sharing', 'deletion'))
    const least = restrictionDocument({ ...HABIT, isCovered: false }, { room: 1300 })
    const unbraked = restrictionDocument({ ...braked, isCovered: false }, { room: 1300 })
    expect(unbraked).toEqual({ ...least, dropped: [...(least?.dropped ?? []), 'brake'] })
    expect(restrictionDocument(braked, { room: 10 })).toBeUndefined()
  })
})

describe('a brake', () => {
  it.each<[string, Brake | undefined, Brake | undefined, boolean]>([
    ['denies more than none', brake('sharing'), undefined, true],
    ['denies no more than the same', brake('sharing'), brake('sharing'), false],
    ['denies no more than one of more groups', brake('sharing'), brake('sharing', 'deletion'), false],
    ['of more groups denies more', brake('sharing', 'deletion'), brake('sharing'), true],
    ['of another group denies more', brake('sharing'), brake('deletion'), true],
    ['denies more than one that ends before', brake('sharing'), { ...brake('sharing'), until: UNTIL - 1 }, true],
    ['denies no more than one that ends later', brake('sharing'), { ...brake('sharing'), until: UNTIL + 1 }, false],
  ])('%s', (_, now, then, isMore) => expect(brakesMore(now, then)).toBe(isMore))

  it('that is none denies no more than one, or than none', () => {
    expect([brakesMore(undefined, brake('sharing')), brakesMore(undefined, undefined)]).toEqual([false, false])
  })
})
