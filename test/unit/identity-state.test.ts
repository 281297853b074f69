import { describe, expect, it } from 'vitest'
import { attemptWith } from '../../shared/domain/attempt.ts'
import { learn } from '../../shared/domain/baseline.ts'
import {
  addCall,
  burstOf,
  copyWindow,
  countDistinct,
  countRead,
  distinctOf,
  isStale,
  networkOf,
  openWindow,
} from '../../shared/domain/credential-window.ts'
import type { Finding } from '../../shared/domain/finding.ts'
import {
  copyState,
  emptyState,
  evidenceAgainst,
  forgetFuture,
  type IdentityState,
  keepEvidence,
  markBootstrapped,
  windowOf,
} from '../../shared/domain/identity-state.ts'
import { remember } from '../../shared/domain/seen.ts'
import type { Created, Signal } from '../../shared/domain/signal.ts'
import { emptyTimedSet, hashId, mark } from '../../shared/domain/timed-set.ts'
import { FINDING, stateOf, user } from '../contract/samples.ts'

const NOW = Date.UTC(2026, 2, 2, 12)
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const attempt = (id: string) => attemptWith({ id, kind: 'access-key' }).id
const callAt = (time: number, parts: object = {}) =>
  ({
    id: `e-${time}`,
    time,
    service: 's3',
    action: 's3:ListBuckets',
    outcome: 'success',
    region: 'us-east-1',
    credential: { id: 'k', kind: 'access-key' },
    request: {},
    origin: { country: 'US', network: 'AS64496', networkKind: 'isp', addressKind: 'public', agentFamily: 'aws-cli' },
    ...parts,
  }) as unknown as Signal
const finding = (detector: string, weight: number, parts: Partial<Finding> = {}): Finding => ({
  ...FINDING,
  detector,
  weight,
  credentialId: 'k',
  time: NOW,
  ...parts,
})

describe('a copy of what is known of an identity', () => {
  it('is equal, and nothing that is learned by it is learned by the original: a batch that fails leaves no trace', () => {
    const state = stateOf(user('ci-deploy'))
    const [known] = state.windows.keys()
    countDistinct(windowOf(state, known as string, NOW), 'secret', { what: 'a', at: NOW })
    state.across.counted.set('secret', emptyTimedSet())
    learn(state.baseline, callAt(NOW))
    const before = structuredClone(state)
    const copy = copyState(state)
    expect(copy).toEqual(before)
    for (let n = 0; n < 30; n++) {
      learn(copy.baseline, callAt(NOW + n * DAY, { action: `s3:Action${n}`, origin: { ...callAt(0).origin, country: `C${n}` } }))
      remember(copy.seen, n, NOW + n)
    }
    copy.baseline.expected.add('country=NL')
    for (const window of copy.windows.values()) {
      addCall(
        window,
        callAt(NOW + 1, { outcome: 'denied', action: 'iam:CreateUser', created: { id: 'x', kind: 'user', owner: 'x' } }),
        true,
      )
      countDistinct(window, 'secret', { what: 'b', at: NOW })
      window.countries.push('RO')
      window.agents.push('curl')
      window.networks.push('AS64500')
    }
    windowOf(copy, 'another', NOW)
    mark(copy.across.denied, 'x', { at: NOW, limit: 9 })
    mark(copy.across.discovered, 'x', { at: NOW, limit: 9 })
    for (const items of copy.across.counted.values()) mark(items, 'x', { at: NOW, limit: 9 })
    copy.across.counted.set('user-data', emptyTimedSet())
    keepEvidence(copy, [finding('other', 0.9)])
    markBootstrapped(copy, 'k')
    expect(state).toEqual(before)
  })
})

