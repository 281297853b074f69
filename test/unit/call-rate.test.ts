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
