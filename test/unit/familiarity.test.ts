import { describe, expect, it } from 'vitest'
import { countedAt } from '../../shared/decide/correlate.ts'
import { familiarityOf } from '../../shared/decide/familiarity.ts'
import { foldInto } from '../../shared/detect/fold.ts'
import { assessmentOf } from '../../shared/domain/assessment.ts'
import { type Baseline, emptyBaseline, learn } from '../../shared/domain/baseline.ts'
import type { Finding } from '../../shared/domain/finding.ts'
import { emptyState } from '../../shared/domain/identity-state.ts'
import type { Signal } from '../../shared/domain/signal.ts'
import { enricher } from '../../shared/sense/enrich/enrich.ts'
import { NOT_DEPLOYED } from '../../shared/sense/enrich/tampering.ts'
import { normalise } from '../../shared/sense/normalise.ts'
import { ACCOUNT, call, embedded, NOW } from '../embedded.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const ISSUER = 'oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF'

/** What a session of a role says of whom it was issued to. */
const session = (name: string, parts: { scope?: object; context?: object } = {}) => ({
  type: 'AssumedRole',
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/work/${name}`,
  accountId: ACCOUNT,
  accessKeyId: 'ASIAWORKSESSION00001',
  ...(parts.scope === undefined ? {} : { inScopeOf: parts.scope }),
  sessionContext: { sessionIssuer: { type: 'Role', arn: `arn:aws:iam::${ACCOUNT}:role/work`, userName: 'work' }, ...parts.context },
})
const podOf = (provider: string) => session('eks-pods-1', { context: { webIdFederationData: { federatedProvider: provider } } })

const WORKLOADS: readonly (readonly [what: string, userIdentity: object])[] = [
  ['a pod', podOf(`arn:aws:iam::${ACCOUNT}:oidc-provider/${ISSUER}`)],
  [
    'an instance',
    session('i-0123456789abcdef0', {
      scope: { issuerType: 'AWS::EC2::Instance', credentialsIssuedTo: `arn:aws:ec2:us-east-1:${ACCOUNT}:instance/i-0123456789abcdef0` },
    }),
  ],
  ['an instance by its delivery', session('web', { context: { ec2RoleDelivery: '2.0' } })],
  [
    'a function',
    session('report', {
      scope: { issuerType: 'AWS::Lambda::Function', credentialsIssuedTo: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:report` },
    }),
  ],
]

/** Sessions that are only named like those of a workload. */
const NAMED: readonly (readonly [what: string, userIdentity: object])[] = [
  ['a session that is named like an instance', session('i-0123456789abcdef0')],
  ['a session that is named like a task', session('0123456789abcdef0123456789abcdef')],
]

const OTHERS: readonly (readonly [what: string, userIdentity: object])[] = [
  ['a session that somebody named', session('deploy-7')],
  ['a token of GitHub', podOf(`arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`)],
  ['a provider that is named like a cluster', podOf(`arn:aws:iam::${ACCOUNT}:oidc-provider/${ISSUER}.example.com`)],
  ['a provider of another host', podOf(`arn:aws:iam::${ACCOUNT}:oidc-provider/example.com/oidc.eks.us-east-1.amazonaws.com/id/0`)],
  ['a person of Identity Center', session('anna', { context: { sessionIssuer: { type: 'Role', userName: 'AWSReservedSSO_Admin_0' } } })],
]

const locate = enricher({
  geoIp: {
    locate: (address) => ({
      country: 'US',
      network: address.startsWith('100.24.') ? { asn: 16509, organisation: 'Amazon.com, Inc.' } : { asn: 64497, organisation: 'Example' },
    }),
  },
  own: NOT_DEPLOYED,
})({ blocklist: [] })

let calls = 0
function signalOf(userIdentity: object | undefined, from: string, parts: { action?: string; time?: number; agent?: string } = {}): Signal {
  const { action = 's3:ListBuckets', time = NOW, agent = 'Boto3/1.34' } = parts
  const record = call(action, { id: `f${calls++}`, time, from, agent })
  const { signals } = normalise({ ...record, ...(userIdentity === undefined ? {} : { userIdentity }), readOnly: true }) as unknown as {
    signals: Signal[]
  }
  return locate(signals[0] as Signal)
}

const knownAt = (signal: Signal, baseline: Baseline, group?: Baseline) => familiarityOf(signal, { baseline, group })

const INSIDE = ['100.24.1.1', '10.0.0.7']
const OUTSIDE = '198.51.100.9'

describe('what is known of an owner', () => {
  it.each(WORKLOADS)('%s is vouched for in its place, and not from elsewhere', (_, userIdentity) => {
    for (const from of INSIDE) expect(knownAt(signalOf(userIdentity, from), emptyBaseline()), from).toBe('vouched')
    expect(knownAt(signalOf(userIdentity, OUTSIDE), emptyBaseline())).toBe('unknown')
  })

  it.each([['a key', undefined] as const, ...NAMED, ...OTHERS])('%s is not vouched for, not from inside AWS either', (_, userIdentity) => {
    for (const from of [...INSIDE, OUTSIDE]) expect(knownAt(signalOf(userIdentity, from), emptyBaseline()), from).toBe('unknown')
  })

  it('is known from 50 calls over seven days on, whatever the credential', () => {
    const learned = (calls: number, days: number) => {
      const baseline = emptyBaseline()
      for (let n = 0; n < calls; n++)
        learn(baseline, signalOf(undefined, OUTSIDE, { time: NOW - days * DAY + (n * days * DAY) / (calls - 1) }))
      return ([undefined, WORKLOADS[0]?.[1]] as const).map((identity) => knownAt(signalOf(identity, INSIDE[0] as string), baseline))
    }
    expect(learned(50, 7)).toEqual(['known', 'known'])
    expect(learned(49, 7)).toEqual(['unknown', 'vouched'])
    expect(learned(50, 6.9)).toEqual(['unknown', 'vouched'])
  })
})

