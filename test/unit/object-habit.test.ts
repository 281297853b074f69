import { describe, expect, it } from 'vitest'
import { objectsOutsideHabit as detector } from '../../shared/detect/detectors/objects-outside-habit.ts'
import { fold } from '../../shared/detect/fold.ts'
import { expectValue, FEATURE_LIMITS } from '../../shared/domain/baseline.ts'
import { emptyState, type IdentityState } from '../../shared/domain/identity-state.ts'
import { objectsOf, objectsOutsideHabit } from '../../shared/domain/object-habit.ts'
import type { Signal } from '../../shared/domain/signal.ts'
import { packState, unpackState } from '../../shared/domain/state-codec.ts'
import { normalise } from '../../shared/sense/normalise.ts'
import { ACCOUNT, arnOf, call, NOW } from '../embedded.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const READ = 'secretsmanager:GetSecretValue'

let calls = 0
function signalOf(
  action: string,
  request: object,
  { time = NOW, key, error, ...more }: Partial<Signal> & { key?: string; error?: string } = {},
): Signal {
  const parts = { id: `e${calls++}`, time, request, ...(key === undefined ? {} : { key }), ...(error === undefined ? {} : { error }) }
  const normalised = normalise(call(action, parts))
  if (normalised.kind !== 'signals') throw new Error(normalised.reason)
  return { ...(normalised.signals[0] as Signal), ...more }
}
const read = (secretId: string, parts: Parameters<typeof signalOf>[2] = {}) => signalOf(READ, { secretId }, parts)
const empty = () => emptyState({ id: arnOf('ci-build'), kind: 'iam-user', name: 'ci-build', account: ACCOUNT })

/** A user of ten days, six calls a day, one of which reads a secret. */
function owner(secretOf: (day: number) => string = () => 'dev/orders-db'): IdentityState {
  const days = Array.from({ length: 10 }, (_, at) => 10 - at)
  const past = days.flatMap((day) => [
    ...Array.from({ length: 5 }, (_, n) => signalOf('s3:PutObject', {}, { time: NOW - day * DAY + n * 1000 })),
    read(secretOf(day), { time: NOW - day * DAY + 60_000 }),
  ])
  return fold(empty(), past).state
}
const weightsOf = (state: IdentityState, signals: readonly Signal[]) =>
  fold(state, signals).folded.map(({ findings }) => findings.find((one) => one.detector === detector.id)?.weight)

describe('the objects that a call uses', () => {
  const arn = (service: string, resource: string) => `arn:aws:${service}:us-east-1:${ACCOUNT}:${resource}`
  it.each([
    [READ, { secretId: 'dev/orders-db' }, [['secret', 'dev/orders-db', 'dev/']]],
    [READ, { secretId: arn('secretsmanager', 'secret:dev/orders-db-a1B2c3') }, [['secret', 'dev/orders-db', 'dev/']]],
    [READ, { secretId: 'prod-payments' }, [['secret', 'prod-payments', 'prod-']]],
    [READ, { secretId: 'payments' }, [['secret', 'payments', 'payments']]],
    [READ, {}, []],
    [READ, { secretId: '' }, []],
    [READ, { secretId: { a: 1 } }, []],
    [
      'secretsmanager:BatchGetSecretValue',
      { secretIdList: ['a/1', 7, 'b/1'] },
      [
        ['secret', 'a/1', 'a/'],
        ['secret', 'b/1', 'b/'],
      ],
    ],
    ['ssm:GetParameter', { name: '/orders/flags' }, [['parameter', '/orders/flags', '/orders/']]],
    ['ssm:GetParameter', { name: arn('ssm', 'parameter/orders/flags') }, [['parameter', '/orders/flags', '/orders/']]],
    [
      'ssm:GetParameters',
      { names: ['/a/1', '/b/1'] },
      [
        ['parameter', '/a/1', '/a/'],
        ['parameter', '/b/1', '/b/'],
      ],
    ],
    ['ssm:GetParametersByPath', { path: '/orders' }, [['parameter', '/orders/', '/orders/']]],
    ['s3:GetObject', { bucketName: 'data' }, [['bucket', 'data', 'data']]],
    ['lambda:GetFunction', { functionName: arn('lambda', 'function:report:7') }, [['function', 'report', 'report']]],
    ['lambda:GetFunction', { functionName: 'report' }, [['function', 'report', 'report']]],
    ['kms:Decrypt', { keyId: arn('kms', 'key/11') }, [['key', '11', '11']]],
    ['kms:Decrypt', {}, []],
    ['s3:GetBucketPolicy', { bucketName: 'data' }, []],
  ])('of %s with %j', (action, request, wanted) => {
    expect(objectsOf(signalOf(action, request)).map(({ kind, name, prefix }) => [kind, name, prefix])).toEqual(wanted)
  })

  it('holds no key where a service of AWS calls, and ten of a long list', () => {
    const one = signalOf('kms:Decrypt', { keyId: '11' })
    expect(objectsOf({ ...one, origin: { ...one.origin, via: 's3.amazonaws.com' } })).toEqual([])
    expect(objectsOf(signalOf('ssm:GetParameters', { names: Array.from({ length: 50 }, (_, n) => `/a/${n}`) }))).toHaveLength(10)
  })
})

