import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalise } from '../../shared/sense/normalise.ts'
import { SOURCES } from '../../shared/sense/sources/sources.ts'
import { seenIn } from '../attack/known-owner.ts'
import { exposed, KEY, NOW } from '../embedded.ts'
import { asff, event, guardDuty, ocsf, ofKey, ROLE } from '../findings.ts'

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
const details = { accessKeyId: KEY, principalId: 'AIDAEXAMPLEUSER000001', userType: 'IAMUser', userName: 'ci-build' }
const actor = {
  user: { name: 'deploy', uid: 'AROAEXAMPLEROLE000001', type: 'AssumedRole', credentialUid: KEY, account: { uid: '1' } },
  session: { uid: 's', issuer: ROLE },
}
const instance = { instanceId: 'i-0123456789abcdef0', iamInstanceProfile: { arn: 'arn:aws:iam::123456789012:instance-profile/web' } }

/** A whole event of each source and form. */
const WHOLE: readonly object[] = [
  ofKey(details, { additionalInfo: { value: '{}' }, action: { awsApiCallAction: { remoteIpDetails: { ipAddressV4: '198.51.100.7' } } } }),
  guardDuty({ resourceType: 'AttackSequence' }, { detection: { sequence: { actors: [actor, actor] } } }),
  guardDuty({ resourceType: 'Instance', instanceDetails: instance }, { runtimeDetails: {} }),
  guardDuty({ resourceType: 'ECSCluster', ecsClusterDetails: { taskDetails: { arn: 'arn:aws:ecs:us-east-1:1:task/a/b' } } }),
  guardDuty({
    resourceType: 'EKSCluster',
    eksClusterDetails: { name: 'c' },
    kubernetesDetails: { kubernetesWorkloadDetails: { name: 'p' } },
  }),
  asff({
    Resources: [
      {
        Type: 'AwsIamAccessKey',
        Id: KEY,
        Details: { AwsIamAccessKey: { AccessKeyId: KEY, PrincipalName: 'x', PrincipalType: 'IAMUser' } },
      },
    ],
  }),
  asff({
    Resources: [{ Type: 'AwsEc2Instance', Id: 'a/i-1', Details: { AwsEc2Instance: { IamInstanceProfileArn: 'a:instance-profile/b' } } }],
  }),
  ocsf({
    evidences: [{ actor: { user: { uid: 'x', credential_uid: KEY, name: 'y', account: { uid: '1' } }, session: { issuer: ROLE } } }],
  }),
  ocsf({ resources: [{ type: 'AWS::IAM::AccessKey', uid: KEY, data: { access_key_id: KEY, user_type: 'IAMUser' } }] }),
  exposed(KEY, '1', NOW),
  event('aws.trustedadvisor', 'Trusted Advisor Check Item Refresh Notification', {
    'check-name': 'Exposed Access Keys',
    status: 'ERROR',
    'check-item-detail': { 'Access Key ID': KEY, 'User Name (IAM or Root)': 'x', 'Fraud Type': 'Exposed', Location: 'w' },
  }),
  event('aws.macie', 'Macie Finding', {
    id: 'm',
    type: 'SensitiveData:S3Object/Credentials',
    accountId: '1',
    updatedAt: 'x',
    resourcesAffected: { s3Object: { path: 'b/k' } },
  }),
  event('aws.inspector2', 'Inspector2 Finding', {
    findingArn: 'f',
    awsAccountId: '1',
    type: 'CODE_VULNERABILITY',
    codeVulnerabilityDetails: { cwes: ['CWE-798'] },
    resources: [{ id: 'x' }],
  }),
  seenIn('jira', KEY, { id: 'x', grade: 'with-secret', time: NOW }),
  event('countersign.reports', 'Runtime Alert', {
    version: 1,
    id: 'x',
    source: 'falco',
    rule: 'r',
    priority: 'Critical',
    workload: 'i-0123456789abcdef0',
    seenAt: NOW,
  }),
]

/** All places in a value, by their paths. */
function pathsIn(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([key, member]) => pathsIn(member, [...path, key]))]
}

/** The value with another one at a path; without `value`, nothing there. */
function withAt(whole: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value
  if (Array.isArray(whole)) return whole.map((one, n) => (String(n) === key ? withAt(one, rest, value) : one))
  return { ...(whole as object), [key]: withAt((whole as Record<string, unknown>)[key], rest, value) }
}

const nested = (levels: number) => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`) as unknown
const hostile = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    true,
    0,
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '',
    [],
    {},
    '__proto__',
    { toString: 1 },
    { length: 9 },
  ),
  fc.jsonValue({ maxDepth: 2 }),
  fc.string({ unit: 'binary', maxLength: 50 }),
  fc.constantFrom(
    `${SECRET}${'x'.repeat(100_000)}`,
    'y'.repeat(1_000_000),
    Array.from({ length: 5000 }, () => ({ entityValue: SECRET, Type: 'AwsIamUser', Id: 'arn:aws:iam::1:user/x' })),
    nested(2000),
  ),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
)

describe('an event of any source with anything in any of its places', () => {
  it('is read, ignored or refused, with a reason; it never throws, and what is kept of it is bounded', () => {
    const counts: Record<string, number> = {}
    fc.assert(
      fc.property(
        fc
          .constantFrom(...WHOLE)
          .chain((whole) =>
            fc.tuple(fc.constant(whole), fc.array(fc.tuple(fc.constantFrom(...pathsIn(whole)), hostile), { minLength: 1, maxLength: 4 })),
          ),
        ([whole, changes]) => {
          const input = changes.reduce<unknown>((one, [path, value]) => {
            try {
              return withAt(one, path, value)
            } catch {
              return one
            }
          }, whole)
          const read = normalise(input)
          counts[read.kind] = (counts[read.kind] ?? 0) + 1
          if (read.kind !== 'signals') return void expect(read.reason.length).toBeLessThan(400)
          expect(read.signals.length).toBeLessThanOrEqual(1001)
          for (const signal of read.signals) {
            expect(JSON.stringify(signal).length).toBeLessThan(20_000)
            expect(Number.isFinite(signal.time)).toBe(true)
            expect(signal.id.length).toBeLessThan(4096)
          }
        },
      ),
      { numRuns: 1500 },
    )
    // Most changes leave an event of AWS readable.
    expect(Object.keys(counts).sort()).toEqual(['ignored', 'signals', 'unreadable'])
    expect(counts.signals).toBeGreaterThan(150)
  })

  it('is read by a source of the table: none is taken for another', () => {
    for (const whole of WHOLE) expect(normalise(whole).kind).toBe('signals')
    expect(new Set(WHOLE.map((whole) => SOURCES.find(({ is }) => is(whole as never))?.name)).size).toBe(7)
  })

  it('is, with members left out, joined to somebody or not, and never half read', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...WHOLE).chain((whole) => fc.tuple(fc.constant(whole), fc.subarray([...pathsIn(whole)], { maxLength: 6 }))),
        ([whole, paths]) => {
          const input = paths.reduce<unknown>((one, path) => {
            try {
              return withAt(one, path, undefined)
            } catch {
              return one
            }
          }, whole)
          const read = normalise(input)
          if (read.kind !== 'signals') return void expect(read.reason).not.toBe('')
          for (const { identity, account, region, source } of read.signals)
            expect([identity.id, identity.name, account, region, source].every((text) => typeof text === 'string' && text !== '')).toBe(
              true,
            )
        },
      ),
      { numRuns: 500 },
    )
  })
})
