import { describe, expect, it } from 'vitest'
import { correlate } from '../../shared/decide/correlate.ts'
import { ACTIONS, isStronger, weaker } from '../../shared/domain/action.ts'
import { emptyBaseline, isNew, learn, maturity } from '../../shared/domain/baseline.ts'
import { boundsFor, needsTags } from '../../shared/domain/bounds.ts'
import { addCall, burstOf, isStale, openWindow } from '../../shared/domain/credential-window.ts'
import type { Finding } from '../../shared/domain/finding.ts'
import { count, emptyTable, weightOf } from '../../shared/domain/frequency.ts'
import { emptyState, evidenceAgainst, keepEvidence, windowOf } from '../../shared/domain/identity-state.ts'
import { printable } from '../../shared/domain/printable.ts'
import { text } from '../../shared/domain/signal.ts'
import { memoryChangeRecord } from '../../shared/memory/change-record.ts'
import { silentLog } from '../../shared/memory/log.ts'
import { append } from '../../shared/record/append.ts'
import { applyPolicy, cachedPolicy, parsePolicy, readPolicy, seedPolicy } from '../../shared/record/policy-in-force.ts'
import { addressKind } from '../../shared/sense/enrich/address-kind.ts'
import { agentFamily } from '../../shared/sense/enrich/agent-family.ts'
import { enricher } from '../../shared/sense/enrich/enrich.ts'
import { NOT_DEPLOYED } from '../../shared/sense/enrich/tampering.ts'
import { NOW } from '../embedded.ts'
import { habitualCall } from '../habitual-call.ts'

const DAY = 86_400_000
describe('a baseline', () => {
  it('matures by age and by volume, whichever comes later', () => {
    const baseline = emptyBaseline()
    expect(maturity(baseline)).toBe(0)
    for (let at = 0; at < 25; at++) learn(baseline, habitualCall(NOW + at * DAY))
    expect(maturity(baseline)).toBe(0.5)
    for (let at = 0; at < 25; at++) learn(baseline, habitualCall(NOW))
    expect(maturity(baseline)).toBe(1)
  })

  it('knows nothing new while it knows nothing, nor of what is not said', () => {
    const baseline = emptyBaseline()
    expect(isNew(baseline, 'country', 'US')).toBe(false)
    learn(baseline, habitualCall(NOW, { origin: { country: undefined, addressKind: 'private', agentFamily: 'x' } }))
    expect(isNew(baseline, 'country', undefined)).toBe(false)
    expect(isNew(baseline, 'service', 'iam')).toBe(true)
    expect(isNew(baseline, 'service', 's3')).toBe(false)
    expect(baseline.features.agentFamily.values).toEqual([])
  })

  it('learns an older call without going back in time', () => {
    const baseline = emptyBaseline()
    learn(baseline, habitualCall(NOW))
    learn(baseline, habitualCall(NOW - DAY))
    expect(baseline).toMatchObject({ firstSeen: NOW - DAY, lastSeen: NOW, calls: 2 })
  })
})

describe('a frequency table', () => {
  it('forgets half in fourteen days', () => {
    const table = emptyTable()
    count(table, 'a', { at: NOW, limit: 5 })
    count(table, 'a', { at: NOW - DAY, limit: 5 })
    expect(weightOf(table, 'a', NOW)).toBe(2)
    expect(weightOf(table, 'a', NOW + 14 * DAY)).toBeCloseTo(1)
    expect(weightOf(table, 'b', NOW)).toBe(0)
  })

  it('makes room by forgetting the value that weighs least', () => {
    const table = emptyTable()
    for (const value of ['a', 'a', 'b', 'c', 'c']) count(table, value, { at: NOW, limit: 3 })
    count(table, 'd', { at: NOW, limit: 3 })
    expect(table.values).toEqual(['a', 'c', 'd'])
  })
})

