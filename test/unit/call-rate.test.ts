import { describe, expect, it } from 'vitest'
import { type CallRates, countRate, farAboveUsual, RATE_KINDS, rateKindOf } from '../../shared/domain/call-rate.ts'
import type { Signal } from '../../shared/domain/signal.ts'
import { DAY_MS, HOUR_MS } from '../../shared/domain/time.ts'

const MONDAY = Date.UTC(2026, 2, 2)
const BY_KIND = { deletion: 'dynamodb:DeleteTable', sharing: 's3:PutBucketPolicy', secret: 'secretsmanager:GetSecretValue' } as const

const call = (action: string, time: number, parts: object = {}) =>
  ({ action, time, outcome: 'success', request: {}, origin: {}, ...parts }) as Signal

/** `days` lists how many calls there are in the first hour of each day from Monday on. */
function counted(action: string, days: readonly number[]): CallRates {
  const rates: CallRates = new Map()
  for (const [day, calls] of days.entries())
    for (let n = 0; n < calls; n++) countRate(rates, call(action, MONDAY + day * DAY_MS + n * 1000))
  return rates
}

const above = (action: string, days: readonly number[]) =>
  farAboveUsual(counted(action, days), call(action, MONDAY + (days.length - 1) * DAY_MS))

describe('the usual rate of a kind of call', () => {
  it.each(RATE_KINDS)('%s: five times the busiest hour of the days before is far above it, and less is not', (kind) => {
    const action = BY_KIND[kind]
    expect(rateKindOf(action)).toBe(kind)
    expect(above(action, [4, 2, 4, 3, 4, 20])?.count).toBe(20)
    expect(above(action, [4, 2, 4, 3, 4, 17])).toBeUndefined()
  })

  it.each([
    ['fewer than ten in an hour', [1, 1, 1, 1, 1, 9]],
    ['four days of such calls', [2, 2, 2, 2, 50]],
    ['no day before', [50]],
  ])('says nothing at %s', (_, days) => {
    expect(above(BY_KIND.deletion, days)).toBeUndefined()
  })

  it('speaks from ten in an hour on, after five days of such calls', () => {
    expect(above(BY_KIND.deletion, [1, 1, 1, 1, 1, 10])).toEqual({ count: 10, usual: expect.closeTo(1, 0) })
  })

  it('counts each hour by itself, and none of another kind', () => {
    const rates = counted(BY_KIND.deletion, [2, 2, 2, 2, 2, 9])
    const at = MONDAY + 5 * DAY_MS + HOUR_MS
    countRate(rates, call(BY_KIND.deletion, at))
    for (let n = 0; n < 30; n++) countRate(rates, call(BY_KIND.secret, at))
    expect(farAboveUsual(rates, call(BY_KIND.deletion, at))).toBeUndefined()
  })

  it('is no longer said of an hour that has passed', () => {
    const rates = counted(BY_KIND.deletion, [2, 2, 2, 2, 2, 40])
    expect(farAboveUsual(rates, call(BY_KIND.deletion, MONDAY + 5 * DAY_MS + HOUR_MS))).toBeUndefined()
  })

  it('leaves out calls that failed and calls of an hour before', () => {
    const rates = counted(BY_KIND.deletion, [2, 2, 2, 2, 2, 2])
    const now = MONDAY + 5 * DAY_MS
    for (let n = 0; n < 40; n++) {
      countRate(rates, call(BY_KIND.deletion, now, { outcome: 'denied' }))
      countRate(rates, call(BY_KIND.deletion, now - HOUR_MS))
    }
    expect(rates.get('deletion')?.count).toBe(2)
  })

  it('counts the secrets that a call names', () => {
    const rates: CallRates = new Map()
    countRate(rates, call('ssm:GetParameters', MONDAY, { request: { names: ['/a/1', '/a/2', '/a/3'] } }))
    expect(rates.get('secret')?.count).toBe(3)
  })

  it('is not made by one day of a flood: the same on the next day is far above it still', () => {
    expect(above(BY_KIND.deletion, [2, 2, 2, 2, 2, 200, 200])).toBeDefined()
  })

  it('rises by a quarter a day at most: whoever doubles a flood each day is seen within days', () => {
    const days = [2, 2, 2, 2, 2]
    for (let most = 9; days.length < 12; most = Math.min(9 * 5 ** (days.length - 5), 5000)) days.push(most)
    const seen = days.findIndex((_, day) => day >= 5 && above(BY_KIND.deletion, days.slice(0, day + 1)) !== undefined)
    expect(seen).toBeGreaterThan(0)
    expect(days[seen]).toBeLessThan(300)
  })

  it('fades: what was usual two months ago is not', () => {
    const quiet = [40, 40, 40, 40, 40, ...Array.from({ length: 60 }, () => 1), 100]
    expect(above(BY_KIND.deletion, quiet)).toBeDefined()
    expect(above(BY_KIND.deletion, [40, 40, 40, 40, 40, 100])).toBeUndefined()
  })
})

