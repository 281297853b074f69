import { restrictionDocument } from '../../shared/contain/restriction-document.ts'
import { DENY_ALL, quarantinePolicyName, revocation, revocationPolicyName } from '../../shared/contain/steps/quarantine.ts'
import type { StepValue } from '../../shared/contain/steps/step.ts'
import { AuthorizationDetails } from '../../shared/domain/authorization-details.ts'
import { KEY, user } from './samples.ts'

const ACCOUNT = '123456789012'
const OWN_ARN = `arn:aws:iam::${ACCOUNT}:policy/own`
const DENY_ARN = `arn:aws:iam::${ACCOUNT}:policy/CountersignQuarantine`
const INCIDENT = 'inc-0123456789ab'

/** A document with what URL-encoding and JSON could spoil. */
const OWN_POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Sid: 'Own', Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::reports/100%25 done + "more"/*' }],
})
const trust = (Principal: object) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }] })

/** What a kind of step is tried with: a target of `SAMPLE_ACCOUNT` as version 0.1.0 stored it, and the target that it says. */
export interface StepSample {
  readonly text: string
  readonly target: Readonly<Record<string, string>>
  /** Values that may stand there before. */
  readonly before: readonly StepValue[]
  /** What the plan wants, where the kind does not say it. */
  readonly wanted?: string
}

const STATUS = ['Active', 'Inactive'] as const

/** One of each kind. A test holds that none is missing. */
export const STEP_SAMPLES: Readonly<Record<string, StepSample>> = {
  'access-key': {
    text: `access-key:ci-deploy/${KEY}`,
    target: { kind: 'access-key', userName: 'ci-deploy', accessKeyId: KEY },
    before: STATUS,
  },
  'user-policy': {
    text: `user-policy:ci-deploy/CountersignQuarantine-${INCIDENT}`,
    target: { kind: 'user-policy', userName: 'ci-deploy', policyName: quarantinePolicyName(INCIDENT) },
    before: [null, OWN_POLICY],
    wanted: DENY_ALL,
  },
  'user-attachment': {
    text: `user-attachment:ci-deploy/${DENY_ARN}`,
    target: { kind: 'user-attachment', userName: 'ci-deploy', policyArn: DENY_ARN },
    before: [null, 'attached'],
  },
  'user-boundary': {
    text: `user-boundary:ci-deploy/${DENY_ARN}`,
    target: { kind: 'user-boundary', userName: 'ci-deploy', policyArn: DENY_ARN },
    before: [null, OWN_ARN],
  },
  ...Object.fromEntries(
    ['service-specific-credential', 'ssh-public-key', 'signing-certificate'].map((kind) => [
      kind,
      { text: `${kind}:ci-deploy/ID-${kind}`, target: { kind, userName: 'ci-deploy', credentialId: `ID-${kind}` }, before: STATUS },
    ]),
  ),
  'role-policy': {
    text: `role-policy:deployer/CountersignRevoke-${INCIDENT}`,
    target: { kind: 'role-policy', roleName: 'deployer', policyName: revocationPolicyName(INCIDENT) },
    before: [null, OWN_POLICY],
    wanted: revocation({ issuedBefore: Date.UTC(2026, 2, 2), names: ['build-7'] }),
  },
  'role-trust': {
    text: `role-trust:deployer/${ACCOUNT}`,
    target: { kind: 'role-trust', roleName: 'deployer', account: ACCOUNT },
    before: [trust({ AWS: '*' }), trust({ Service: 'ec2.amazonaws.com' })],
  },
}

/** What a restriction wants of the same targets. */
export const RESTRICTED_SAMPLES: Readonly<Record<string, StepSample>> = Object.fromEntries(
  (
    [
      ['user-policy', []],
      ['role-policy', ['build-7', 'a+b=c,d.e@f-g']],
    ] as const
  ).map(([kind, sessions]) => {
    const restriction = { services: ['s3', 'sts'], actions: [], addresses: [], endpoints: [], sessions, isCovered: true, isFenced: false }
    const wanted = restrictionDocument(restriction, { room: 1900 })?.document
    if (wanted === undefined) throw new Error('a sample has no room')
    return [kind, { ...(STEP_SAMPLES[kind] as StepSample), wanted }]
  }),
)

/** Whom the samples are about, and a bystander of each kind. */
export const SAMPLE_ACCOUNT = AuthorizationDetails.parse({
  UserDetailList: ['ci-deploy', 'bystander'].map((UserName) => ({
    UserName,
    Arn: user(UserName).id,
    UserPolicyList: [{ PolicyName: 'own', PolicyDocument: OWN_POLICY }],
    AttachedManagedPolicies: [{ PolicyName: 'own', PolicyArn: OWN_ARN }],
  })),
  RoleDetailList: ['deployer', 'bystander'].map((RoleName) => ({
    RoleName,
    Arn: `arn:aws:iam::${ACCOUNT}:role/${RoleName}`,
    AssumeRolePolicyDocument: trust({ Service: 'lambda.amazonaws.com' }),
    RolePolicyList: [{ PolicyName: 'own', PolicyDocument: OWN_POLICY }],
  })),
  AccessKeys: [
    { UserName: 'ci-deploy', AccessKeyId: KEY, Status: 'Active' },
    { UserName: 'bystander', AccessKeyId: 'AKIABYSTANDER0000001', Status: 'Active' },
  ],
  SwitchableCredentials: (['service-specific-credential', 'ssh-public-key', 'signing-certificate'] as const).flatMap((Kind) =>
    ['ci-deploy', 'bystander'].map((UserName) => ({
      UserName,
      Kind,
      Id: UserName === 'bystander' ? `OTHER-${Kind}` : `ID-${Kind}`,
      Status: 'Active',
    })),
  ),
})