describe('the window of a credential', () => {
  it('is a new one after six idle hours, and the same one until then', () => {
    const state = emptyState(user('ci'))
    const window = windowOf(state, 'k', NOW)
    expect(window).toMatchObject({ credentialId: 'k', first: NOW, last: NOW, calls: 0 })
    expect(windowOf(state, 'k', NOW + 6 * HOUR)).toBe(window)
    expect(isStale(window, NOW + 6 * HOUR)).toBe(false)
    const next = windowOf(state, 'k', NOW + 6 * HOUR + 1)
    expect(next).toMatchObject({ first: NOW + 6 * HOUR + 1, calls: 0 })
    expect([...state.windows.values()]).toEqual([next])
  })

  const idsOf = (state: IdentityState) => [...state.windows.keys()]

  it('makes place for a sixth by dropping the one that was idle for longest, and for its own successor by dropping no other', () => {
    const state = emptyState(user('ci'))
    for (const [n, id] of ['a', 'b', 'c', 'd', 'e'].entries()) windowOf(state, id, NOW + n)
    windowOf(state, 'a', NOW).last = NOW + 9
    windowOf(state, 'c', NOW + 7 * HOUR)
    expect(idsOf(state)).toEqual(['a', 'b', 'c', 'd', 'e'])
    windowOf(state, 'f', NOW + 7 * HOUR)
    expect(idsOf(state)).toEqual(['a', 'c', 'd', 'e', 'f'])
  })

  it('of an attempt displaces none of what was done, and of attempts there are two', () => {
    const state = emptyState(user('ci'))
    for (const id of ['a', 'b', 'c', 'd', 'e']) windowOf(state, id, NOW + 5)
    for (const [n, id] of ['x', 'y', 'z'].entries()) windowOf(state, attempt(id), NOW + n)
    expect(idsOf(state)).toEqual(['a', 'b', 'c', 'd', 'e', attempt('y'), attempt('z')])
    windowOf(state, 'f', NOW + 6)
    expect(idsOf(state)).toEqual(['b', 'c', 'd', 'e', attempt('y'), attempt('z'), 'f'])
  })

  it('counts calls, refusals, discovery, places and tools, and its newest call', () => {
    const window = openWindow('k', NOW)
    addCall(window, callAt(NOW + 5), false)
    addCall(window, callAt(NOW + 3, { outcome: 'denied', action: 'iam:CreateUser', parentIncidentId: 'inc-1' }), false)
    addCall(
      window,
      callAt(NOW + 4, { action: 'iam:ListUsers', origin: { ...callAt(0).origin, country: undefined, network: undefined } }),
      true,
    )
    expect(window).toMatchObject({
      calls: 3,
      last: NOW + 5,
      denied: { ids: [hashId('iam:CreateUser')], times: [NOW + 3] },
      discovered: { ids: [hashId('iam:ListUsers')], times: [NOW + 4] },
      countries: ['US'],
      networks: ['AS64496'],
      agents: ['aws-cli'],
      parentIncidentId: 'inc-1',
    })
  })

  it('takes all networks of Amazon for one, and a call that a service made for no tool of the identity', () => {
    const origin = callAt(0).origin
    expect(networkOf({ ...origin, networkKind: 'aws' })).toBe('aws')
    expect(networkOf({ ...origin, networkKind: 'aws', network: undefined })).toBeUndefined()
    expect(networkOf(origin)).toBe('AS64496')
    const window = openWindow('k', NOW)
    addCall(window, callAt(NOW, { origin: { ...origin, addressKind: 'aws-service', agentFamily: 'aws-service' } }), false)
    expect(window.agents).toEqual([])
  })

  it('remembers four places, sixteen refusals, and six of what was issued, of which sessions make place first', () => {
    const window = openWindow('k', NOW)
    const issue = (n: number, kind: Created['kind']) =>
      addCall(
        window,
        callAt(NOW + n, {
          created: { id: `${kind}-${n}`, kind, owner: 'x' },
          outcome: 'denied',
          action: `iam:A${n}`,
          origin: { ...callAt(0).origin, country: `C${n}`, network: `AS${n}`, agentFamily: `tool-${n}` },
        }),
        true,
      )
    const kinds = ['access-key', 'session', 'user', 'session', 'session', 'session', 'session'] as const
    for (const [n, kind] of kinds.entries()) issue(n, kind)
    expect(window.issued.map(({ id }) => id)).toEqual(['access-key-0', 'user-2', 'session-3', 'session-4', 'session-5', 'session-6'])
    expect(window.issued[0]).toEqual({ id: 'access-key-0', kind: 'access-key', owner: 'x', signalId: `e-${NOW}`, time: NOW })
    for (let n = 7; n < 20; n++) issue(n, 'user')
    expect(window.issued.map(({ id }) => id)).toEqual([14, 15, 16, 17, 18, 19].map((n) => `user-${n}`))
    // What is issued again, such as a session of the same id, is named once, with its newest time.
    issue(17, 'user')
    expect(window.issued.map(({ id }) => id)).toEqual([14, 15, 16, 18, 19, 17].map((n) => `user-${n}`))
    expect([window.countries, window.networks, window.agents].map(({ length }) => length)).toEqual([4, 4, 4])
    expect([window.denied.ids.length, window.discovered.ids.length]).toEqual([16, 16])
  })

  it('counts different items of a kind within ten minutes, the same one once, and twelve at most', () => {
    const window = openWindow('k', NOW)
    for (const what of ['a', 'b', 'a']) countDistinct(window, 'secret', { what, at: NOW })
    expect([distinctOf(window, 'secret', NOW), distinctOf(window, 'destroyed', NOW)]).toEqual([2, 0])
    expect([NOW + 10 * MINUTE, NOW - 10 * MINUTE].map((at) => distinctOf(window, 'secret', at))).toEqual([2, 2])
    expect(
      [NOW + 10 * MINUTE + 1, NOW - 10 * MINUTE - 1].map((at) => burstOf(window.counted.get('secret') ?? emptyTimedSet(), at)),
    ).toEqual([0, 0])
    for (let n = 0; n < 30; n++) countDistinct(window, 'secret', { what: `${n}`, at: NOW })
    expect(distinctOf(window, 'secret', NOW)).toBe(12)
    expect(copyWindow(window)).toEqual(window)
  })

  it('adds up the surprise of its reads to hundredths', () => {
    const window = openWindow('k', NOW)
    for (const bits of [1.111, 2.222]) countRead(window, bits)
    expect([window.reads, window.bits]).toEqual([2, 3.33])
  })
})