describe('a credential window', () => {
  it('starts anew after six hours of rest', () => {
    const window = openWindow('k', NOW)
    expect([isStale(window, NOW + 6 * 3_600_000), isStale(window, NOW + 6 * 3_600_000 + 1)]).toEqual([false, true])
  })

  it('counts distinct actions of the last ten minutes, and tells at most sixteen apart', () => {
    const window = openWindow('k', NOW)
    for (let at = 0; at < 30; at++) addCall(window, habitualCall(NOW + at * 1000, { action: `iam:List${at}`, outcome: 'denied' }), true)
    addCall(window, habitualCall(NOW, { action: 'iam:List29', outcome: 'denied' }), true)
    expect(burstOf(window.denied, NOW + 29_000)).toBe(16)
    expect(burstOf(window.denied, NOW + 3_600_000)).toBe(0)
    expect(window).toMatchObject({ calls: 31, last: NOW + 29_000, countries: ['US'], agents: ['aws-cli'] })
  })

  it('of the credential that rested longest leaves when there are more than five', () => {
    const state = emptyState({ id: 'i', kind: 'role', name: 'r', account: '1' })
    for (const [at, id] of ['a', 'b', 'c', 'd', 'e', 'a', 'f'].entries()) windowOf(state, id, NOW + at).last = NOW + at
    expect([...state.windows.keys()]).toEqual(['a', 'c', 'd', 'e', 'f'])
  })
})

describe('evidence', () => {
  const finding = (detector: string, weight: number, time: number, credentialId = 'k') =>
    ({ detector, weight, time, credentialId }) as Finding

  it('keeps the strongest of a detector and forgets what is a day old', () => {
    const state = emptyState({ id: 'i', kind: 'iam-user', name: 'u', account: '1' })
    keepEvidence(state, [finding('a', 0.5, NOW), finding('a', 0.3, NOW), finding('a', 0.6, NOW), finding('b', 0.2, NOW, 'other')])
    expect(evidenceAgainst(state, 'k', NOW).map(({ weight }) => weight)).toEqual([0.6])
    keepEvidence(state, [finding('a', 0.1, NOW + DAY + 1)])
    expect(state.evidence.map(({ weight }) => weight)).toEqual([0.1])
    expect(evidenceAgainst(state, 'k', NOW + 3 * DAY)).toEqual([])
  })
})

describe('actions', () => {
  it('are ordered from observe to contain', () => {
    expect(ACTIONS).toEqual(['observe', 'notify', 'ask', 'restrict', 'contain'])
    expect([isStronger('ask', 'notify'), isStronger('ask', 'ask')]).toEqual([true, false])
    expect([weaker('ask', 'contain'), weaker('contain', 'ask')]).toEqual(['ask', 'ask'])
  })
})

describe('text from outside', () => {
  it('is read by path, own members only, clipped, and from nothing else', () => {
    expect(text({ a: { b: 'x' } }, 'a', 'b')).toBe('x')
    expect(text({ a: 'y'.repeat(600) }, 'a')).toHaveLength(512)
    expect([text({ a: 7 }, 'a'), text({ a: true }, 'a'), text({ a: null }, 'a')]).toEqual(['7', 'true', undefined])
    expect([text(undefined, 'a'), text({}, '__proto__'), text(JSON.parse('{"__proto__":"x"}'), '__proto__')]).toEqual([
      undefined,
      undefined,
      'x',
    ])
  })

  it('is printed without what could change how the rest is read', () => {
    expect(printable('a\u202eb\u200bc\n\u001b[31m', 20)).toBe('a·b·c··[31m')
    expect(printable('x'.repeat(30), 10)).toBe(`${'x'.repeat(9)}…`)
  })
})