describe('a session is that of a workload', () => {
  it.each([...WORKLOADS, ...NAMED])('%s', (_, userIdentity) => {
    expect(signalOf(userIdentity, OUTSIDE).credential.workload).toBeDefined()
  })

  it.each(OTHERS)('but not %s', (_, userIdentity) => {
    expect(signalOf(userIdentity, OUTSIDE).credential.workload).toBeUndefined()
  })

  it('of a pod, which is named by its cluster', () => {
    expect(signalOf(WORKLOADS[0]?.[1], OUTSIDE).credential.workload).toBe('pod of cluster 0123456789ABCDEF0123456789ABCDEF')
  })
})

/** The findings of calls, one after the other. */
function findingsOf(signals: readonly Signal[]): Finding[] {
  const state = emptyState(signals[0]?.identity as Signal['identity'])
  return signals.flatMap((signal) => foldInto(state, signal)?.findings ?? [])
}

describe('a burst of reads', () => {
  const reads = (userIdentity: object | undefined, from: string) =>
    findingsOf(
      Array.from({ length: 14 }, (_, n) => signalOf(userIdentity, from, { action: `ec2:DescribeThing${n}`, time: NOW + n * 1000 })),
    )
  const hasBurst = (found: readonly Finding[]) => found.some(({ detector }) => detector === 'discovery-burst')

  it.each(WORKLOADS)('of %s that nobody knows yet is none in its place, and one from elsewhere', (_, userIdentity) => {
    for (const from of INSIDE) expect(hasBurst(reads(userIdentity, from)), from).toBe(false)
    expect(hasBurst(reads(userIdentity, OUTSIDE))).toBe(true)
  })

  it.each([['a key', undefined] as const, ...NAMED])('of %s is one wherever it is used', (_, userIdentity) => {
    for (const from of [...INSIDE, OUTSIDE]) expect(hasBurst(reads(userIdentity, from)), from).toBe(true)
  })
})

describe('one enumeration', () => {
  it('counts once, by whichever detectors it is found', () => {
    const refused = Array.from({ length: 20 }, (_, n) => {
      const signal = signalOf(undefined, OUTSIDE, { action: `ec2:DescribeThing${n}`, time: NOW + n * 1000 })
      return { ...signal, outcome: 'denied' } as Signal
    })
    const found = findingsOf(refused)
    const ENUMERATION = ['access-denied-burst', 'permissions-enumerated', 'discovery-burst']
    expect(new Set(found.map(({ detector }) => detector))).toEqual(new Set(ENUMERATION))
    const strongest = Math.max(...found.map(({ weight }) => weight))
    expect(assessmentOf(found).harm).toBeCloseTo(100 * strongest, 0)
  })
})

describe('a session that is used by two kinds of tool', () => {
  const role = session('deploy-7')
  const twoTools = (known: boolean) => {
    const state = emptyState(signalOf(role, OUTSIDE).identity)
    for (let n = 0; n < 60; n++)
      foldInto(state, {
        ...signalOf(role, OUTSIDE, { time: NOW - 10 * DAY + n * 4 * HOUR, agent: known ? 'aws-cli/2.15.0' : 'Boto3/1.34' }),
      })
    const later = (agent: string, after: number) =>
      signalOf({ ...role, accessKeyId: 'ASIAWORKSESSION00002' }, OUTSIDE, { agent, time: NOW + after })
    return ['Boto3/1.34', 'aws-cli/2.15.0'].flatMap((agent, at) => foldInto(state, later(agent, at * 1000))?.findings ?? [])
  }
  const isFound = (found: readonly Finding[]) => found.some(({ detector }) => detector === 'session-by-two-tools')

  it('is no finding where its role is known to use the tool of the second; it is where it never did', () => {
    expect(isFound(twoTools(true))).toBe(false)
    expect(isFound(twoTools(false))).toBe(true)
  })
})

describe('what counts against an open incident', () => {
  const finding = (time: number, isConfirmed = false) => ({ detector: 'd', weight: 0.5, time, isConfirmed }) as Finding

  it('is what is at most a day from the call, and what is confirmed', () => {
    const all = [finding(NOW - DAY - 1), finding(NOW - DAY), finding(NOW), finding(NOW + DAY), finding(NOW - 9 * DAY, true)]
    expect(countedAt(all, NOW)).toEqual(all.slice(1))
  })

  it('is also the weaker finding of today, where the incident keeps a stronger one that has aged', async () => {
    const world = await embedded()
    const risks = []
    for (const days of [0, 2, 4]) {
      world.setNow(NOW + days * DAY)
      await world.respond([call('iam:CreateUser', { id: `c${days}`, time: NOW + days * DAY, request: { userName: `u${days}` } })])
      risks.push((await world.incidents())[0]?.assessment.risk)
    }
    expect(risks).toEqual([55, 55, 55])
  })

  it('is not what is two days old: a small thing then is no more than it is', async () => {
    const world = await embedded()
    await world.respond([call('iam:CreateUser', { id: 'c0', request: { userName: 'u' } })])
    world.setNow(NOW + 2 * DAY)
    await world.respond([call('guardduty:DeleteDetector', { id: 'c1', time: NOW + 2 * DAY })])
    const { assessment } = (await world.incidents())[0] ?? {}
    expect(assessment?.contributions.map(({ finding }) => finding.detector)).toEqual(['logging-tampered'])
  })
})