describe('the habit of objects', () => {
  it('knows a prefix when it is used again 20 hours later, and not after a burst', () => {
    const at = (hours: number) => read('prod/payments', { time: NOW + hours * HOUR })
    const known = (signals: readonly Signal[]) => fold(owner(), signals).state.baseline.features.object.values
    expect(known([at(0), at(1), at(19)])).toEqual(['secret dev/'])
    expect(known([at(0), at(20)])).toEqual(['secret dev/', 'secret prod/'])
  })

  it('learns from what succeeded alone, from writing as from reading', () => {
    const twice = (parts: (time: number) => Signal) => fold(owner(), [parts(NOW), parts(NOW + DAY)]).state.baseline.features.object.values
    expect(twice((time) => read('prod/payments', { time, error: 'AccessDenied' }))).toEqual(['secret dev/'])
    expect(twice((time) => signalOf('ssm:PutParameter', { name: '/new/one' }, { time }))).toContain('parameter /new/')
  })

  it('never loses what is known to what is seen for the first time', () => {
    const many = Array.from({ length: 60 }, (_, n) => read(`p${n}/x`, { time: NOW + n * HOUR }))
    const { features } = fold(owner(), many).state.baseline
    expect(features.object.values).toEqual(['secret dev/'])
    expect(features.newObject.values.length).toBe(FEATURE_LIMITS.newObject)
  })

  it('says nothing where the identity is young, uses too many prefixes, or seldom any', () => {
    const strange = read('prod/payments')
    const outside = (state: IdentityState) => objectsOutsideHabit(state.baseline, strange).length
    expect(outside(owner())).toBe(1)
    expect(outside(fold(empty(), [read('dev/a', { time: NOW - DAY }), read('dev/a', { time: NOW - HOUR })]).state)).toBe(0)
    expect(outside(owner((day) => (day > 8 ? 'dev/orders-db' : '')))).toBe(0)
    const wide = Array.from({ length: FEATURE_LIMITS.object * 2 }, (_, n) => {
      const pair = Math.floor(n / 20) * 10
      return read(`p${pair + (n % 10)}/x`, { time: NOW - 6 * DAY + Math.floor(n / 10) * DAY + (n % 10) * HOUR })
    })
    const { state } = fold(owner(), wide)
    expect(state.baseline.features.object.values).toHaveLength(FEATURE_LIMITS.object)
    expect(outside(state)).toBe(0)
  })

  it('of one kind says nothing of another', () => {
    expect(objectsOutsideHabit(owner().baseline, signalOf('ssm:GetParameter', { name: '/orders/flags' }))).toEqual([])
  })

  it('is empty in a state that was stored before there was one', () => {
    const stored = JSON.parse(packState(owner()))
    const { object: _, newObject: __, ...features } = stored.features
    const { baseline } = unpackState(JSON.stringify({ ...stored, features }))
    expect([baseline.features.object.values, baseline.features.newObject.values]).toEqual([[], []])
    expect(objectsOutsideHabit(baseline, read('prod/payments'))).toEqual([])
  })

  it('leaves out what a reviewer declared expected', () => {
    const { baseline } = owner()
    expectValue(baseline, 'object', 'secret prod/')
    expect(objectsOutsideHabit(baseline, read('prod/payments'))).toEqual([])
  })
})

describe('objects outside the habit', () => {
  const burst = (count: number, parts: Parameters<typeof signalOf>[2] = {}) =>
    Array.from({ length: count }, (_, n) => read(`prod/payments-${n}`, { time: NOW + n * 1000, ...parts }))

  it('weigh little alone, and more in number', () => {
    const weights = weightsOf(owner(), burst(12))
    expect(weights).toEqual([0.2, 0.2, 0.2, 0.2, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.6])
  })

  it('are counted over the sessions of an identity, whatever is usual of the call', () => {
    const often = owner()
    const reads = Array.from({ length: 20 }, (_, n) => read('dev/orders-db', { time: NOW - 2 * HOUR + n * 60_000 }))
    const state = fold(often, reads).state
    const spread = Array.from({ length: 12 }, (_, n) =>
      read(`prod/payments-${n}`, { time: NOW + n * 1000, key: `ASIASESSION00000000${n % 3}` }),
    )
    expect(weightsOf(state, spread).at(-1)).toBe(0.6)
  })

  it('spread over a day are one by one', () => {
    expect(
      new Set(
        weightsOf(
          owner(),
          Array.from({ length: 8 }, (_, n) => read(`prod/p-${n}`, { time: NOW + n * HOUR })),
        ),
      ),
    ).toEqual(new Set([0.2]))
  })

  it('that are written after they were read do not add up', () => {
    const rotation = Array.from({ length: 20 }, (_, n) => [
      read(`prod/p-${n}`, { time: NOW + n * 2000 }),
      signalOf('secretsmanager:PutSecretValue', { secretId: `prod/p-${n}` }, { time: NOW + n * 2000 + 1000 }),
    ]).flat()
    expect(new Set(weightsOf(owner(), rotation))).toEqual(new Set([0.2, undefined]))
  })

  it('that could not be read, or that the identity just made, are none', () => {
    expect(weightsOf(owner(), burst(6, { error: 'AccessDenied' }))).toEqual(Array(6).fill(undefined))
    const made = signalOf('secretsmanager:CreateSecret', { name: 'prod/payments-0' })
    expect(weightsOf(owner(), [made, ...burst(1)])).toEqual([undefined, undefined])
  })

  it('are those of a prefix that is read at its usual rate only where the prefix is new', () => {
    expect(
      weightsOf(
        owner(),
        Array.from({ length: 12 }, (_, n) => read(`dev/other-${n}`, { time: NOW + n * 1000 })),
      ),
    ).toEqual(Array(12).fill(undefined))
  })
})
