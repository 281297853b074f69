import { describe, expect, it } from 'vitest'
import { restrictionOf } from '../../shared/decide/restriction-of.ts'
import { emptyBaseline, FEATURE_LIMITS, learn } from '../../shared/domain/baseline.ts'
import type { Finding } from '../../shared/domain/finding.ts'
import { Restriction } from '../../shared/domain/restriction.ts'
import type { Signal } from '../../shared/domain/signal.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const START = Date.UTC(2026, 0, 1)
const INTRUSION = START + 30 * DAY
const OFFICE = {
  address: '192.0.2.77',
  addressKind: 'public',
  networkKind: 'access',
  network: 'AS64496',
  country: 'US',
  agentFamily: 'aws-cli',
}
const ENDPOINT = { address: '10.0.0.9', addressKind: 'private', agentFamily: 'aws-cli', vpcEndpointId: 'vpce-0123456789abcdef0' }
const CONTEXT = { at: INTRUSION, evidence: [] as readonly Finding[], sessions: [], isFenced: true, isWholeSeen: true }

interface Call {
  readonly action: string
  readonly origin?: object
  readonly outcome?: string
}

function learned(baseline: ReturnType<typeof emptyBaseline>, time: number, { action, origin = OFFICE, outcome = 'success' }: Call): void {
  learn(baseline, {
    time,
    credential: { id: 'AKIAIOSFODNN7EXAMPLE', kind: 'access-key' },
    service: action.slice(0, action.indexOf(':')),
    action,
    region: 'us-east-1',
    outcome,
    origin,
    request: {},
  } as unknown as Signal)
}

/** A month in which each of these calls was made every six hours, and what an intruder did from then on, unnoticed at first. */
function stateOf(calls: readonly Call[], { days = 30, later = [] as readonly Call[] } = {}) {
  const baseline = emptyBaseline()
  for (let at = INTRUSION - days * DAY; at < INTRUSION; at += 6 * HOUR) for (const call of calls) learned(baseline, at, call)
  for (const [n, call] of later.entries()) learned(baseline, INTRUSION + n * 60_000, call)
  return baseline
}

const USUAL: readonly Call[] = [{ action: 'lambda:CreateFunction' }, { action: 's3:ListBuckets' }, { action: 'monitoring:GetMetricData' }]

