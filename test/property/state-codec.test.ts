import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CATALOGUE } from '../../shared/detect/catalogue.ts'
import { WORKS_LIMIT } from '../../shared/detect/own-works.ts'
import { RULE_TITLE_LIMIT } from '../../shared/detect/rules/packed-rule.ts'
import { learnSource } from '../../shared/domain/address-habit.ts'
import { expectValue, FEATURE_LIMITS, type Feature, learn } from '../../shared/domain/baseline.ts'
import { RATE_KINDS } from '../../shared/domain/call-rate.ts'
import { addCall, COUNTED_KINDS, type CredentialWindow, countDistinct } from '../../shared/domain/credential-window.ts'
import type { ExceptedFinding } from '../../shared/domain/excepted.ts'
import { axisOf, type EvidenceGroup, type Finding, type Technique } from '../../shared/domain/finding.ts'
import { count } from '../../shared/domain/frequency.ts'
import {
  emptyState,
  type IdentityState,
  keepEvidence,
  keepExcepted,
  markBootstrapped,
  windowOf,
} from '../../shared/domain/identity-state.ts'
import { IDENTITY_COUNTED_LIMITS, IDENTITY_DISTINCT_LIMIT } from '../../shared/domain/identity-window.ts'
import { SCENE_TEXT } from '../../shared/domain/scene.ts'
import { remember, seenOf } from '../../shared/domain/seen.ts'
import type { CreatedKind, IdentityKind, Origin, Signal } from '../../shared/domain/signal.ts'
import { packState, unpackState } from '../../shared/domain/state-codec.ts'
import { emptyTimedSet, hashId, mark } from '../../shared/domain/timed-set.ts'
import { ResponderError } from '../../shared/errors.ts'

