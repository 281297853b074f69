import { describe, expect, it } from 'vitest'
import { foldInto } from '../../shared/detect/fold.ts'
import { isNew } from '../../shared/domain/baseline.ts'
import { emptyState } from '../../shared/domain/identity-state.ts'
import type { Signal } from '../../shared/domain/signal.ts'

const DAY = 86_400_000
const HOME = { country: 'US', addressKind: 'public', agentFamily: 'aws-cli', network: 'AS64496', agent: 'aws-cli/2' }
const AWAY = { ...HOME, country: 'RO', network: 'AS64497' }
const identity = { id: 'arn:aws:iam::123456789012:user/ci', kind: 'iam-user', name: 'ci', account: '123456789012' } as const

let calls = 0
const callAt = (time: number, parts: object = {}) =>
  ({
    id: `e${calls++}`,
    kind: 'api-call',
    source: 'cloudtrail',
    time,
    account: '123456789012',
    region: 'us-east-1',
    identity,
    credential: { id: 'AKIAIOSFODNN7EXAMPLE', kind: 'access-key' },
    service: 's3',
    action: 's3:ListBuckets',
    isReadOnly: true,
    outcome: 'success',
    isAuthenticated: true,
    request: {},
    response: {},
    details: {},
    origin: HOME,
    ...parts,
  }) as unknown as Signal

/** Ten days at home, ten calls a day, so that the identity is known. */
function known() {
  const state = emptyState(identity)
  for (let day = 0; day < 10; day++) for (let n = 0; n < 10; n++) foldInto(state, callAt(day * DAY + n * 60_000))
  return state
}

/** An action that a person is asked about on its own, so that what follows is under suspicion. */
const delicate = { service: 'iam', action: 'iam:CreateAccessKey', isReadOnly: false, request: { userName: 'other' } }

describe('what teaches', () => {
  it('a new habit from the usual place, seen by people and left alone, counts for less after three days', () => {
    const state = known()
    const weights = Array.from({ length: 6 }, (_, day) => {
      const folded = foldInto(state, callAt((10 + day) * DAY, delicate))
      return folded?.findings.find(({ detector }) => detector === 'access-key-created-for-other')?.weight ?? 0
    })
    expect(weights[0]).toBeGreaterThan(0.3)
    expect(weights[5]).toBeLessThan((weights[0] as number) * 0.6)
  })

  it('repeating it within a day does not make it normal', () => {
    const state = known()
    // Two detectors' worth of suspicion, so that the risk lies between asking and certainty.
    foldInto(
      state,
      callAt(10 * DAY, { service: 'iam', action: 'iam:CreateLoginProfile', isReadOnly: false, request: { userName: 'other' } }),
    )
    const first = foldInto(state, callAt(10 * DAY + 1000, delicate))
    for (let n = 0; n < 50; n++) foldInto(state, callAt(10 * DAY + 60_000 + n * 1000, delicate))
    const last = foldInto(state, callAt(10 * DAY + 3_600_000, delicate))
    expect(last?.findings.map(({ weight }) => weight)).toEqual(
      expect.arrayContaining(
        (first?.findings ?? []).filter(({ detector }) => detector === 'access-key-created-for-other').map(({ weight }) => weight),
      ),
    )
  })

  it('an intruder from elsewhere teaches nothing, however often', () => {
    const state = known()
    for (let n = 0; n < 200; n++) foldInto(state, callAt((10 + n) * DAY, { ...delicate, origin: AWAY }))
    expect(isNew(state.baseline, 'action', 'iam:CreateAccessKey')).toBe(true)
    expect(isNew(state.baseline, 'country', 'RO')).toBe(true)
  })

  it('learns from a call that a service makes where the credential was used from home itself, and not where it was used from elsewhere', () => {
    const state = known()
    const service = { addressKind: 'aws-service', agentFamily: 'aws-service', agent: 'cloudformation.amazonaws.com' }
    foldInto(state, callAt(9 * DAY + 3_600_000, { ...delicate, origin: service }))
    const stranger = known()
    foldInto(stranger, callAt(9 * DAY + 3_600_000, { origin: AWAY }))
    foldInto(stranger, callAt(9 * DAY + 3_601_000, { ...delicate, origin: service }))
    expect([state, stranger].map(({ baseline }) => isNew(baseline, 'action', 'iam:CreateAccessKey'))).toEqual([false, true])
  })

  it('a new place is new for a day, also where each call of it is harmless', () => {
    const state = known()
    for (let n = 0; n < 100; n++) foldInto(state, callAt(10 * DAY + n * 60_000, { origin: AWAY }))
    expect(isNew(state.baseline, 'country', 'RO')).toBe(true)
    foldInto(state, callAt(11 * DAY, { origin: AWAY }))
    expect([isNew(state.baseline, 'country', 'RO'), isNew(state.baseline, 'network', 'AS64497')]).toEqual([false, false])
  })

  it('keeps at most twelve places on probation', () => {
    const state = known()
    for (let n = 0; n < 40; n++) foldInto(state, callAt(10 * DAY + n * 60_000, { origin: { ...HOME, network: `AS${n}` } }))
    expect(state.baseline.probation.size).toBe(12)
  })
})
