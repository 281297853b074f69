import { expect, it } from 'vitest'
import { answeredBy, fateOf, keysOff } from '../../local/synthetic/fate.ts'
import type { CloudTrailRecord } from '../../local/synthetic/record.ts'
import { restrictionDocument } from '../../shared/contain/restriction-document.ts'
import { revocation } from '../../shared/contain/steps/quarantine.ts'
import { memoryIam } from '../../shared/memory/iam.ts'

const [KEY, MADE] = ['AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPL2']
const USUAL = '192.0.2.77'
const ELSEWHERE = '198.51.100.7'

/** An account with a user whose key is used and a role, without a policy. */
function account() {
  return memoryIam({
    UserDetailList: [
      {
        Path: '/',
        UserName: 'ci-release',
        UserId: 'AIDAEXAMPLE',
        Arn: 'arn:aws:iam::123456789012:user/ci-release',
        UserPolicyList: [],
        AttachedManagedPolicies: [],
        GroupList: [],
        Tags: [],
      },
    ],
    GroupDetailList: [],
    RoleDetailList: [
      {
        Path: '/',
        RoleName: 'deploy',
        RoleId: 'AROAEXAMPLE',
        Arn: 'arn:aws:iam::123456789012:role/deploy',
        AssumeRolePolicyDocument: '{}',
        RolePolicyList: [],
        AttachedManagedPolicies: [],
        InstanceProfileList: [],
        Tags: [],
      },
    ],
    Policies: [],
    AccessKeys: [{ UserName: 'ci-release', AccessKeyId: KEY, Status: 'Active' }],
    SwitchableCredentials: [],
    LoginProfiles: [],
  })
}

const BY_USER = {
  type: 'IAMUser',
  principalId: 'AIDAEXAMPLE',
  arn: 'arn:aws:iam::123456789012:user/ci-release',
  accountId: '123456789012',
  accessKeyId: KEY,
  userName: 'ci-release',
}
const bySession = (name: string, creationDate: string) => ({
  type: 'AssumedRole',
  principalId: `AROAEXAMPLE:${name}`,
  arn: `arn:aws:sts::123456789012:assumed-role/deploy/${name}`,
  accountId: '123456789012',
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  sessionContext: {
    sessionIssuer: { type: 'Role', principalId: 'AROAEXAMPLE', arn: 'arn:aws:iam::123456789012:role/deploy', userName: 'deploy' },
    attributes: { creationDate },
  },
})

const record = (eventName: string, parts: Partial<CloudTrailRecord> = {}): CloudTrailRecord => ({
  eventID: `e-${eventName}`,
  eventTime: '2026-01-31T12:00:00Z',
  eventSource: 'route53.amazonaws.com',
  eventName,
  awsRegion: 'us-east-1',
  sourceIPAddress: USUAL,
  userIdentity: BY_USER,
  readOnly: true,
  ...parts,
})

const FENCE =
  restrictionDocument(
    {
      services: ['route53', 'iam'],
      actions: [],
      addresses: ['192.0.2.0/24'],
      endpoints: [],
      sessions: [],
      isCovered: true,
      isFenced: true,
    },
    { room: 2048, subject: { kind: 'iam-user', name: 'ci-release' } },
  )?.document ?? ''

it('refuses a call of a restricted user from outside its usual networks, and not the same call from inside', async () => {
  const iam = account()
  expect(fateOf(iam, record('ListHostedZones', { sourceIPAddress: ELSEWHERE }))).toBe('made')
  await iam.putUserPolicy('ci-release', 'CountersignQuarantine-inc-1', FENCE)
  expect(fateOf(iam, record('ListHostedZones', { sourceIPAddress: ELSEWHERE }))).toBe('refused')
  expect(fateOf(iam, record('ListHostedZones'))).toBe('made')
  expect(fateOf(iam, record('GetCallerIdentity', { eventSource: 'sts.amazonaws.com', sourceIPAddress: ELSEWHERE }))).toBe('made')
})

it('refuses the sessions that were ended, by their names and by when they were issued', async () => {
  const iam = account()
  const issuedBefore = Date.parse('2026-01-31T11:30:00Z')
  await iam.putRolePolicy('deploy', 'CountersignRevoke-inc-1', revocation({ issuedBefore, names: ['deploy-1'] }))
  const fateBy = (name: string, creationDate: string) =>
    fateOf(iam, record('ListHostedZones', { userIdentity: bySession(name, creationDate) }))
  expect(fateBy('deploy-1', '2026-01-31T11:00:00Z')).toBe('refused')
  expect(fateBy('deploy-1', '2026-01-31T11:45:00Z')).toBe('made')
  expect(fateBy('deploy-2', '2026-01-31T11:00:00Z')).toBe('made')
})

it('leaves no record of a key that is off, but where the story switches it off later', async () => {
  const iam = account()
  expect([...keysOff(iam)]).toEqual([])
  await iam.setAccessKeyStatus('ci-release', KEY, 'Inactive')
  expect(fateOf(iam, record('ListHostedZones'))).toBe('unrecorded')
  expect(fateOf(iam, record('ListHostedZones'), keysOff(iam))).toBe('made')
})

it('writes a refusal as CloudTrail does, and nothing of a key that is off or that a refused call would have issued', async () => {
  const iam = account()
  const creates = record('CreateAccessKey', {
    eventSource: 'iam.amazonaws.com',
    readOnly: false,
    responseElements: { accessKey: { accessKeyId: MADE } },
  })
  const answered = answeredBy(iam)
  expect(answered.answer(creates)).toBe(creates)
  await iam.putUserPolicy('ci-release', 'CountersignQuarantine-inc-1', FENCE)
  const refused = answered.answer({ ...creates, eventID: 'e-2' })
  expect(refused).toMatchObject({ errorCode: 'AccessDenied', responseElements: null })
  expect(refused?.errorMessage).toContain('iam:CreateAccessKey with an explicit deny')
  const byMade = record('ListHostedZones', { eventID: 'e-3', userIdentity: { ...BY_USER, accessKeyId: MADE } })
  expect(answered.answer(byMade)).toBeUndefined()
  await iam.setAccessKeyStatus('ci-release', KEY, 'Inactive')
  expect(answered.answer(record('ListHostedZones', { eventID: 'e-4' }))).toBeUndefined()
  expect([...answered.refused]).toEqual(['e-2', 'e-3', 'e-4'])
  expect([...answered.unrecorded]).toEqual(['e-3', 'e-4'])
})