describe('where a call came from', () => {
  it.each([
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['fd00::1', 'private'],
    ['::1', 'private'],
    ['3.5.1.1', 'public'],
    ['2a00::1', 'public'],
    ['athena.amazonaws.com', 'aws-service'],
    ['AWS Internal', 'aws-service'],
    ['evil.example.com', 'unknown'],
    ['', 'unknown'],
  ])('%s is %s', (address, kind) => expect(addressKind(address)).toBe(kind))

  it.each([
    ['aws-cli/2.15 Python/3', 'aws-cli'],
    ['[aws-cli/1.18]', 'aws-cli'],
    ['Boto3/1.34', 'python-sdk'],
    ['APN/1.0 HashiCorp/1.0 Terraform/1.9', 'terraform'],
    ['aws-sdk-go-v2/1.30', 'go-sdk'],
    ['console.ec2.amazonaws.com', 'console'],
    ['athena.amazonaws.com', 'aws-service'],
    ['Mozilla/5.0 Chrome', 'browser'],
    ['TruffleHog', 'offensive-tool'],
    ['curl/8', 'http-client'],
    ['', 'none'],
    ['something else', 'other'],
  ])('%s is of the family %s', (agent, family) => expect(agentFamily(agent)).toBe(family))

  it('is looked up once for an address, and nothing is kept for ever', () => {
    let lookups = 0
    const locate = () => {
      lookups += 1
      return { country: undefined, network: undefined }
    }
    const enrich = enricher({ geoIp: { locate }, own: NOT_DEPLOYED })({ blocklist: [] })
    const from = (address: string) =>
      habitualCall(NOW, { origin: { address, agent: `agent ${address}`, agentFamily: 'unknown', via: undefined } })
    for (let at = 0; at < 3; at++) enrich(from('3.5.1.1'))
    expect(lookups).toBe(1)
    for (let at = 0; at < 10_001; at++) enrich(from(`3.6.${at >> 8}.${at & 255}`))
    enrich(from('3.5.1.1'))
    expect(lookups).toBe(10_003)
    const done = habitualCall(NOW)
    expect(enrich(done)).toBe(done)
  })

  it('is no country and no network through a VPC endpoint: whoever makes a VPC chooses its addresses, also those of an office', () => {
    const office = { country: 'DE', network: { asn: 64496, organisation: 'Example Broadband' } }
    const enrich = enricher({ geoIp: { locate: () => office }, own: NOT_DEPLOYED })({ blocklist: [] })
    const from = (endpoint: { vpcEndpointId?: string }) =>
      enrich(
        habitualCall(NOW, {
          origin: { address: '198.51.100.7', agent: 'aws-cli/2.1', agentFamily: 'unknown', via: undefined, ...endpoint },
        }),
      ).origin
    for (const address of [{}, { vpcEndpointId: 'vpce-0fedcba9876543210' }]) {
      const { country, network, organisation, networkKind, addressKind } = from(address)
      const isHere = !('vpcEndpointId' in address)
      expect([country, organisation]).toEqual(isHere ? ['DE', 'Example Broadband'] : [undefined, undefined])
      expect([network !== undefined, networkKind !== undefined, addressKind]).toEqual([isHere, isHere, 'public'])
    }
  })
})