describe('the items of a set with times', () => {
  it('have the hashes that are stored since 0.1.0: with others every stored event would count as new again', () => {
    expect(['', 'a', 'b3f6d1a2-0000-4000-8000-000000000001', 's3:GetObject'].map(hashId)).toEqual([
      3338908027751811, 7929297801672961, 5986362102831793, 2096399659688993,
    ])
  })

  it('are renewed by a newer time and never by an older one, and the one with the oldest time makes place', () => {
    const set = emptyTimedSet()
    for (const [what, at] of [
      ['a', 5],
      ['b', 3],
      ['c', 4],
      ['a', 2],
      ['b', 6],
    ] as const)
      mark(set, what, { at, limit: 3 })
    expect(set.times).toEqual([5, 6, 4])
    mark(set, 'd', { at: 1, limit: 3 })
    expect(set).toEqual({ ids: [hashId('a'), hashId('b'), hashId('d')], times: [5, 6, 1] })
  })
})

describe('evidence against a credential', () => {
  it('is the strongest finding of each detector within a day, and a weaker one once that is a day old', () => {
    const state = emptyState(user('ci'))
    keepEvidence(state, [
      finding('a', 0.5),
      finding('a', 0.4, { signalId: 'weaker' }),
      finding('b', 0.3),
      finding('a', 0.2, { credentialId: 'other' }),
    ])
    expect(evidenceAgainst(state, 'k', NOW).map(({ detector, weight }) => [detector, weight])).toEqual([
      ['a', 0.5],
      ['b', 0.3],
    ])
    keepEvidence(state, [finding('a', 0.5, { signalId: 'equal' })])
    expect(evidenceAgainst(state, 'k', NOW)[0]?.signalId).toBe(FINDING.signalId)
    keepEvidence(state, [finding('a', 0.1, { time: NOW + DAY })])
    expect(evidenceAgainst(state, 'k', NOW)[0]?.weight).toBe(0.5)
    keepEvidence(state, [finding('a', 0.1, { time: NOW + DAY + 1 })])
    expect(state.evidence.map(({ weight }) => weight)).toEqual([0.1])
  })

  it('is asked within a day either way', () => {
    const state = emptyState(user('ci'))
    keepEvidence(state, [finding('a', 0.5)])
    expect([-DAY - 1, -DAY, DAY, DAY + 1].map((ms) => evidenceAgainst(state, 'k', NOW + ms).length)).toEqual([0, 1, 1, 0])
  })

  it('is sixteen findings at most: attempts make place first, however strong, then the weakest', () => {
    const state = emptyState(user('ci'))
    keepEvidence(state, [finding('guess', 0.9, { credentialId: attempt('k') })])
    keepEvidence(
      state,
      Array.from({ length: 16 }, (_, n) => finding(`d${n}`, (n + 1) / 100)),
    )
    expect(state.evidence.map(({ detector }) => detector)).toEqual(Array.from({ length: 16 }, (_, n) => `d${15 - n}`))
    keepEvidence(state, [finding('strong', 0.8), finding('guess', 0.9, { credentialId: attempt('k') })])
    expect(state.evidence[0]?.detector).toBe('strong')
    expect(state.evidence).toHaveLength(16)
    expect(state.evidence.some(({ detector }) => detector === 'd0' || detector === 'guess')).toBe(false)
  })
})

describe('a state that events from the future have moved', () => {
  it('forgets what they left, and keeps all that is not later than now', () => {
    const state = emptyState(user('ci'))
    state.seen.horizon = NOW + DAY
    windowOf(state, 'now', NOW)
    windowOf(state, 'later', NOW + 1)
    keepEvidence(state, [finding('now', 0.3), finding('later', 0.2, { time: NOW + 1 })])
    forgetFuture(state, NOW)
    expect(state.seen.horizon).toBe(NOW)
    expect([...state.windows.keys()]).toEqual(['now'])
    expect(state.evidence.map(({ detector }) => detector)).toEqual(['now'])
    forgetFuture(state, NOW + DAY)
    expect(state.seen.horizon).toBe(NOW)
  })
})

describe('the credentials whose past was fetched', () => {
  it('are the last eight, each once', () => {
    const state = emptyState(user('ci'))
    for (let n = 0; n < 9; n++) markBootstrapped(state, `k${n}`)
    markBootstrapped(state, 'k3')
    expect(state.bootstrapped).toEqual(['k1', 'k2', 'k4', 'k5', 'k6', 'k7', 'k8', 'k3'])
  })
})