const text = fc.string({ unit: 'binary', maxLength: 40 })
const hash = fc.maxSafeNat()
const hour = fc.nat({ max: 1_139_000 })
/** fast-check makes objects without a prototype now and then; no state is one. */
const record = <T>(parts: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record<T>(parts, { noNullPrototype: true })
const weight = fc.double({ min: 1e-9, max: 1e9, noNaN: true })

/** States as a store may be given them; event times are whole seconds as a rule, and always between 2000 and 2100. */
function states(unit: 1 | 1000): fc.Arbitrary<IdentityState> {
  const time = fc.integer({ min: 946_684_800_000 / unit, max: 4_102_444_799_000 / unit }).map((ticks) => ticks * unit)
  const times = fc
    .array(fc.tuple(hash, time), { maxLength: 25 })
    .map((rows) => ({ ids: rows.map(([id]) => id), times: rows.map(([, at]) => at) }))
  const frequencies = fc
    .array(fc.tuple(text, weight, time), { maxLength: 12 })
    .map((rows) => ({ values: rows.map(([value]) => value), weights: rows.map(([, one]) => one), lasts: rows.map(([, , last]) => last) }))
  const windows: fc.Arbitrary<CredentialWindow> = record({
    credentialId: text,
    first: time,
    last: time,
    calls: fc.nat(),
    reads: fc.nat(),
    bits: fc.double({ min: 0, max: 1e6, noNaN: true }),
    discovered: times,
    denied: times,
    counted: fc.array(fc.tuple(fc.constantFrom(...COUNTED_KINDS), times), { maxLength: 4 }).map((rows) => new Map(rows)),
    countries: fc.array(text, { maxLength: 4 }),
    agents: fc.array(text, { maxLength: 4 }),
    networks: fc.array(text, { maxLength: 4 }),
    parentIncidentId: fc.option(text, { nil: undefined }),
    issued: fc.array(record({ id: text, kind: fc.constantFrom<CreatedKind>('session', 'user'), owner: text, signalId: text, time }), {
      maxLength: 4,
    }),
  })
  const sceneText = fc.string({ unit: 'binary', minLength: 1, maxLength: 16 })
  const scene = fc
    .record({ place: sceneText, tool: sceneText, object: fc.option(sceneText, { nil: undefined }) }, { noNullPrototype: true })
    .map(({ object, ...rest }) => ({ ...rest, ...(object === undefined ? {} : { object }) }))
  const findings: fc.Arbitrary<Finding> = record({
    detector: fc.constantFrom('new-country', 'discovery-burst', 'access-key-exposed'),
    title: text,
    weight: fc.double({ min: 0, max: 1, noNaN: true }),
    group: fc.constantFrom<EvidenceGroup>('origin', 'discovery', 'exposure'),
    fact: fc.constantFrom('new-country', 'place', 'deletions'),
    technique: fc.constantFrom<Technique>('T1078.004', 'T1580'),
    isConfirmed: fc.boolean(),
    reason: text,
    signalId: text,
    credentialId: text,
    time,
    scenes: fc.option(fc.array(scene, { minLength: 1, maxLength: 4 }), { nil: undefined }),
  }).map(({ scenes, ...one }) => ({ ...one, axis: axisOf(one.group), ...(scenes === undefined ? {} : { scenes }) }))
  const count = fc.nat({ max: 9999 })
  const rates = fc
    .array(fc.tuple(fc.constantFrom(...RATE_KINDS), record({ hour: count, count, dayMost: count, usual: count, days: count })), {
      maxLength: 3,
    })
    .map((rows) => new Map(rows))
  const features = Object.fromEntries(Object.keys(FEATURE_LIMITS).map((feature) => [feature, frequencies]))
  return record({
    identity: record({ id: text, kind: fc.constantFrom<IdentityKind>('iam-user', 'role'), name: text, account: text }),
    seen: fc.tuple(times, fc.integer({ min: 0, max: 4_102_444_800_000 })).map(([moments, horizon]) => seenOf(moments, horizon)),
    baseline: record({
      features: record(features) as unknown as fc.Arbitrary<IdentityState['baseline']['features']>,
      firstSeen: time,
      lastSeen: fc.oneof(fc.constant(0), time),
      calls: fc.nat(),
      errorRate: fc.double({ min: 0, max: 1, noNaN: true }),
      expected: fc.array(text, { maxLength: 5 }).map((words) => new Set(words)),
      keys: fc
        .array(
          fc.tuple(
            text,
            record({
              firstSeen: time,
              calls: fc.nat(),
              networks: fc.array(text, { maxLength: 3 }),
              agents: fc.array(text, { maxLength: 3 }),
            }),
          ),
          { maxLength: 3 },
        )
        .map((rows) => new Map(rows)),
      probation: fc.array(fc.tuple(text, time), { maxLength: 5 }).map((words) => new Map(words)),
      recentActions: fc.array(fc.tuple(text, time), { maxLength: 5 }).map((words) => new Map(words)),
      addresses: record({
        sources: fc.array(fc.tuple(text, record({ firstHour: hour, lastHour: hour })), { maxLength: 5 }).map((rows) => new Map(rows)),
        overflowHour: hour,
      }),
      unlearnedHours: fc.tuple(hour, hour),
    }),
    windows: fc.array(windows, { maxLength: 4 }).map((all) => new Map(all.map((window) => [window.credentialId, window]))),
    across: record({
      works: times,
      rates,
      denied: times,
      discovered: times,
      counted: fc.array(fc.tuple(fc.constantFrom(...COUNTED_KINDS), times), { maxLength: 4 }).map((rows) => new Map(rows)),
    }),
    evidence: fc.array(findings, { maxLength: 12 }),
    excepted: fc.array(
      fc.tuple(findings, record({ reason: text, until: text }), fc.boolean(), fc.boolean()).map(
        ([{ scenes: _, ...one }, { reason, until }, isEnding, isReported]): ExceptedFinding => ({
          ...one,
          isConfirmed: false,
          exception: { reason, ...(isEnding && until !== '' ? { until } : {}) },
          ...(isReported ? { reportedBy: 'jira' as const } : {}),
        }),
      ),
      { maxLength: 4 },
    ),
    bootstrapped: fc.array(text, { maxLength: 4 }),
  })
}

type Stored = Readonly<Record<string, unknown>>

/** What a state takes at most as stored, of names as long as AWS's longest. */
const BYTES_LIMIT = 16_384

const storedBytes = (state: IdentityState) => deflateRawSync(packState(state)).length

/** Lengths of the longest names in use: 48 characters of action, 24 of service, 14 of region, 15 of agent family. */
const LENGTHS: Record<Feature, number> = {
  service: 24,
  action: 48,
  region: 14,
  country: 2,
  network: 12,
  agentFamily: 15,
  hourOfWeek: 6,
  peer: 64,
  assumer: 64,
  habit: 0,
  object: 64,
  newObject: 64,
}

/** All that can be a habit, longest first: the values are words of ours, so the longest names that deflate can shorten stand for them. */
const HABITS = CATALOGUE.flatMap(({ id, actions = [] }) => actions.map((action) => `0.35 ${id} ${action}`)).sort(
  (a, b) => b.length - a.length,
)

/** A state in which every bound is reached, by the domain's own functions; `rounds` says how many times over. */
function fullState(rounds = 1, findings = 16): IdentityState {
  const start = Date.parse('2026-01-01T00:00:00Z')
  const name = 'u'.repeat(64)
  const state = emptyState({ id: `arn:aws:iam::123456789012:user/${name}`, kind: 'iam-user', name, account: '123456789012' })
  // Hex digits of a hash: names that deflate cannot make much shorter.
  const named = (length: number, at: number) => createHash('sha256').update(String(at)).digest('hex').slice(0, length)
  for (let at = 0; at < 450 * rounds; at++) remember(state.seen, hashId(`event-${at}`), start + ((at * 7919) % 900_000) * 1000)
  for (const [feature, limit] of Object.entries(FEATURE_LIMITS)) {
    const length = LENGTHS[feature as Feature]
    // Twice, days apart, so that weights have all their digits.
    for (let at = 0; at < 2 * limit * rounds; at++)
      count(state.baseline.features[feature as Feature], feature === 'habit' ? (HABITS[at >> 1] as string) : named(length, at >> 1), {
        at: start + at * 86_399_000,
        limit,
      })
  }
  Object.assign(state.baseline, { firstSeen: start, lastSeen: start + 30 * 86_400_000, calls: 12_345_678, errorRate: 0.123456789 })
  for (let at = 0; at < 40; at++) expectValue(state.baseline, 'action', named(48, at))
  fillHabits(state, { start, named })
  fillSources(state, { start, named })
  for (let at = 0; at < 24 * rounds; at++) {
    const limit = IDENTITY_DISTINCT_LIMIT
    const time = start + at * 37_000
    mark(state.across.denied, `denied:${at}`, { at: time, limit })
    mark(state.across.works, `work:${at}`, { at: time, limit: WORKS_LIMIT })
    mark(state.across.discovered, `discovered:${at}`, { at: time, limit })
    for (const kind of COUNTED_KINDS) {
      const items = state.across.counted.get(kind) ?? emptyTimedSet()
      if (IDENTITY_COUNTED_LIMITS[kind] > 0) mark(items, `${kind}:${at}`, { at: time, limit: IDENTITY_COUNTED_LIMITS[kind] })
      state.across.counted.set(kind, items)
    }
  }
  for (let key = 0; key < 7 * rounds; key++) {
    const credentialId = named(20, key)
    const window = windowOf(state, credentialId, start)
    for (let at = 0; at < 24; at++) {
      const time = start + at * 37_000
      const origin = { country: named(2, at), agentFamily: named(15, at), network: named(12, at), addressKind: 'public' }
      const created = { id: named(20, at), kind: 'access-key', owner: named(64, at) }
      const call = { id: named(36, at), action: `denied:${key}:${at}`, outcome: 'denied', time, origin, created }
      addCall(window, { ...call, parentIncidentId: `inc-${named(12, key)}` } as unknown as Signal, true)
      for (const kind of COUNTED_KINDS) countDistinct(window, kind, { what: `${kind}:${key}:${at}`, at: time })
    }
    for (let at = 0; at < findings; at++) keepEvidence(state, [longFinding(named(28, at), credentialId, start + key * 1000)])
    for (let at = 0; at < 6; at++) keepExcepted(state, [longExcepted(named(28, at), credentialId, start + key * 1000)])
    for (let at = 1; at < findings; at++) keepEvidence(state, [longRuleFinding(at, credentialId, start + key * 1000)])
    markBootstrapped(state, credentialId)
    markBootstrapped(state, `${credentialId}x`)
  }
  return state
}

/** What a policy does not count, with a reason as long as one may be, which deflate shortens little. */
function longExcepted(detector: string, credentialId: string, time: number): ExceptedFinding {
  const reason = [0, 1, 2]
    .map((at) => createHash('sha512').update(`${detector}${at}`).digest('base64'))
    .join('')
    .slice(0, 200)
  return { ...longFinding(detector, credentialId, time), exception: { reason, until: '2027-01-31T12:00:00Z' } }
}

/** Habits of keys, recent actions and what is on probation, by calls that each bring something new. */
function fillHabits({ baseline }: IdentityState, { start, named }: { start: number; named: (length: number, at: number) => string }): void {
  for (let at = 0; at < 200; at++) {
    const origin = { country: named(2, at), network: named(12, at), agentFamily: named(15, at), addressKind: 'public' }
    const credential = { id: `AKIA${named(16, at % 3)}`, kind: 'access-key' }
    const call = { service: named(24, at), action: `new:${named(44, 1000 + at)}`, region: named(14, at), request: {}, outcome: 'success' }
    learn(baseline, { ...call, time: start + 40 * 86_400_000 + at * 1000, origin, credential } as unknown as Signal)
  }
}

/** Sources of calls as long as they come, each first and last used in hours of its own. */
function fillSources(
  { baseline }: IdentityState,
  { start, named }: { start: number; named: (length: number, at: number) => string },
): void {
  for (let at = 0; at < 48; at++) {
    const origin = { addressKind: 'private', address: '', vpcEndpointId: `vpce-${named(17, 5000 + (at % 13))}` } as unknown as Origin
    baseline.addresses = learnSource(baseline.addresses, origin, start + at * 47_111_000)
  }
}

function longFinding(detector: string, credentialId: string, time: number): Finding {
  return {
    detector,
    title: 't'.repeat(60),
    weight: 0.3375000000000001,
    axis: 'what',
    group: 'persistence',
    fact: detector,
    technique: 'T1098.001',
    isConfirmed: false,
    reason: createHash('sha512').update(detector).digest('base64').slice(0, 88).padEnd(120, detector),
    signalId: createHash('sha256')
      .update(credentialId + detector)
      .digest('hex')
      .slice(0, 36),
    credentialId,
    time,
    scenes: [0, 1, 2, 3].map((at) => {
      const texts = createHash('sha512')
        .update(credentialId + detector + at)
        .digest('hex')
      return { place: texts.slice(0, SCENE_TEXT), tool: texts.slice(32, 47), object: texts.slice(50, 50 + SCENE_TEXT) }
    }),
  }
}

/** A finding of a rule with the longest texts that a rule may have, which are none of ours, and a weight with which it takes the place of a detector's. */
function longRuleFinding(at: number, credentialId: string, time: number): Finding {
  const words = createHash('sha512').update(`rule ${at}`).digest('base64')
  const title = words.slice(0, RULE_TITLE_LIMIT)
  const texts = { title, reason: `rule "${title}": ${words}`.slice(0, 120), fact: `call ${words.slice(0, 8)}` }
  return {
    ...longFinding(`rule:${createHash('sha256').update(words).digest('hex').slice(0, 43)}`, credentialId, time),
    ...texts,
    weight: 0.9 - at / 1000,
  }
}

describe('a stored identity state', () => {
  it.each([1000, 1] as const)('comes back exactly as it was, orders included, with times in units of %i ms', (unit) => {
    fc.assert(
      fc.property(states(unit), (state) => {
        const packed = packState(state)
        const back = unpackState(packed)
        if (!isDeepStrictEqual(back, state)) expect(back).toStrictEqual(state)
        // The text depends on every order, so the same text means the same orders.
        expect(packState(back)).toBe(packed)
      }),
      { numRuns: 300 },
    )
  })

  it('comes back where it is empty', () => {
    const state = emptyState({ id: 'arn:aws:iam::123456789012:user/new', kind: 'iam-user', name: 'new', account: '123456789012' })
    expect(unpackState(packState(state))).toEqual(state)
  })

  it('is an error and never a state where a part of the text is lost', () => {
    fc.assert(
      fc.property(states(1000), fc.double({ min: 0, max: 0.999, noNaN: true }), (state, share) => {
        const packed = packState(state)
        expect(() => unpackState(packed.slice(0, Math.floor(packed.length * share)))).toThrow(ResponderError)
      }),
      { numRuns: 100 },
    )
  })

  it('is an error and never a state where the text is any other', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (other) => {
        expect(() => unpackState(other)).toThrow(ResponderError)
      }),
    )
  })

  it.each([
    ['a later version', (stored: Stored) => ({ ...stored, v: 4 })],
    ['a part that is not ours', (stored: Stored) => ({ ...stored, extra: 1 })],
    ['a hash that is cut', (stored: Stored) => ({ ...stored, seen: 'abc,' })],
    // The times beside it are counted from it: what is read could not be written again.
    ['a time of its last call that is no whole number', (stored: Stored) => ({ ...stored, baseline: [0, 1128741232053.5, 0, 0] })],
    ['columns of different lengths', (stored: Stored) => ({ ...stored, features: { action: [['a'], [1, 2], '0,'] } })],
    ['a finding of a kind that is not listed', (stored: Stored) => ({ ...stored, kinds: [] })],
    ['a finding in a place that is not listed', (stored: Stored) => ({ ...stored, scenes: [] })],
  ])('is not read with %s', (_, change) => {
    const stored = JSON.parse(packState(fullState()))
    expect(() => unpackState(JSON.stringify(change(stored)))).toThrow(
      expect.objectContaining({ code: 'store.unreadable', message: expect.stringContaining('cannot be read') }),
    )
  })

  it('forgets a feature that this version does not know, and keeps the others', () => {
    const stored = JSON.parse(packState(fullState()))
    const back = unpackState(JSON.stringify({ ...stored, features: { ...stored.features, weekday: [['1'], [1], '0,'] } }))
    expect(back).toEqual(fullState())
  })

  it(`takes at most ${BYTES_LIMIT} bytes with every bound full`, () => {
    const state = fullState()
    expect(unpackState(packState(state))).toEqual(state)
    expect(state.evidence.filter(({ detector }) => detector.startsWith('rule:'))).toHaveLength(4)
    expect(storedBytes(state)).toBeLessThanOrEqual(BYTES_LIMIT)
    // Evidence leaves places to what the policy does not count.
    const excepting = fullState(1, 1)
    expect([excepting.evidence.length + excepting.excepted.length, excepting.excepted.length]).toEqual([11, 4])
    expect(storedBytes(excepting)).toBeLessThanOrEqual(BYTES_LIMIT)
  })

  it('does not grow once every bound is full, whatever comes then', () => {
    const before = storedBytes(fullState(2))
    expect(storedBytes(fullState(6))).toBeLessThanOrEqual(before * 1.2)
  })
})