describe('a policy', () => {
  const policy = parsePolicy({
    version: 2,
    tiers: [
      { name: 'by-arn', match: { arns: ['arn:*:user/ci-*'] }, mode: 'ask' },
      { name: 'by-tags', match: { tags: { a: '1', b: '2' } } },
    ],
    protected: { arns: ['arn:x'], tags: { guard: 'yes' } },
  })

  it('gives an identity the first tier that matches', () => {
    expect(boundsFor(policy, 'arn:aws:user/ci-1', {}, NOW)).toMatchObject({ tier: 'by-arn', mode: 'ask', protection: undefined })
    expect(boundsFor(policy, 'x', { a: '1', b: '2' }, NOW)).toMatchObject({ tier: 'by-tags', mode: 'observe' })
    expect(boundsFor(policy, 'x', { a: '1' }, NOW).tier).toBe('default')
  })

  it('protects by ARN, by tag, and where tags could not be read', () => {
    expect(boundsFor(policy, 'arn:x', {}, NOW).protection).toBe('protected by ARN arn:x')
    expect(boundsFor(policy, 'y', { guard: 'yes' }, NOW).protection).toBe('protected by tag guard=yes')
    expect(boundsFor(policy, 'y', undefined, NOW).protection).toContain('could not be read')
    expect(needsTags(policy)).toBe(true)
    expect(needsTags(parsePolicy({ version: 2 }))).toBe(false)
    expect(boundsFor(parsePolicy({ version: 2 }), 'y', undefined, NOW).protection).toBeUndefined()
  })

  it.each([
    [{ version: 4 }, /version: .*got 4/],
    [{ version: 2, mode: 'destroy' }, /mode: .*"destroy"/],
    [{ version: 2, moode: 'ask' }, /unknown moode/],
    [{ version: 2, thresholds: { notify: 50, ask: 40, contain: 90 } }, /thresholds: must rise/],
    [{ version: 2, tiers: [{ name: 'x', match: {} }] }, /tiers\.0\.match: names no identity/],
    [{ version: 2, tiers: [{ name: 'X Y', match: { arns: ['a'] } }] }, /tiers\.0\.name/],
    [{ version: 2, advisor: { band: [90, 40] } }, /advisor\.band/],
    [undefined, /policy/],
  ])('that is wrong is refused by name: %j', (input, message) => expect(() => parsePolicy(input)).toThrow(message))

  it('is seeded once, applied under the version it was written against, and read at most every 30 seconds', async () => {
    const record = memoryChangeRecord()
    let now = NOW
    const clock = { now: () => now }
    await expect(readPolicy(record)).rejects.toMatchObject({ code: 'policy.missing' })
    await seedPolicy({ version: 2 }, { record, clock, log: silentLog })
    await seedPolicy({ version: 2, mode: 'contain' }, { record, clock, log: silentLog })
    const read = cachedPolicy(record, clock)
    expect((await read()).mode).toBe('observe')
    const change = { policy: parsePolicy({ version: 2, mode: 'ask' }), by: 'me', why: 'x', at: '2026-01-01T00:00:00.000Z' }
    await expect(applyPolicy(record, { ...change, expected: 7 })).rejects.toMatchObject({ code: 'policy.conflict' })
    expect(await applyPolicy(record, { ...change, expected: 1 })).toBe(2)
    expect((await read()).mode).toBe('observe')
    now += 30_000
    expect((await read()).mode).toBe('ask')
  })
})

describe('the record', () => {
  it('finds the next number where another writer took it, and gives up after eight', async () => {
    const record = memoryChangeRecord()
    const draft = { at: '2026-03-02T12:00:00.000Z', actor: 'a', kind: 'state', target: 't', from: null, to: null, why: 'w' } as const
    await append(record, 'S', draft)
    expect((await append(record, 'S', draft, { number: 0, hash: 'a'.repeat(64) })).number).toBe(2)
    await expect(append({ ...record, append: async () => false }, 'S', draft)).rejects.toMatchObject({ code: 'record.conflict' })
  })
})

describe('correlation', () => {
  const signal = habitualCall(NOW, { identity: { id: 'arn:x' } })
  const found = (...findings: Partial<Finding>[]) => ({ signal, findings: findings as Finding[], evidence: [] })
  const released = (parts: object = {}) =>
    ({
      id: 'inc-1',
      state: 'released',
      suppression: { until: NOW + 1 },
      findings: [{ detector: 'a', credentialId: 'k' }],
      credentials: [],
      ...parts,
    }) as never

  it('starts anew after a confirmed incident, which leaves no suppression', () => {
    expect(correlate(found(), released({ state: 'confirmed', suppression: undefined })).kind).toBe('new')
    expect(correlate(found(), undefined).kind).toBe('new')
  })

  it('suppresses the same detector on the same credential until the suppression ends', () => {
    const same = found({ detector: 'a', credentialId: 'k' })
    expect(correlate(same, released()).kind).toBe('suppressed')
    expect(correlate(same, released({ suppression: { until: NOW } })).kind).toBe('new')
    expect(correlate(found({ detector: 'b', credentialId: 'k' }), released()).kind).toBe('new')
    expect(correlate(found({ detector: 'a', credentialId: 'l' }), released()).kind).toBe('new')
  })
})
