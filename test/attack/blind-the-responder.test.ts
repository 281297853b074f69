import { describe, expect, it } from 'vitest'
import { pipeline } from '../../shared/pipeline.ts'
import { ACCOUNT, call, embedded } from '../embedded.ts'

const BUCKET = 'countersign-sealseals1a2b3c4d-xyz'
const SECRET = 'security/slack-app'
const API = 'a1b2c3d4e5'
const OWN = {
  sessions: new Set([`arn:aws:sts::${ACCOUNT}:assumed-role/Countersign-ContainRole/Countersign-contain`]),
  stackName: 'Countersign',
  names: new Set([BUCKET, SECRET, API]),
}

/** The findings about a call of an administrator's session. */
async function findingsOf(action: string, request: object, response: object = {}) {
  const { ports } = await embedded()
  const issuer = { type: 'Role', arn: `arn:aws:iam::${ACCOUNT}:role/Admin`, userName: 'Admin' }
  const userIdentity = {
    type: 'AssumedRole',
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Admin/mallory`,
    accountId: ACCOUNT,
    accessKeyId: 'ASIASESSIONOFADMIN01',
    sessionContext: { sessionIssuer: issuer },
  }
  const { outcomes } = await pipeline(ports, OWN)([{ ...call(action, { id: 'b1', request, response }), userIdentity }])
  return outcomes.flatMap(({ assessment }) => assessment.contributions.map(({ finding }) => finding.detector))
}

describe('an administrator whose session was stolen wants the responder to see nothing', () => {
  it.each([
    ['stops a rule', 'events:DisableRule', { name: 'Countersign-RulesSignIns1A2B-X' }, { name: 'Web-Nightly' }],
    [
      'takes the expiry of items for another attribute',
      'dynamodb:UpdateTimeToLive',
      { tableName: 'Countersign-RecordTable-X' },
      { tableName: 'Web-Table' },
    ],
    [
      'opens the table to another account',
      'dynamodb:PutResourcePolicy',
      { resourceArn: `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/Countersign-RecordTable-X` },
      { resourceArn: `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/Web-Table` },
    ],
    [
      'deletes an alarm among a hundred',
      'cloudwatch:DeleteAlarms',
      { alarmNames: [...Array(99).fill('x'), 'Countersign-AlarmsHotLate1A2B-X'] },
      { alarmNames: Array(100).fill('x') },
    ],
    ['mutes an alarm', 'cloudwatch:DisableAlarmActions', { alarmNames: ['Countersign-AlarmsHotLate1A2B-X'] }, { alarmNames: ['Web-Late'] }],
    ['stops the sweep', 'scheduler:DeleteSchedule', { name: 'Countersign-SweepEverySchedule-X' }, { name: 'Web-Nightly' }],
    ['lets others invoke a function', 'lambda:AddPermission', { functionName: 'Countersign-contain' }, { functionName: 'Web-contain' }],
    [
      'maps a queue of their own to a function',
      'lambda:CreateEventSourceMapping',
      { functionName: 'Countersign-respond' },
      { functionName: 'Web-respond' },
    ],
    ['swaps the signing secret of Slack', 'secretsmanager:PutSecretValue', { secretId: SECRET }, { secretId: 'web/slack-app' }],
    [
      'deletes it by its ARN',
      'secretsmanager:DeleteSecret',
      { secretId: `arn:aws:secretsmanager:us-east-1:${ACCOUNT}:secret:${SECRET}-AbCdEf` },
      { secretId: `arn:aws:secretsmanager:us-east-1:${ACCOUNT}:secret:web/slack-app-AbCdEf` },
    ],
    ['opens the bucket of the seals', 's3:PutBucketPolicy', { bucketName: BUCKET }, { bucketName: 'web-assets' }],
    ['deletes the API that Slack calls', 'apigateway:DeleteApi', { apiId: API }, { apiId: 'zzzzzzzzzz' }],
    [
      'empties a dead-letter queue',
      'sqs:PurgeQueue',
      { queueUrl: `https://sqs.us-east-1.amazonaws.com/${ACCOUNT}/Countersign-QueuesHotDeadLetters-X` },
      { queueUrl: `https://sqs.us-east-1.amazonaws.com/${ACCOUNT}/Web-Queue` },
    ],
  ])('%s: it is seen as tampering, and the same call on a thing of others is not', async (_, action, ours, theirs) => {
    expect(await findingsOf(action, ours)).toContain('responder-tampered')
    expect(await findingsOf(action, theirs)).not.toContain('responder-tampered')
  })

  const QUARANTINE = `arn:aws:iam::${ACCOUNT}:policy/Countersign-ContainQuarantineX`
  it.each([
    ['iam:CreatePolicyVersion', { policyArn: QUARANTINE, policyDocument: '{}' }, true],
    ['iam:SetDefaultPolicyVersion', { policyArn: QUARANTINE, versionId: 'v2' }, true],
    ['iam:AttachUserPolicy', { userName: 'somebody', policyArn: QUARANTINE }, false],
    ['iam:PutUserPermissionsBoundary', { userName: 'somebody', permissionsBoundary: QUARANTINE }, false],
    ['iam:CreateUser', { userName: 'somebody', permissionsBoundary: QUARANTINE }, false],
    ['iam:AttachRolePolicy', { roleName: 'Countersign-RespondRoleX', policyArn: QUARANTINE }, true],
    ['iam:PutRolePermissionsBoundary', { roleName: 'Countersign-RespondRoleX', permissionsBoundary: QUARANTINE }, true],
  ] as const)(
    '%s with our policy that denies everything: a change of it, or of a role of ours, is tampering, and its use is not',
    async (action, request, isTampering) => {
      expect((await findingsOf(action, request)).includes('responder-tampered')).toBe(isTampering)
    },
  )

  it('deletes an event source mapping, which the request names by its id alone: the response names the function', async () => {
    const uuid = { uuid: '3c0e5a5e-0000-4000-8000-000000000000' }
    const functionArn = (name: string) => ({ functionArn: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:${name}` })
    expect(await findingsOf('lambda:DeleteEventSourceMapping', uuid, functionArn('Countersign-respond'))).toContain('responder-tampered')
    expect(await findingsOf('lambda:DeleteEventSourceMapping', uuid, functionArn('Web-handler'))).not.toContain('responder-tampered')
  })

  it('stops the trail without which EventBridge delivers nothing: it is evasion, whosever trail it is', async () => {
    expect(await findingsOf('cloudtrail:StopLogging', { name: 'organisation' })).toContain('logging-tampered')
    expect(await findingsOf('cloudtrail:StartLogging', { name: 'organisation' })).not.toContain('logging-tampered')
  })

  it('deploys a stack of their own over it: people are told, as of every deployment, and nobody is contained for that alone', async () => {
    const deployment = { stackName: 'Countersign', changeSetName: 'cdk-deploy-change-set' }
    expect(await findingsOf('cloudformation:ExecuteChangeSet', deployment)).toEqual(['responder-tampered'])
    expect(await findingsOf('cloudformation:ExecuteChangeSet', { ...deployment, stackName: 'Web' })).toEqual([])
  })
})