describe('the restriction of an identity', () => {
  it('is its habit in the words of IAM, with what depends on it', () => {
    expect(restrictionOf({ ...CONTEXT, baseline: stateOf(USUAL) })).toEqual({
      services: ['lambda', 's3', 'cloudwatch', 'kms'],
      actions: ['lambda:CreateFunction', 's3:ListAllMyBuckets', 'cloudwatch:GetMetricData', 'iam:PassRole'],
      addresses: ['192.0.2.0/24'],
      endpoints: [],
      sessions: [],
      isCovered: true,
      isFenced: true,
    })
  })

  it('holds nothing that was first done by the intruder, also where its first calls were not suspicious', () => {
    const later = [{ action: 'iam:CreateUser' }, { action: 'iam:CreateUser' }, { action: 'bedrock:InvokeModel' }]
    const elsewhere = later.map((call) => ({ ...call, origin: { ...OFFICE, address: '203.0.113.9' } }))
    const state = stateOf(USUAL, { later: elsewhere })
    expect(restrictionOf({ ...CONTEXT, baseline: state })).toEqual(restrictionOf({ ...CONTEXT, baseline: stateOf(USUAL) }))
    expect(restrictionOf({ ...CONTEXT, baseline: state, at: INTRUSION + 19 * HOUR })).toEqual(
      restrictionOf({ ...CONTEXT, baseline: stateOf(USUAL) }),
    )
    expect(restrictionOf({ ...CONTEXT, baseline: state, at: INTRUSION + 30 * HOUR }).services).toContain('bedrock')
  })

  it('goes by the earliest evidence, and not by what anybody attempted', () => {
    const later = [{ action: 'iam:CreateUser' }]
    const at = (time: number, credentialId: string) => ({ time, credentialId }) as unknown as Finding
    const baseline = stateOf(USUAL, { later })
    const context = { ...CONTEXT, at: INTRUSION + 22 * HOUR }
    expect(restrictionOf({ ...context, baseline, evidence: [at(INTRUSION, 'ASIAIOSFODNN7EXAMPLE')] }).services).not.toContain('iam')
    expect(restrictionOf({ ...context, baseline, evidence: [at(INTRUSION, 'attempt:ASIAIOSFODNN7EXAMPLE')] }).services).toContain('iam')
  })

  it('holds no call that never succeeded', () => {
    const state = stateOf([...USUAL, { action: 'iam:CreateUser', outcome: 'denied' }])
    expect(restrictionOf({ ...CONTEXT, baseline: state }).services).not.toContain('iam')
  })

  it('holds no place from where calls only failed, nor one that an intruder was first to use', () => {
    const elsewhere = { ...OFFICE, address: '203.0.113.9' }
    const failed = stateOf([...USUAL, { action: 's3:ListBuckets', origin: elsewhere, outcome: 'failed' }])
    expect(restrictionOf({ ...CONTEXT, baseline: failed }).addresses).toEqual(['192.0.2.0/24'])
    const intruded = stateOf(USUAL, { later: [{ action: 's3:ListBuckets', origin: elsewhere }] })
    expect(restrictionOf({ ...CONTEXT, baseline: intruded, at: INTRUSION + 10 * HOUR }).addresses).toEqual(['192.0.2.0/24'])
  })

  it.each([
    ['not everything of it is seen', stateOf(USUAL), { ...CONTEXT, isWholeSeen: false }],
    ['its baseline is young', stateOf(USUAL, { days: 5 }), CONTEXT],
    ['it made more new calls a week ago than could be learned', weekly(), CONTEXT],
    ['it makes more calls than the baseline holds', stateOf(manyCalls(FEATURE_LIMITS.action)), CONTEXT],
  ])('is not covered where %s', (_, state, context) => {
    expect(restrictionOf({ ...context, baseline: state }).isCovered).toBe(false)
  })

  it('is covered by one call less than the baseline holds, and is always one that its schema takes', () => {
    const restriction = restrictionOf({ ...CONTEXT, baseline: stateOf(manyCalls(FEATURE_LIMITS.action - 1)), sessions: ['deploy-1'] })
    expect(restriction).toMatchObject({ isCovered: true, sessions: ['deploy-1'] })
    expect(Restriction.safeParse(restriction).success).toBe(true)
  })

  it('is covered although more new calls came long ago, or since it is suspected, than could be learned', () => {
    const burst = manyCalls(20)
    const lately = stateOf(USUAL, { later: burst })
    expect(lately.unlearnedHours[1]).toBeGreaterThan(0)
    expect(restrictionOf({ ...CONTEXT, baseline: lately }).isCovered).toBe(true)
    const longAgo = stateOf(USUAL, { days: 25 })
    for (const [n, call] of burst.entries()) learned(longAgo, INTRUSION - 15 * DAY + n * 1000, call)
    expect(restrictionOf({ ...CONTEXT, baseline: longAgo }).isCovered).toBe(true)
    expect(restrictionOf({ ...CONTEXT, baseline: longAgo, at: INTRUSION - 2 * DAY }).isCovered).toBe(false)
  })

  it('has the services that last-used data knows alone, and the data planes that were never used', () => {
    const baseline = stateOf(USUAL)
    const snapshots = [
      {
        takenAt: INTRUSION - 5 * HOUR,
        used: [
          { service: 'lambda', at: INTRUSION - 6 * HOUR },
          { service: 'kinesis', at: INTRUSION - 6 * HOUR },
        ],
        neverUsed: ['sqs', 's3'],
      },
      { takenAt: INTRUSION - 29 * HOUR, used: [{ service: 'dynamodb', at: INTRUSION - 30 * HOUR }], neverUsed: ['sqs', 'sns', 'kinesis'] },
    ] as const
    const without = restrictionOf({ ...CONTEXT, baseline })
    const restriction = restrictionOf({ ...CONTEXT, baseline, lastUsed: { snapshots } })
    expect(restriction).toEqual({
      ...without,
      services: [...without.services, 'dynamodb'],
      // A call to S3 succeeded, whatever IAM says.
      neverUsed: ['kinesis', 'sns', 'sqs'],
      lastUsed: { takenAt: INTRUSION - 5 * HOUR, services: ['dynamodb'] },
    })
    expect(Restriction.safeParse(restriction).success).toBe(true)
    const suspected = {
      ...CONTEXT,
      evidence: [{ time: INTRUSION - 40 * HOUR, credentialId: 'AKIAIOSFODNN7EXAMPLE' } as unknown as Finding],
    }
    expect(restrictionOf({ ...suspected, baseline, lastUsed: { snapshots } })).toEqual(restrictionOf({ ...suspected, baseline }))
  })

  it('is covered by what its calls say alone: last-used data neither covers nor uncovers', () => {
    const used = (count: number) => Array.from({ length: count }, (_, at) => ({ service: `service-${at}`, at: INTRUSION - 30 * HOUR }))
    const lastUsed = (count: number) => ({ snapshots: [{ takenAt: INTRUSION - 5 * HOUR, used: used(count), neverUsed: [] }] })
    expect(restrictionOf({ ...CONTEXT, baseline: stateOf(USUAL), lastUsed: lastUsed(100) }).isCovered).toBe(true)
    expect(restrictionOf({ ...CONTEXT, baseline: stateOf(USUAL, { days: 5 }), lastUsed: lastUsed(2) }).isCovered).toBe(false)
    // More services than a restriction names: it would deny some that are used.
    const many = restrictionOf({ ...CONTEXT, baseline: stateOf(USUAL), lastUsed: lastUsed(200) })
    expect(many.isCovered).toBe(false)
    expect(Restriction.safeParse(many).success).toBe(true)
  })

  it('names the VPC endpoints that it calls through', () => {
    const state = stateOf([...USUAL, { action: 's3:ListBuckets', origin: ENDPOINT }])
    expect(restrictionOf({ ...CONTEXT, baseline: state })).toMatchObject({
      addresses: ['192.0.2.0/24'],
      endpoints: ['vpce-0123456789abcdef0'],
    })
  })
})

/** A scan of forty calls, a month, two weeks and a week ago. */
function weekly() {
  const baseline = stateOf(USUAL, { days: 30 })
  for (const days of [28, 14, 7])
    for (const [n, { action }] of manyCalls(40).entries())
      learned(baseline, INTRUSION - days * DAY + n * 1000, { action: `${action}OnDay${days}` })
  return baseline
}

function manyCalls(length: number): readonly Call[] {
  return Array.from({ length }, (_, at) => ({ action: `ec2:DescribeThing${at}` }))
}
