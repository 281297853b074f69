import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { foldInto } from '../../shared/detect/fold.ts'
import { isUsualAction } from '../../shared/detect/usual-action.ts'
import { copyState, emptyState, keepEvidence } from '../../shared/domain/identity-state.ts'
import { isMatchHabit, learnMatch } from '../../shared/domain/match-habit.ts'
import type { Signal } from '../../shared/domain/signal.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const START = Date.UTC(2026, 2, 2)
const identity = { id: 'arn:aws:iam::123456789012:user/ci', kind: 'iam-user', name: 'ci', account: '123456789012' } as const

const callAt = (time: number, id: string, action: string, policy = 'ReadOnlyAccess') =>
  ({
    id,
    kind: 'api-call',
    source: 'cloudtrail',
    time,
    account: '123456789012',
    region: 'us-east-1',
    identity,
    credential: { id: 'AKIAIOSFODNN7EXAMPLE', kind: 'access-key' },
    service: action.split(':')[0],
    action,
    isReadOnly: false,
    outcome: 'success',
    isAuthenticated: true,
    request: { userName: 'ci', policyArn: `arn:aws:iam::aws:policy/${policy}` },
    response: {},
    details: {},
    origin: { country: 'US', addressKind: 'public', agentFamily: 'aws-cli', network: 'AS64496', agent: 'aws-cli/2' },
  }) as unknown as Signal

/** An identity that is mature and knows one call. */
const known = emptyState(identity)
for (let n = 0; n < 100; n++) foldInto(known, callAt(START - 10 * DAY + n * 2 * HOUR, `known-${n}`, 's3:ListBuckets'))

const ACTIONS = [
  'iam:AttachUserPolicy',
  'iam:AttachRolePolicy',
  'secretsmanager:GetSecretValue',
  ...Array.from({ length: 30 }, (_, n) => `ec2:CreateThing${n}`),
]

/** What somebody does in less than 20 hours: each call so many times in a row, in any order, and more different ones than are remembered as recent. */
const day = fc.array(fc.record({ action: fc.constantFrom(...ACTIONS), times: fc.integer({ min: 1, max: 30 }) }), {
  minLength: 40,
  maxLength: 80,
})

/** Half the time nothing is suspicious, so that everything teaches. */
const policies = fc.constantFrom('ReadOnlyAccess', 'AdministratorAccess')

describe('a habit', () => {
  it('is nothing that was first done less than 20 hours ago, whatever was done and however often', () => {
    fc.assert(
      fc.property(day, fc.integer({ min: 1, max: 20 * HOUR - 1 }), policies, (runs, length, policy) => {
        const state = copyState(known)
        const calls = runs.flatMap(({ action, times }) => Array.from({ length: times }, () => action))
        for (const [n, action] of calls.entries())
          foldInto(state, callAt(START + Math.floor((n / calls.length) * length), `call-${n}`, action, policy))
        const end = START + length
        expect(ACTIONS.filter((action) => isUsualAction({ action, time: end }, state.baseline))).toEqual([])
        expect(state.baseline.features.habit.weights.filter((weight) => weight > 1)).toEqual([])
      }),
      { numRuns: 100 },
    )
  })

  it('that is weighty covers a weaker match of the same detector and action, and none that is weightier, other or of another call', () => {
    const weight = fc.integer({ min: 1, max: 99 }).map((hundredths) => hundredths / 100)
    const match = fc.record({ detector: fc.constantFrom('a', 'b'), action: fc.constantFrom('iam:X', 'iam:Y'), weight })
    fc.assert(
      fc.property(match, match, (learned, other) => {
        const { baseline } = copyState(known)
        for (let n = 0; n < 4; n++) learnMatch(baseline, learned, START + n * DAY)
        const isSame = learned.detector === other.detector && learned.action === other.action
        expect(isMatchHabit(baseline, other, START + 4 * DAY)).toBe(isSame && other.weight <= learned.weight)
      }),
    )
  })
})

describe('a new call of a credential that is under suspicion', () => {
  const suspected = () => {
    const state = copyState(known)
    const finding = {
      detector: 'access-key-exposed',
      title: '',
      weight: 0.95,
      axis: 'who',
      group: 'exposure',
      fact: 'access-key-exposed',
      technique: 'T1552',
      isConfirmed: true,
    } as const
    keepEvidence(state, [{ ...finding, reason: '', signalId: 'e', credentialId: 'AKIAIOSFODNN7EXAMPLE', time: START }])
    return state
  }

  it.each([
    ['is noted as not learned where it succeeded', callAt(START, 'e-1', 'ec2:RunInstances'), Math.floor(START / HOUR)],
    ['is not where it failed', { ...callAt(START, 'e-2', 'ec2:RunInstances'), outcome: 'denied' } as Signal, 0],
    ['is not where it is usual', callAt(START, 'e-3', 's3:ListBuckets'), 0],
    ['is not where anybody may have made it', { ...callAt(START, 'e-4', 'ec2:RunInstances'), isAuthenticated: false } as Signal, 0],
  ])('%s', (_, signal, hour) => {
    const state = suspected()
    foldInto(state, signal)
    expect(state.baseline.unlearnedHours[1]).toBe(hour)
  })
})
