import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fold } from '../../shared/detect/fold.ts'
import { FEATURE_LIMITS, VALUE_LIMIT } from '../../shared/domain/baseline.ts'
import { emptyState } from '../../shared/domain/identity-state.ts'
import { prefixOf } from '../../shared/domain/object-habit.ts'
import type { Signal } from '../../shared/domain/signal.ts'
import { normalise } from '../../shared/sense/normalise.ts'
import { ACCOUNT, arnOf, call, NOW } from '../embedded.ts'

const HOUR = 3_600_000
const empty = () => emptyState({ id: arnOf('ci-build'), kind: 'iam-user', name: 'ci-build', account: ACCOUNT })

/** Uses of objects over some weeks in the order of time, those of the last day in a burst; names are hostile now and then. */
const uses = fc
  .array(
    fc.record({
      action: fc.constantFrom('secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue', 'ssm:GetParameters', 's3:GetObject'),
      name: fc.oneof(fc.constantFrom('dev/a', 'dev/b', 'prod/a', '/x/y', 'one'), fc.string({ maxLength: 90 })),
      hour: fc.nat({ max: 800 }),
      error: fc.option(fc.constant('AccessDenied'), { nil: undefined, freq: 5 }),
    }),
    { maxLength: 120 },
  )
  .map((rows) =>
    rows
      .toSorted((a, b) => a.hour - b.hour)
      .map(({ action, name, hour, error }, at) => {
        const request = { secretId: name, names: [name], bucketName: name }
        const normalised = normalise(
          call(action, { id: `e${at}`, time: NOW + hour * HOUR, request, ...(error === undefined ? {} : { error }) }),
        )
        if (normalised.kind !== 'signals') throw new Error(normalised.reason)
        return normalised.signals[0] as Signal
      }),
  )

describe('the habit of objects', () => {
  it('is the same for any batching and any duplication', () => {
    fc.assert(
      fc.property(uses, fc.nat({ max: 120 }), (all, at) => {
        const whole = fold(empty(), all)
        const first = fold(empty(), all.slice(0, at))
        const second = fold(first.state, [...all.slice(Math.max(0, at - 3), at), ...all.slice(at)])
        expect(second.state).toEqual(whole.state)
        expect([...first.folded, ...second.folded].flatMap(({ findings }) => findings)).toEqual(
          whole.folded.flatMap(({ findings }) => findings),
        )
      }),
      { numRuns: 200 },
    )
  })

  it('is bounded in number and length, and holds nothing twice', () => {
    fc.assert(
      fc.property(uses, (all) => {
        const { object, newObject } = fold(empty(), all).state.baseline.features
        expect(object.values.length).toBeLessThanOrEqual(FEATURE_LIMITS.object)
        expect(newObject.values.length).toBeLessThanOrEqual(FEATURE_LIMITS.newObject)
        const values = [...object.values, ...newObject.values]
        expect(new Set(values).size).toBe(values.length)
        for (const value of values) expect(value.length).toBeLessThanOrEqual(VALUE_LIMIT)
        for (const table of [object, newObject]) expect(new Set(Object.values(table).map(({ length }) => length)).size).toBe(1)
      }),
      { numRuns: 200 },
    )
  })

  it('keeps of a name what it begins with', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        expect(name.startsWith(prefixOf(name))).toBe(true)
        expect(prefixOf(name) === '').toBe(name === '')
      }),
    )
  })
})
