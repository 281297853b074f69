import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  emptyBaseline,
  expectValue,
  FEATURE_LIMITS,
  hourOfWeek,
  isMature,
  isNew,
  isRecentAction,
  KNOWN_CALLS,
  lastSeenOf,
  learn,
  learnAssumer,
  maturity,
  VALUE_LIMIT,
} from '../../shared/domain/baseline.ts'
import type { Signal } from '../../shared/domain/signal.ts'

const MONDAY = Date.UTC(2026, 2, 2)
const HOUR = 3_600_000
const DAY = 24 * HOUR
const KEY = 'AKIAIOSFODNN7EXAMPLE'
const HOME = { country: 'US', network: 'AS64496', addressKind: 'public', agentFamily: 'aws-cli' }
const AWAY = { country: 'RO', network: 'AS64497', addressKind: 'public', agentFamily: 'go-sdk' }

const callAt = (time: number, parts: object = {}) =>
  ({
    time,
    credential: { id: KEY, kind: 'access-key' },
    service: 's3',
    action: 's3:ListBuckets',
    region: 'us-east-1',
    outcome: 'success',
    origin: HOME,
    request: {},
    ...parts,
  }) as unknown as Signal

/** A baseline that has learned some calls, all alike and all at the same time. */
function learned(calls: number, parts: object = {}) {
  const baseline = emptyBaseline()
  for (let n = 0; n < calls; n++) learn(baseline, callAt(MONDAY, parts))
  return baseline
}

describe('the maturity of a baseline', () => {
  it('is the smaller of its age out of 7 days and its calls out of 50', () => {
    for (const [calls, days, expected] of [
      [100, 3.5, 0.5],
      [100, 1.75, 0.25],
      [25, 30, 0.5],
      [50, 7, 1],
      [500, 70, 1],
    ] as const) {
      const baseline = learned(calls - 1)
      learn(baseline, callAt(MONDAY + days * DAY))
      expect(maturity(baseline), `${calls} calls in ${days} days`).toBe(expected)
      expect(isMature(baseline)).toBe(expected === 1)
    }
    expect(maturity(emptyBaseline())).toBe(0)
  })
})

describe('the hour of the week', () => {
  it.each([
    [0, 'thu-00'],
    [MONDAY, 'mon-00'],
    [MONDAY + HOUR - 1, 'mon-00'],
    [MONDAY + HOUR, 'mon-01'],
    [MONDAY + 6 * DAY + 23 * HOUR, 'sun-23'],
    [MONDAY + 7 * DAY, 'mon-00'],
  ])('of %i is %s', (at, hour) => expect(hourOfWeek(at)).toBe(hour))

  it('is learned of each call', () => {
    const baseline = emptyBaseline()
    learn(baseline, callAt(MONDAY + 26 * HOUR))
    expect(baseline.features.hourOfWeek.values).toEqual(['tue-02'])
    expect(lastSeenOf(baseline, 'hourOfWeek', 'tue-02')).toBe(MONDAY + 26 * HOUR)
    expect(lastSeenOf(baseline, 'hourOfWeek', 'tue-03')).toBeUndefined()
  })
})

