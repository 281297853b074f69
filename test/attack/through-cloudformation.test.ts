import { describe, expect, it } from 'vitest'
import { pipeline } from '../../shared/pipeline.ts'
import type { OwnResources } from '../../shared/sense/enrich/tampering.ts'
import { ACCOUNT, call } from '../embedded.ts'
import { delivered, deployed, FROM_THE_BUS } from './stack.ts'

const RESPOND = 'Countersign-RespondResponderRole7DCE96D5-X'
const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:Countersign-NoticesTopic898AF2CD-X`
const ALARM = 'Countersign-AlarmsHotLateCCFAE490-X'
const BUCKET = 'countersign-sealseals1a2b3c4d-xyz'
const EXEC = `arn:aws:iam::${ACCOUNT}:role/cdk-hnb659fds-cfn-exec-role-${ACCOUNT}-us-east-1`
const OWN: OwnResources = {
  sessions: new Set([`arn:aws:sts::${ACCOUNT}:assumed-role/${RESPOND}/Countersign-respond`]),
  stackName: 'Countersign',
  names: new Set([BUCKET]),
  deployingRoles: new Set([EXEC]),
}
const DENY_ALL = JSON.stringify({ Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] })

type Call = readonly [action: string, request: object]

const DENIED_ROLE: Call = ['iam:PutRolePolicy', { roleName: RESPOND, policyName: 'x', policyDocument: DENY_ALL }]
const MUTED: Call = ['cloudwatch:PutAlarmMuteRule', { name: 'nightly', rule: {}, muteTargets: { alarmNames: [ALARM] } }]

/** A record as CloudTrail writes it where CloudFormation makes the call, with the rights of the caller or of a role that it was given. */
function byCloudFormation(record: object, roleArn?: string): object {
  const agent = { sourceIPAddress: 'cloudformation.amazonaws.com', userAgent: 'cloudformation.amazonaws.com' }
  const invokedBy = 'cloudformation.amazonaws.com'
  if (roleArn === undefined) {
    const { userIdentity } = record as { userIdentity: object }
    return { ...record, ...agent, userIdentity: { ...userIdentity, accessKeyId: 'ASIAFORWARDED0000001', invokedBy } }
  }
  const name = roleArn.split('/').at(-1)
  const sessionContext = { sessionIssuer: { type: 'Role', arn: roleArn, accountId: ACCOUNT, userName: name } }
  const arn = `arn:aws:sts::${ACCOUNT}:assumed-role/${name}/AWSCloudFormation`
  const userIdentity = { type: 'AssumedRole', arn, accountId: ACCOUNT, accessKeyId: 'ASIAOFCLOUDFORMATION', sessionContext, invokedBy }
  return { ...record, ...agent, userIdentity }
}

/** What people are told of one call, and what the responder makes of it. */
async function madeOf(record: object, own: OwnResources = OWN) {
  const { ports, notices } = await deployed()
  const { outcomes, failed } = await pipeline(ports, own, FROM_THE_BUS)([delivered(record)])
  const findings = outcomes.flatMap((outcome) => outcome.findings)
  return {
    action: outcomes[0]?.decision?.action,
    weights: findings.filter(({ detector }) => detector === 'responder-tampered').map(({ weight }) => weight),
    priorities: notices.map(({ priority }) => priority),
    failed: [...failed],
  }
}

const record = ([action, request]: Call) => call(action, { id: 'x', request })

describe('an intruder wants nobody to be told, and hides behind CloudFormation', () => {
  it.each([
    ['takes all rights from respond', DENIED_ROLE],
    ['mutes an alarm', MUTED],
    ['subscribes to the notices', ['sns:Subscribe', { topicArn: TOPIC, protocol: 'https', endpoint: 'https://pager.example.com' }] as Call],
    [
      'denies everybody the topic',
      ['sns:SetTopicAttributes', { topicArn: TOPIC, attributeName: 'Policy', attributeValue: DENY_ALL }] as Call,
    ],
    ['opens a function', ['lambda:AddPermission20150331v2', { functionName: 'Countersign-contain', principal: '999988887777' }] as Call],
  ])('%s by a resource of a stack of their own: it weighs what it weighs by hand', async (_, done) => {
    const byHand = await madeOf(record(done))
    expect(byHand).toMatchObject({ action: 'contain', weights: [0.9], priorities: [100] })
    expect(await madeOf(byCloudFormation(record(done)))).toEqual(byHand)
    const theirs = `arn:aws:iam::${ACCOUNT}:role/TheirStackRole`
    expect(await madeOf(byCloudFormation(record(done), theirs))).toMatchObject({ weights: [0.9], priorities: [100] })
  })

  it('by the role that deploys stacks, which an administrator may pass to a stack of his own: people are told, as of every deployment', async () => {
    expect(await madeOf(byCloudFormation(record(DENIED_ROLE), EXEC))).toMatchObject({ action: 'notify', weights: [0.3] })
  })

  it('with that role and by hand it is no deployment', async () => {
    const { userIdentity, ...rest } = byCloudFormation(record(DENIED_ROLE), EXEC) as { userIdentity: { invokedBy?: string } }
    const { invokedBy: _, ...identity } = userIdentity
    expect(await madeOf({ ...rest, userAgent: 'aws-cli/2.15.0', sourceIPAddress: '198.51.100.7', userIdentity: identity })).toMatchObject({
      weights: [0.9],
      priorities: [100],
    })
  })

  it('where no role is known to deploy the stack, people are asked whose it was', async () => {
    const { deployingRoles: _, ...unknown } = OWN
    for (const own of [unknown, { ...unknown, deployingRoles: new Set<string>() }])
      expect(await madeOf(byCloudFormation(record(DENIED_ROLE)), own)).toMatchObject({ action: 'ask', weights: [0.6], priorities: [100] })
  })
})

describe('an intruder wants a deployment over the stack to go unseen', () => {
  const CHANGE_SET = `arn:aws:cloudformation:us-east-1:${ACCOUNT}:changeSet/update/3c0e5a5e-0000-4000-8000-000000000000`
  const STACK = (name: string) => `arn:aws:cloudformation:us-east-1:${ACCOUNT}:stack/${name}/3c0e5a5e-0000-4000-8000-000000000000`
  const TOLD = { action: 'notify', weights: [0.3] }

  it.each([
    ['cloudformation:UpdateStack', { stackName: STACK('Countersign') }],
    ['cloudformation:ExecuteChangeSet', { changeSetName: CHANGE_SET, stackName: STACK('Countersign') }],
    ['cloudformation:CreateChangeSet', { changeSetName: 'update', stackName: STACK('Countersign') }],
    ['cloudformation:ExecuteChangeSet', { changeSetName: 'update', stackName: 'Countersign' }],
  ])('%s with %j is told', async (action, request) => {
    expect(await madeOf(record([action, request]))).toMatchObject(TOLD)
  })

  it('names a change set by its ARN alone, which does not say of which stack: people are told', async () => {
    expect(await madeOf(record(['cloudformation:ExecuteChangeSet', { changeSetName: CHANGE_SET }]))).toMatchObject(TOLD)
  })

  it.each([
    ['cloudformation:UpdateStack', { stackName: STACK('Web') }],
    ['cloudformation:ExecuteChangeSet', { changeSetName: CHANGE_SET, stackName: 'Web' }],
    ['cloudformation:CreateChangeSet', { changeSetName: 'Countersign-update', stackName: 'Web' }],
  ])('%s of a stack of others, %j, is no finding', async (action, request) => {
    expect(await madeOf(record([action, request]))).toMatchObject({ weights: [] })
  })
})

describe('an intruder looks for a change of our resources that nobody listed', () => {
  it.each([
    'PutBucketEncryption',
    'DeleteBucketEncryption',
    'PutBucketAcl',
    'PutBucketOwnershipControls',
    'DeleteBucketOwnershipControls',
    'PutBucketLogging',
    'PutBucketOfNextYear',
  ])('s3:%s on the bucket of the seals is tampering, and on another bucket it is not', async (operation) => {
    expect(await madeOf(record([`s3:${operation}`, { bucketName: BUCKET }]))).toMatchObject({ weights: [0.9], priorities: [100] })
    expect(await madeOf(record([`s3:${operation}`, { bucketName: 'web-assets' }]))).toMatchObject({ weights: [] })
  })

  it.each<[string, string, object, object]>([
    ['mutes alarms', ...MUTED, { name: 'nightly', rule: {}, muteTargets: { alarmNames: ['Web-Late'] } }],
    [
      'takes metrics out of a log',
      'logs:DeleteMetricFilter',
      { logGroupName: '/aws/lambda/Countersign-seal', filterName: 'x' },
      { logGroupName: '/aws/lambda/Web-seal', filterName: 'x' },
    ],
    [
      'replays old events into a rule',
      'events:StartReplay',
      { replayName: 'x', destination: { filterArns: [`arn:aws:events:us-east-1:${ACCOUNT}:rule/Countersign-RulesSignIns-X`] } },
      { replayName: 'x', destination: { filterArns: [`arn:aws:events:us-east-1:${ACCOUNT}:rule/Web-Nightly`] } },
    ],
    [
      'gives the bucket an access point',
      's3:CreateAccessPoint',
      { name: 'reports', CreateAccessPointRequest: { Bucket: BUCKET } },
      { name: 'reports', CreateAccessPointRequest: { Bucket: 'web-assets' } },
    ],
    [
      'names the bucket by its ARN',
      's3:PutResourceOfNextYear',
      { resourceArn: `arn:aws:s3:::${BUCKET}` },
      { resourceArn: 'arn:aws:s3:::web' },
    ],
  ])('%s: %s', async (_, action, ours, theirs) => {
    expect(await madeOf(record([action, ours]))).toMatchObject({ weights: [0.9], priorities: [100] })
    expect(await madeOf(record([action, theirs]))).toMatchObject({ weights: [] })
  })

  it.each<[string, object]>([
    ['dynamodb:CreateBackup', { tableName: 'Countersign-RecordTable-X', backupName: 'daily' }],
    ['dynamodb:RestoreTableToPointInTime', { sourceTableName: 'Countersign-RecordTable-X', targetTableName: 'looked-at' }],
    ['lambda:TagResource20170331v2', { resource: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:Countersign-respond`, tags: { team: 'x' } }],
    ['events:EnableRule', { name: 'Countersign-RulesSignIns-X' }],
    ['sns:ConfirmSubscription', { topicArn: TOPIC }],
  ])('%s takes nothing from the responder, and opens nothing: people are told, and nobody is asked', async (action, request) => {
    expect(await madeOf(record([action, request]))).toMatchObject({ action: 'notify', weights: [0.3] })
  })

  it.each<[string, object]>([
    // What is made has a name of its own, also where that begins like ours.
    ['iam:CreateRole', { roleName: 'Countersign-operators' }],
    ['s3:CreateBucket', { bucketName: 'Countersign-reports' }],
    [
      'cloudwatch:PutMetricAlarm',
      { alarmName: 'Web-Late', namespace: 'Countersign', dimensions: [{ name: 'FunctionName', value: 'Countersign-respond' }] },
    ],
    ['lambda:UpdateFunctionCode', { functionName: 'web', description: 'Countersign-respond answers it' }],
    ['sqs:TagQueue', { queueUrl: 'web', tags: { stack: 'Countersign' } }],
    ['iam:CreatePolicy', { policyName: 'reads', policyDocument: JSON.stringify({ Resource: TOPIC }) }],
    ['ec2:CreateVolume', { volumeType: 'gp3', kmsKeyId: 'Countersign' }],
    ['iam:CreateAccessKey', { userName: 'Countersign-ci' }],
  ])('%s that only mentions us is no finding: %j', async (action, request) => {
    expect(await madeOf(record([action, request]))).toMatchObject({ weights: [] })
  })
})
