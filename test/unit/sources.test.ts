import { describe, expect, it } from 'vitest'
import { weightsOf } from '../../shared/sense/sources/finding-axis.ts'
import { weightOfLabel, weightOfSeverity } from '../../shared/sense/sources/severity.ts'
import { ACCOUNT, arnOf, KEY } from '../embedded.ts'
import { FINDING, guardDuty, OTHER, ofKey, ROLE, ROLE_ID, SESSION, signalsOf, USER_ID, whom } from '../findings.ts'

describe('whom GuardDuty means', () => {
  it.each([
    [
      'a user with its key',
      { accessKeyId: KEY, principalId: USER_ID, userType: 'IAMUser', userName: 'ci-build' },
      ['iam-user', arnOf('ci-build'), KEY],
    ],
    [
      'a session of a role',
      { accessKeyId: SESSION, principalId: `${ROLE_ID}:build-7`, userType: 'AssumedRole', userName: 'deploy' },
      ['role', ROLE, SESSION],
    ],
    [
      'a session without its key',
      { principalId: `${ROLE_ID}:build-7`, userType: 'AssumedRole', userName: 'deploy' },
      ['role', ROLE, `session:${ROLE}/build-7`],
    ],
    ['a role', { principalId: ROLE_ID, userType: 'Role', userName: 'deploy' }, ['role', ROLE, `none:${ROLE}`]],
    ['root', { accessKeyId: KEY, principalId: ACCOUNT, userType: 'Root', userName: 'Root' }, ['root', `arn:aws:iam::${ACCOUNT}:root`, KEY]],
    [
      'a federated user',
      { accessKeyId: SESSION, principalId: `${ACCOUNT}:bob`, userType: 'FederatedUser', userName: 'bob' },
      ['unknown', `session:${SESSION}`, SESSION],
    ],
    [
      'a service of AWS',
      { userType: 'AWSService', userName: 'cloudtrail.amazonaws.com' },
      ['unknown', 'entity:AWSService/cloudtrail.amazonaws.com', 'none:entity:AWSService/cloudtrail.amazonaws.com'],
    ],
    [
      'another account',
      { principalId: OTHER, userType: 'AWSAccount', userName: OTHER },
      ['unknown', `entity:AWSAccount/${OTHER}`, `none:entity:AWSAccount/${OTHER}`],
    ],
    ['a name that is none', { accessKeyId: KEY, userType: 'IAMUser', userName: '../../root\n' }, ['unknown', `access-key:${KEY}`, KEY]],
  ])('%s', (_, details, wanted) => {
    expect(whom(ofKey(details))).toEqual([wanted])
    const [signal] = signalsOf(ofKey(details))
    expect(signal?.report?.unjoined === undefined).toBe(wanted[0] !== 'unknown')
  })

  it('in Lambda the role of the function, in EC2 the profile of the instance', () => {
    expect(whom(guardDuty({ resourceType: 'Lambda', lambdaDetails: { role: ROLE } }))).toEqual([['role', ROLE, `none:${ROLE}`]])
    const profile = `arn:aws:iam::${ACCOUNT}:instance-profile/web`
    const instance = {
      resourceType: 'Instance',
      instanceDetails: { instanceId: 'i-0123456789abcdef0', iamInstanceProfile: { arn: profile } },
    }
    expect(whom(guardDuty(instance))).toEqual([['unknown', profile, `session:${profile}/i-0123456789abcdef0`]])
  })

  it('of S3 whoever called', () => {
    const details = { accessKeyId: KEY, principalId: USER_ID, userType: 'IAMUser', userName: 'ci-build' }
    expect(whom(guardDuty({ resourceType: 'S3Bucket', accessKeyDetails: details, s3BucketDetails: [{ name: 'b' }] }))).toEqual([
      ['iam-user', arnOf('ci-build'), KEY],
    ])
  })

  it('of an attack sequence each actor once, by the ARN where it is said', () => {
    const user = (name: string, uid: string, type: string, credentialUid: string) => ({
      user: { name, uid, type, credentialUid, account: { uid: ACCOUNT } },
    })
    const actors = [
      user('ci-build', USER_ID, 'IAMUser', KEY),
      user('ci-build', USER_ID, 'IAMUser', KEY),
      { ...user('deploy', ROLE_ID, 'AssumedRole', SESSION), session: { uid: 'build-7', issuer: `arn:aws:iam::${ACCOUNT}:role/ci/deploy` } },
      { process: { name: 'x' } },
      'nonsense',
    ]
    const sequence = guardDuty(
      { resourceType: 'AttackSequence' },
      { detection: { sequence: { uid: 's', actors } } },
      { type: 'AttackSequence:IAM/CompromisedCredentials', severity: 9 },
    )
    expect(whom(sequence)).toEqual([
      ['iam-user', arnOf('ci-build'), KEY],
      ['role', `arn:aws:iam::${ACCOUNT}:role/ci/deploy`, SESSION],
    ])
    // Both have the id of the finding, so each incident says that it is the same.
    expect(signalsOf(sequence).map(({ id }) => id.split('#')[0])).toEqual([FINDING.arn, FINDING.arn])
    expect(signalsOf(sequence).map(({ report }) => [report?.compromise, report?.harm])).toEqual([
      [0.85, 0.85],
      [0.85, 0.85],
    ])
  })
})

describe('how much a finding says', () => {
  it.each([
    [0, 0.25],
    [3.9, 0.25],
    [4, 0.45],
    [6.9, 0.45],
    [7, 0.65],
    [8.9, 0.65],
    [9, 0.85],
    [1e9, 0.85],
    [Number.NaN, 0.45],
    ['9', 0.45],
    [undefined, 0.45],
  ])('severity %s is %s', (severity, weight) => expect(weightOfSeverity(severity)).toBe(weight))

  it.each([
    ['CRITICAL', 0.85],
    ['Fatal', 0.85],
    ['high', 0.65],
    ['MEDIUM', 0.45],
    ['LOW', 0.25],
    ['INFORMATIONAL', 0.25],
    [{}, 0.45],
  ])('label %s is %s', (label, weight) => expect(weightOfLabel(label)).toBe(weight))

  it.each([
    ['UnauthorizedAccess:IAMUser/TorIPCaller', 'compromise'],
    ['Stealth:IAMUser/CloudTrailLoggingDisabled', 'harm'],
    ['Impact:IAMUser/AnomalousBehavior', 'compromise'],
    ['Exfiltration:S3/MaliciousIPCaller', 'compromise'],
    ['UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS', 'compromise'],
    ['PrivilegeEscalation:Runtime/ContainerMountsHostDirectory', 'harm'],
    ['NewPurpose:NewResource/NotYetKnown', 'compromise'],
    ['', 'compromise'],
  ])('%s is about %s', (type, axis) => expect(weightsOf(type, 0.5)).toEqual({ [axis]: 0.5 }))
})