describe('what is kept of a rate', () => {
  const rateOf = (rates: CallRates) => rates.get('deletion')
  const HOUR_OF = MONDAY / HOUR_MS
  const known = (parts: object): CallRates => new Map([['deletion', { hour: HOUR_OF, count: 4, dayMost: 0, usual: 0, days: 0, ...parts }]])
  /** The rate after one call more, so many hours later. */
  function rateAfter(hours: number, parts: object = {}, times = 1) {
    const rates = known(parts)
    for (let n = 0; n < times; n++) countRate(rates, call(BY_KIND.deletion, MONDAY + hours * HOUR_MS))
    return rateOf(rates)
  }

  it.each<[string, number, object, object]>([
    ['the same hour', 0, {}, { hour: HOUR_OF, count: 5, dayMost: 0, usual: 0, days: 0 }],
    ['the next hour of the day', 1, {}, { hour: HOUR_OF + 1, count: 1, dayMost: 4, usual: 0, days: 0 }],
    ['an hour of the day after a busier one', 1, { dayMost: 9 }, { count: 1, dayMost: 9, usual: 0, days: 0 }],
    ['the last hour of the day', 23, {}, { hour: HOUR_OF + 23, count: 1, dayMost: 4, days: 0 }],
    ['the first hour of the next day', 24, {}, { hour: HOUR_OF + 24, count: 1, dayMost: 0, usual: 3.81, days: 1 }],
    ['the next day, after a busier hour', 24, { dayMost: 40 }, { count: 1, dayMost: 0, usual: 38.07, days: 1 }],
    ['two weeks later, by a half', 14 * 24, { dayMost: 40 }, { usual: 20, days: 1 }],
    ['the next day, of a flood after quiet days', 24, { dayMost: 400, usual: 2, days: 5 }, { usual: 9.52, days: 6 }],
    ['the next day, of a flood after busy days, by a quarter', 24, { dayMost: 400, usual: 20, days: 5 }, { usual: 23.79, days: 6 }],
    ['the next day, of a flood before what is usual is known', 24, { dayMost: 400, usual: 20, days: 4 }, { usual: 380.68, days: 5 }],
    ['the next day, of a quiet day after busy ones', 24, { usual: 20, days: 5 }, { usual: 19.03, days: 6 }],
    ['the next day, of more days than are counted', 24, { usual: 20, days: 99 }, { days: 99 }],
    ['an hour before', -1, {}, { hour: HOUR_OF, count: 4, dayMost: 0, usual: 0, days: 0 }],
  ])('%s', (_, hours, before, expected) => {
    expect(rateAfter(hours, before)).toMatchObject(expected)
  })

  it('is a number of four digits at most, however many calls there are', () => {
    expect(rateAfter(0, { count: 9998 }, 3)?.count).toBe(9999)
  })

  it.each([
    ['s3:DeleteBucket', 'deletion'],
    ['kms:ScheduleKeyDeletion', 'deletion'],
    ['ec2:TerminateInstances', undefined],
    ['ec2:ModifySnapshotAttribute', 'sharing'],
    ['ssm:GetParametersByPath', 'secret'],
    ['ssm:DescribeParameters', undefined],
  ])('is of the kind of its call: %s is %s', (action, kind) => {
    expect(rateKindOf(action)).toBe(kind)
    const rates: CallRates = new Map()
    countRate(rates, call(action, MONDAY))
    expect([...rates.keys()]).toEqual(kind === undefined ? [] : [kind])
  })

  it('counts a call that shares or deletes once, and one that reads secrets once for each, at least once', () => {
    const rates: CallRates = new Map()
    countRate(rates, call('s3:DeleteBucket', MONDAY, { request: { names: ['/a', '/b'] } }))
    countRate(rates, call('ssm:GetParametersByPath', MONDAY))
    expect([rateOf(rates)?.count, rates.get('secret')?.count]).toEqual([1, 1])
  })

  it.each([
    [10, 0, 5, true],
    [9, 0, 5, false],
    [10, 2, 5, true],
    [14, 3, 5, false],
    [15, 3, 5, true],
    [50, 3, 4, false],
  ])('%i calls in an hour, of %i as usual after %i days, are far above it: %s', (count, usual, days, isFar) => {
    const rates = known({ count, usual, days })
    const at = call(BY_KIND.deletion, MONDAY + HOUR_MS - 1)
    expect(farAboveUsual(rates, at)).toEqual(isFar ? { count, usual } : undefined)
    expect(farAboveUsual(rates, call(BY_KIND.deletion, MONDAY + HOUR_MS))).toBeUndefined()
    for (const other of [BY_KIND.secret, 's3:GetObject']) expect(farAboveUsual(rates, call(other, MONDAY))).toBeUndefined()
  })
})