describe('what a call teaches', () => {
  it('is its action only where it succeeded, so that nobody makes a habit of calls that are bound to fail', () => {
    const baseline = learned(1, { outcome: 'denied', action: 'iam:CreateUser', service: 'iam' })
    expect(baseline.features.action.values).toEqual([])
    expect(baseline.features.service.values).toEqual(['iam'])
    learn(baseline, callAt(MONDAY))
    expect(baseline.features.action.values).toEqual(['s3:ListBuckets'])
  })

  it('is the role that it assumed, and not a role that another service was told of', () => {
    const request = { roleArn: 'arn:aws:iam::123456789012:role/deploy' }
    expect(learned(1, { service: 'sts', action: 'sts:AssumeRole', request }).features.peer.values).toEqual([request.roleArn])
    expect(learned(1, { service: 'lambda', request }).features.peer.values).toEqual([])
  })

  it('is a tool only where the address is public: elsewhere AWS calls in the name of the identity', () => {
    expect(learned(1).features.agentFamily.values).toEqual(['aws-cli'])
    expect(learned(1, { origin: { ...HOME, addressKind: 'aws-service' } }).features.agentFamily.values).toEqual([])
  })

  it('is how many of the latest calls were refused or failed', () => {
    const baseline = learned(1, { outcome: 'denied' })
    expect(baseline.errorRate).toBe(1)
    for (let n = 0; n < 3; n++) learn(baseline, callAt(MONDAY))
    expect(baseline.errorRate).toBeCloseTo(1 / 4)
    learn(baseline, callAt(MONDAY, { outcome: 'failed' }))
    expect(baseline.errorRate).toBeCloseTo(2 / 5)
    // Of many calls each counts for one in 200.
    const busy = learned(1000)
    learn(busy, callAt(MONDAY, { outcome: 'denied' }))
    expect(busy.errorRate).toBeCloseTo(1 / 200)
  })

  it('does not grow with traffic, whatever the values are', () => {
    const part = fc.string({ minLength: 1, maxLength: 3 * VALUE_LIMIT })
    const call = fc.record({ service: part, action: part, region: part, country: part, network: part, agentFamily: part })
    fc.assert(
      fc.property(fc.array(call, { minLength: 60, maxLength: 120 }), (calls) => {
        const baseline = emptyBaseline()
        for (const [n, { service, action, region, ...origin }] of calls.entries())
          learn(baseline, callAt(MONDAY + n * DAY, { service, action, region, origin: { ...origin, addressKind: 'public' } }))
        for (const [feature, { values }] of Object.entries(baseline.features)) {
          expect(values.length).toBeLessThanOrEqual(FEATURE_LIMITS[feature as keyof typeof FEATURE_LIMITS])
          for (const value of values) expect(value.length).toBeLessThanOrEqual(VALUE_LIMIT)
        }
        expect(baseline.probation.size).toBeLessThanOrEqual(12)
        expect(baseline.recentActions.size).toBeLessThanOrEqual(16)
        for (const action of baseline.recentActions.keys()) expect(action.length).toBeLessThanOrEqual(VALUE_LIMIT)
        for (const key of baseline.probation.keys()) expect(key.length).toBeLessThanOrEqual('agentFamily='.length + VALUE_LIMIT)
      }),
      { numRuns: 30 },
    )
  })

  it('is recognised by what is kept of it where it is longer than that', () => {
    const long = (end: string) => `s3:${'x'.repeat(VALUE_LIMIT)}${end}`
    const baseline = learned(KNOWN_CALLS)
    learn(baseline, callAt(MONDAY, { action: long('a') }))
    expect(isNew(baseline, 'action', long('a'))).toBe(false)
    expect(lastSeenOf(baseline, 'action', long('a'))).toBe(MONDAY)
    expect(isRecentAction(baseline, long('a'), MONDAY)).toBe(true)
    expectValue(baseline, 'network', long('a'))
    expect(isNew(baseline, 'network', long('a'))).toBe(false)
    expect(baseline.expected).toEqual(new Set([`network=${long('').slice(0, VALUE_LIMIT)}`]))
  })
})

describe('a new place or tool', () => {
  const away = (n: number) => ({ origin: { ...HOME, country: `C${n}` } })

  it('is learned at once in the first 20 calls, and is on probation from then on', () => {
    const baseline = learned(KNOWN_CALLS - 1)
    learn(baseline, callAt(MONDAY, { origin: AWAY }))
    expect(isNew(baseline, 'country', 'RO')).toBe(false)
    learn(baseline, callAt(MONDAY, { origin: { ...AWAY, country: 'NL' } }))
    expect(isNew(baseline, 'country', 'NL')).toBe(true)
    expect([...baseline.probation]).toEqual([['country=NL', MONDAY]])
  })

  it('becomes usual when it is seen again 20 hours later, not a moment earlier, and is then no longer on probation', () => {
    const baseline = learned(KNOWN_CALLS)
    for (const at of [0, HOUR, 20 * HOUR - 1]) learn(baseline, callAt(MONDAY + at, { origin: AWAY }))
    for (const [feature, value] of [
      ['country', 'RO'],
      ['network', 'AS64497'],
      ['agentFamily', 'go-sdk'],
    ] as const)
      expect(isNew(baseline, feature, value), feature).toBe(true)
    learn(baseline, callAt(MONDAY + 20 * HOUR, { origin: AWAY }))
    expect(isNew(baseline, 'country', 'RO')).toBe(false)
    expect(isNew(baseline, 'network', 'AS64497')).toBe(false)
    expect(isNew(baseline, 'agentFamily', 'go-sdk')).toBe(false)
    expect(baseline.probation).toEqual(new Map())
  })

  it('begins its probation anew where twelve others came after it', () => {
    const baseline = learned(KNOWN_CALLS)
    for (let n = 0; n < 12; n++) learn(baseline, callAt(MONDAY + n, away(n)))
    expect([...baseline.probation.keys()][0]).toBe('country=C0')
    learn(baseline, callAt(MONDAY + 12, away(12)))
    expect([...baseline.probation.keys()]).toEqual(Array.from({ length: 12 }, (_, n) => `country=C${n + 1}`))
    learn(baseline, callAt(MONDAY + 30 * HOUR, away(0)))
    expect(isNew(baseline, 'country', 'C0')).toBe(true)
    learn(baseline, callAt(MONDAY + 30 * HOUR, away(5)))
    expect(isNew(baseline, 'country', 'C5')).toBe(false)
  })

  it('is not learned for a key either while it is on probation, nor is a tool of an address that is not public', () => {
    const baseline = learned(KNOWN_CALLS)
    learn(baseline, callAt(MONDAY, { origin: AWAY }))
    learn(
      baseline,
      callAt(MONDAY, {
        origin: { ...HOME, addressKind: 'private', agentFamily: 'aws-cli' },
        credential: { id: 'AKIA2', kind: 'access-key' },
      }),
    )
    expect(baseline.keys.get(KEY)).toMatchObject({ networks: ['AS64496'], agents: ['aws-cli'], calls: KNOWN_CALLS + 1 })
    expect(baseline.keys.get('AKIA2')).toMatchObject({ networks: ['AS64496'], agents: [] })
    expect(learned(1, { credential: { id: 'ASIA', kind: 'session' } }).keys).toEqual(new Map())
  })

  it('is the assumer of a role too, and an assumption by nobody known teaches nothing', () => {
    const baseline = emptyBaseline()
    learnAssumer(baseline, callAt(MONDAY))
    expect(baseline.features.assumer.values).toEqual([])
    learnAssumer(baseline, callAt(MONDAY, { assumer: { id: 'arn:aws:iam::123456789012:user/ci' } }))
    expect(lastSeenOf(baseline, 'assumer', 'arn:aws:iam::123456789012:user/ci')).toBe(MONDAY)
  })
})

