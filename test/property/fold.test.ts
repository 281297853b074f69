import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fold } from '../../shared/detect/fold.ts'
import { emptyState, type IdentityState } from '../../shared/domain/identity-state.ts'
import { SEEN_LIMIT } from '../../shared/domain/seen.ts'
import type { Signal } from '../../shared/domain/signal.ts'
import { enricher } from '../../shared/sense/enrich/enrich.ts'
import { NOT_DEPLOYED } from '../../shared/sense/enrich/tampering.ts'
import { normalise } from '../../shared/sense/normalise.ts'
import { call, NOW } from '../embedded.ts'

const enrich = enricher({
  geoIp: { locate: (address) => ({ country: address.startsWith('198.') ? 'RO' : 'US', network: undefined }) },
  own: NOT_DEPLOYED,
})({ blocklist: [] })
const ACTIONS = [
  'iam:ListUsers',
  'iam:CreateUser',
  'iam:ListRoles',
  's3:ListBuckets',
  'ec2:DescribeInstances',
  'bedrock:ListFoundationModels',
  'secretsmanager:GetSecretValue',
  'cloudtrail:StopLogging',
  'sts:GetCallerIdentity',
]

/** Signals of one identity over a few hours, in whole seconds, in no order. */
const signals = fc
  .array(
    fc.record({
      action: fc.constantFrom(...ACTIONS),
      second: fc.nat({ max: 12_000 }),
      from: fc.constantFrom('192.0.2.1', '198.51.100.1'),
      key: fc.constantFrom('AKIAIOSFODNN7EXAMPLE', 'ASIAIOSFODNN7EXAMPLE'),
      error: fc.option(fc.constant('AccessDenied'), { nil: undefined, freq: 3 }),
    }),
    { minLength: 1, maxLength: 120 },
  )
  .map((rows) =>
    rows.map(({ action, second, from, key, error }, at) =>
      signalOf(call(action, { id: `event-${at}`, time: NOW + second * 1000, from, key, ...(error === undefined ? {} : { error }) })),
    ),
  )

function signalOf(record: object): Signal {
  const normalised = normalise(record)
  if (normalised.kind !== 'signals') throw new Error(normalised.reason)
  return enrich(normalised.signals[0] as Signal)
}

const empty = (): IdentityState =>
  emptyState({ id: 'arn:aws:iam::123456789012:user/ci-build', kind: 'iam-user', name: 'ci-build', account: '123456789012' })

function foldAll(batches: readonly (readonly Signal[])[]) {
  let state = empty()
  const findings = []
  for (const batch of batches) {
    const result = fold(state, batch)
    state = result.state
    for (const folded of result.folded) findings.push(...folded.findings)
  }
  return { state, findings }
}

describe('the fold', () => {
  it('gives the same state and the same findings for any batching', () => {
    fc.assert(
      fc.property(signals, fc.array(fc.nat({ max: 40 })), (all, sizes) => {
        const batches: Signal[][] = []
        let at = 0
        for (const size of sizes) {
          batches.push(all.slice(at, at + size))
          at += size
        }
        batches.push(all.slice(at))
        expect(foldAll(batches)).toEqual(foldAll([all]))
      }),
      { numRuns: 200 },
    )
  })

  it('gives the same state and the same findings for any duplication', () => {
    fc.assert(
      fc.property(signals, fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 60 }), (all, copies) => {
        const doubled = [...all]
        for (const [which, where] of copies) {
          const signal = all[which % all.length] as Signal
          const first = doubled.indexOf(signal)
          doubled.splice(first + 1 + (where % (doubled.length - first)), 0, signal)
        }
        expect(foldAll([doubled])).toEqual(foldAll([all]))
      }),
      { numRuns: 200 },
    )
  })

  it('leaves the state as it is for a duplicate that comes after its id was forgotten', () => {
    const many = Array.from({ length: SEEN_LIMIT * 2 }, (_, at) =>
      signalOf(call('s3:ListBuckets', { id: `e${at}`, time: NOW + at * 1000 })),
    )
    const { state } = fold(empty(), many)
    fc.assert(
      fc.property(fc.nat({ max: many.length - 1 }), (at) => {
        expect(fold(state, [many[at] as Signal]).state).toEqual(state)
      }),
    )
  })

  it('judges a late signal against the state, so that it is not lost', () => {
    const many = Array.from({ length: SEEN_LIMIT * 2 }, (_, at) =>
      signalOf(call('s3:ListBuckets', { id: `e${at}`, time: NOW + at * 1000 })),
    )
    const { state } = fold(empty(), many)
    const late = signalOf(call('cloudtrail:StopLogging', { id: 'late', time: NOW, from: '198.51.100.1' }))
    const { folded, state: after } = fold(state, [late])
    expect(folded[0]?.findings.map(({ detector }) => detector)).toContain('logging-tampered')
    // It is kept as evidence, once however often it comes, and teaches nothing.
    expect({ ...after, evidence: [] }).toEqual({ ...state, evidence: [] })
    expect(after.evidence.map(({ detector }) => detector)).toContain('logging-tampered')
    expect(fold(after, [late, late]).state).toEqual(after)
    const ofOtherKey = signalOf(call('cloudtrail:StopLogging', { id: 'late', time: NOW, key: 'AKIAOTHERKEY00000001' }))
    expect(fold(state, [ofOtherKey]).folded[0]?.findings).not.toEqual([])
  })

  it('leaves the state that it was given as it was', () => {
    fc.assert(
      fc.property(signals, (all) => {
        const { state } = fold(empty(), all.slice(0, 20))
        const before = structuredClone(state)
        fold(state, all)
        expect(state).toEqual(before)
      }),
      { numRuns: 50 },
    )
  })
})