describe('a new action', () => {
  it('is recent for 20 hours, however often it is repeated, and one of the first 20 calls never', () => {
    const baseline = learned(KNOWN_CALLS)
    for (let n = 0; n < 5; n++) learn(baseline, callAt(MONDAY + n * HOUR, { action: 's3:GetObject' }))
    expect(isRecentAction(baseline, 's3:GetObject', MONDAY + 20 * HOUR - 1)).toBe(true)
    expect(isRecentAction(baseline, 's3:GetObject', MONDAY + 20 * HOUR)).toBe(false)
    expect(isRecentAction(baseline, 's3:ListBuckets', MONDAY)).toBe(false)
    expect(isRecentAction(baseline, 's3:PutObject', MONDAY)).toBe(false)
    const young = learned(KNOWN_CALLS - 1)
    learn(young, callAt(MONDAY, { action: 's3:GetObject' }))
    expect(isRecentAction(young, 's3:GetObject', MONDAY)).toBe(false)
  })

  it('is not learned where sixteen others are recent, and none of those is forgotten for it', () => {
    const baseline = learned(KNOWN_CALLS)
    const recent = (n: number, at: number) => isRecentAction(baseline, `s3:Action${n}`, at)
    const all = Array.from({ length: 16 }, (_, n) => n)
    for (const n of all) learn(baseline, callAt(MONDAY + n, { action: `s3:Action${n}` }))
    const soon = MONDAY + 20 * HOUR - 1
    learn(baseline, callAt(soon, { action: 's3:Action16' }))
    expect(all.every((n) => recent(n, soon))).toBe(true)
    expect(isNew(baseline, 'action', 's3:Action16')).toBe(true)
  })

  it('takes the place of one that is recent no longer', () => {
    const baseline = learned(KNOWN_CALLS)
    for (let n = 0; n < 16; n++) learn(baseline, callAt(MONDAY + n, { action: `s3:Action${n}` }))
    learn(baseline, callAt(MONDAY + 20 * HOUR, { action: 's3:Action16' }))
    expect([...baseline.recentActions.keys()]).toEqual(Array.from({ length: 16 }, (_, n) => `s3:Action${n + 1}`))
    expect(isNew(baseline, 'action', 's3:Action16')).toBe(false)
  })
})

describe('a value that a reviewer declared expected', () => {
  it('is never new, for its own feature', () => {
    const baseline = learned(1)
    expectValue(baseline, 'country', 'NL')
    expect(isNew(baseline, 'country', 'NL')).toBe(false)
    expect(isNew(baseline, 'region', 'NL')).toBe(true)
    expect(isNew(baseline, 'country', 'RO')).toBe(true)
  })

  it('is forgotten where 32 others were declared after it was declared last', () => {
    const baseline = learned(1)
    for (let n = 0; n < 32; n++) expectValue(baseline, 'country', `C${n}`)
    expect(baseline.expected.size).toBe(32)
    expectValue(baseline, 'country', 'C0')
    expect(baseline.expected.size).toBe(32)
    expectValue(baseline, 'country', 'C32')
    expect([isNew(baseline, 'country', 'C0'), isNew(baseline, 'country', 'C1'), isNew(baseline, 'country', 'C32')]).toEqual([
      false,
      true,
      false,
    ])
  })
})
