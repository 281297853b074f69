import { describe, expect, it } from 'vitest'
import { foldInto } from '../../shared/detect/fold.ts'
import { isOwnWork, noteWorks } from '../../shared/detect/own-works.ts'
import { emptyState } from '../../shared/domain/identity-state.ts'
import { emptyIdentityWindow } from '../../shared/domain/identity-window.ts'
import type { Signal } from '../../shared/domain/signal.ts'
import { ACCOUNT, arnOf, NOW } from '../embedded.ts'

const HOUR = 3_600_000
const REGION = 'us-east-1'
const at = (service: string, resource: string, { region = REGION, account = ACCOUNT } = {}) =>
  `arn:aws:${service}:${region}:${account}:${resource}`

let calls = 0
const signalOf = (action: string, parts: object = {}) =>
  ({
    id: `s${calls++}`,
    kind: 'api-call',
    source: 'cloudtrail',
    time: NOW,
    account: ACCOUNT,
    region: REGION,
    identity: { id: arnOf('ci'), kind: 'iam-user', name: 'ci', account: ACCOUNT },
    credential: { id: 'AKIAIOSFODNN7EXAMPLE', kind: 'access-key' },
    service: action.split(':')[0],
    action,
    isReadOnly: false,
    outcome: 'success',
    isAuthenticated: true,
    request: {},
    response: {},
    details: {},
    origin: { country: 'US', addressKind: 'public', agentFamily: 'aws-cli', network: 'AS64496', agent: 'aws-cli/2' },
    ...parts,
  }) as unknown as Signal

/** True where a call is about an own work, after calls that created something. */
function isOwn(created: readonly Signal[], changing: Signal): boolean {
  const across = emptyIdentityWindow()
  for (const signal of created) noteWorks(across, signal)
  return isOwnWork(across, changing)
}

/** What each kind of resource is created by, and how a later call names it. */
const KINDS: readonly (readonly [action: string, created: object, later: string, request: object])[] = [
  [
    'ec2:RunInstances',
    { response: { instancesSet: { items: [{ instanceId: 'i-1' }] } } },
    'ec2:TerminateInstances',
    { instancesSet: { items: [{ instanceId: 'i-1' }] } },
  ],
  ['ec2:CreateVolume', { response: { volumeId: 'vol-1' } }, 'ec2:DeleteVolume', { volumeId: 'vol-1' }],
  ['ec2:CreateSnapshot', { response: { snapshotId: 'snap-1' } }, 'ec2:DeleteSnapshot', { snapshotId: 'snap-1' }],
  ['ec2:CopySnapshot', { response: { snapshotId: 'snap-2' } }, 'ec2:DeleteSnapshot', { snapshotId: 'snap-2' }],
  ['ec2:CreateImage', { response: { imageId: 'ami-1' } }, 'ec2:DeregisterImage', { imageId: 'ami-1' }],
  ['ec2:CreateVpc', { response: { vpc: { vpcId: 'vpc-1' } } }, 'ec2:DeleteVpc', { vpcId: 'vpc-1' }],
  ['ec2:CreateSecurityGroup', { response: { groupId: 'sg-1' } }, 'ec2:AuthorizeSecurityGroupIngress', { groupId: 'sg-1' }],
  ['rds:CreateDBInstance', { request: { dBInstanceIdentifier: 'orders' } }, 'rds:DeleteDBInstance', { dBInstanceIdentifier: 'orders' }],
  [
    'rds:RestoreDBClusterFromSnapshot',
    { request: { dBClusterIdentifier: 'orders' } },
    'rds:DeleteDBCluster',
    { dBClusterIdentifier: 'orders' },
  ],
  ['dynamodb:CreateTable', { request: { tableName: 'orders' } }, 'dynamodb:DeleteTable', { tableName: at('dynamodb', 'table/orders') }],
  [
    'lambda:CreateFunction',
    { request: { functionName: 'orders' } },
    'lambda:DeleteFunction',
    { functionName: at('lambda', 'function:orders') },
  ],
  ['logs:CreateLogGroup', { request: { logGroupName: '/aws/orders' } }, 'logs:DeleteLogGroup', { logGroupName: '/aws/orders' }],
  ['kms:CreateKey', { response: { keyMetadata: { keyId: 'k-1' } } }, 'kms:ScheduleKeyDeletion', { keyId: at('kms', 'key/k-1') }],
  [
    'secretsmanager:CreateSecret',
    { request: { name: 'orders' }, response: { arn: at('secretsmanager', 'secret:orders-AbCdEf') } },
    'secretsmanager:DeleteSecret',
    { secretId: at('secretsmanager', 'secret:orders-AbCdEf') },
  ],
  ['secretsmanager:CreateSecret', { request: { name: 'orders' } }, 'secretsmanager:DeleteSecret', { secretId: 'orders' }],
  ['eks:CreateCluster', { request: { name: 'pods' } }, 'eks:CreateAccessEntry', { name: 'pods' }],
  ['iam:CreateRole', { request: { roleName: 'orders' } }, 'iam:UpdateAssumeRolePolicy', { roleName: 'orders' }],
  ['cloudtrail:CreateTrail', { request: { name: 'trail' } }, 'cloudtrail:DeleteTrail', { name: at('cloudtrail', 'trail/trail') }],
  ['cloudformation:CreateStack', { request: { stackName: 'orders' } }, 'cloudformation:DeleteStack', { stackName: 'orders' }],
  ['ecr:CreateRepository', { request: { repositoryName: 'team/orders' } }, 'ecr:DeleteRepository', { repositoryName: 'team/orders' }],
]

describe('what an identity created itself', () => {
  it.each(KINDS)('%s: is its own for a day, in its region, for whoever created it', (action, created, later, request) => {
    const creation = signalOf(action, created)
    const own = (parts: object = {}) => isOwn([creation], signalOf(later, { request, ...parts }))
    expect(own()).toBe(true)
    expect(own({ time: NOW + 24 * HOUR })).toBe(true)
    expect(own({ time: NOW + 24 * HOUR + 1 })).toBe(false)
    expect(own({ region: 'eu-west-1' })).toBe(false)
    expect(own({ request: {} })).toBe(false)
    expect(isOwn([], signalOf(later, { request }))).toBe(false)
    expect(isOwn([signalOf(action, { ...created, outcome: 'denied' })], signalOf(later, { request }))).toBe(false)
    expect(isOwn([signalOf(action, { ...created, isAuthenticated: false })], signalOf(later, { request }))).toBe(false)
    expect(isOwn([{ ...creation, time: NOW - HOUR } as Signal, creation], signalOf(later, { request, time: NOW + 24 * HOUR }))).toBe(true)
  })

  it('is not the call about it and about something of somebody else', () => {
    const created = [1, 2].map((n) => signalOf('ec2:RunInstances', { response: { instancesSet: { items: [{ instanceId: `i-${n}` }] } } }))
    const terminated = (...ids: string[]) =>
      signalOf('ec2:TerminateInstances', { request: { instancesSet: { items: ids.map((instanceId) => ({ instanceId })) } } })
    expect(isOwn(created, terminated('i-1', 'i-2'))).toBe(true)
    expect(isOwn(created, terminated('i-1', 'i-of-others'))).toBe(false)
  })

  it.each<readonly [action: string, created: object, later: string, request: object]>([
    ['s3:CreateBucket', { bucketName: 'orders' }, 's3:DeleteBucket', { bucketName: 'orders' }],
    ['sns:CreateTopic', { name: 'orders' }, 'sns:DeleteTopic', { topicArn: at('sns', 'orders') }],
    ['sqs:CreateQueue', { queueName: 'orders' }, 'sqs:DeleteQueue', { queueName: 'orders' }],
    ['events:PutRule', { name: 'audit' }, 'events:DisableRule', { name: 'audit' }],
    ['cloudwatch:PutMetricAlarm', { alarmName: 'errors' }, 'cloudwatch:DeleteAlarms', { alarmNames: ['errors'] }],
    ['lambda:CreateFunctionUrlConfig', { functionName: 'orders' }, 'lambda:DeleteFunction', { functionName: 'orders' }],
    ['secretsmanager:PutSecretValue', { secretId: 'orders' }, 'secretsmanager:DeleteSecret', { secretId: 'orders' }],
  ])('is nothing by %s, which succeeds where the resource of somebody else is there already', (action, created, later, request) => {
    expect(isOwn([signalOf(action, { request: created })], signalOf(later, { request }))).toBe(false)
  })

  it('is the newest 24 at most, so that what is held is bounded', () => {
    const created = Array.from({ length: 25 }, (_, n) =>
      signalOf('dynamodb:CreateTable', { time: NOW + n, request: { tableName: `t${n}` } }),
    )
    const own = (tableName: string) => isOwn(created, signalOf('dynamodb:DeleteTable', { time: NOW + 100, request: { tableName } }))
    expect([own('t0'), own('t1'), own('t24')]).toEqual([false, true, true])
  })
})

describe('an intruder who wants the resource of a victim to be its own', () => {
  const createdFunction = (functionName: string) => signalOf('lambda:CreateFunction', { request: { functionName } })
  const instances = (count: number) => ({ instancesSet: { items: Array.from({ length: count }, (_, n) => ({ instanceId: `i-${n}` })) } })
  const deletedFunction = (functionName: string) => signalOf('lambda:DeleteFunction', { request: { functionName } })

  it.each<readonly [how: string, created: Signal, changing: Signal]>([
    [
      'creates another of the same name in another region',
      signalOf('dynamodb:CreateTable', { region: 'eu-west-1', request: { tableName: 'orders' } }),
      signalOf('dynamodb:DeleteTable', { request: { tableName: 'orders' } }),
    ],
    [
      'creates another of the same name of another service',
      signalOf('dynamodb:CreateTable', { request: { tableName: 'orders' } }),
      signalOf('ecr:DeleteRepository', { request: { repositoryName: 'orders' } }),
    ],
    [
      'creates another kind of the same name',
      signalOf('rds:CreateDBCluster', { request: { dBClusterIdentifier: 'orders' } }),
      signalOf('rds:DeleteDBInstance', { request: { dBInstanceIdentifier: 'orders' } }),
    ],
    [
      'names its secret as AWS names the end of the victim’s ARN',
      signalOf('secretsmanager:CreateSecret', { request: { name: 'orders-AbCdEf' } }),
      signalOf('secretsmanager:DeleteSecret', { request: { secretId: at('secretsmanager', 'secret:orders-AbCdEf') } }),
    ],
    ['names its function as an alias of the victim’s', createdFunction('prod'), deletedFunction(at('lambda', 'function:orders:prod'))],
    [
      'names its log group as the end of the victim’s',
      signalOf('logs:CreateLogGroup', { request: { logGroupName: 'orders' } }),
      signalOf('logs:DeleteLogGroup', { request: { logGroupName: at('logs', 'log-group:/aws/orders') } }),
    ],
    [
      'names its stack by the id of the victim’s',
      signalOf('cloudformation:CreateStack', { request: { stackName: 'abc-1' } }),
      signalOf('cloudformation:DeleteStack', { request: { stackName: at('cloudformation', 'stack/orders/abc-1') } }),
    ],
    [
      'names one of another region by its ARN',
      createdFunction('orders'),
      deletedFunction(at('lambda', 'function:orders', { region: 'eu-west-1' })),
    ],
    [
      'names one of another account by its ARN',
      createdFunction('orders'),
      deletedFunction(at('lambda', 'function:orders', { account: '210987654321' })),
    ],
    [
      'restores its secret, which was never deleted',
      signalOf('secretsmanager:RestoreSecret', { request: { secretId: 'orders' }, response: { name: 'orders' } }),
      signalOf('secretsmanager:DeleteSecret', { request: { secretId: 'orders' } }),
    ],
    [
      'brings its snapshot back from the recycle bin',
      signalOf('ec2:RestoreSnapshotFromRecycleBin', { request: { snapshotId: 'snap-1' }, response: { snapshotId: 'snap-1' } }),
      signalOf('ec2:DeleteSnapshot', { request: { snapshotId: 'snap-1' } }),
    ],
    [
      'names the victim’s function in a tag of its own',
      signalOf('lambda:CreateFunction', { request: { functionName: 'mine', tags: { functionName: 'orders' } } }),
      deletedFunction('orders'),
    ],
    [
      'names the victim’s log group in a tag of its own',
      signalOf('logs:CreateLogGroup', { request: { logGroupName: 'mine', tags: { logGroupName: '/aws/orders' } } }),
      signalOf('logs:DeleteLogGroup', { request: { logGroupName: '/aws/orders' } }),
    ],
    [
      'names the victim’s cluster in a tag of its own',
      signalOf('eks:CreateCluster', { request: { name: 'mine', tags: { name: 'orders' } } }),
      signalOf('eks:DeleteCluster', { request: { name: 'orders' } }),
    ],
    [
      'names it behind so many of its own that nobody reads it',
      signalOf('ec2:RunInstances', { response: instances(24) }),
      signalOf('ec2:TerminateInstances', { request: instances(25) }),
    ],
    [
      'names it behind one of its own, many times',
      signalOf('ec2:RunInstances', { response: instances(1) }),
      signalOf('ec2:TerminateInstances', {
        request: { instancesSet: { items: [...Array(24).fill({ instanceId: 'i-0' }), { instanceId: 'i-1' }] } },
      }),
    ],
  ])('%s: it is not', (_, created, changing) => {
    expect(isOwn([created], changing)).toBe(false)
  })
})

describe('detectors and own works', () => {
  const detectorsOf = (...signals: readonly Signal[]) => {
    const state = emptyState(signals[0]?.identity as Signal['identity'])
    return signals.flatMap((signal) => foldInto(state, signal)?.findings.map(({ detector }) => detector) ?? [])
  }
  const database = { request: { dBInstanceIdentifier: 'orders' } }
  const trust = { Statement: [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::999988887777:root' }, Action: 'sts:AssumeRole' }] }

  it('the deletion of what it created today is no finding, that of another is', () => {
    const created = signalOf('rds:CreateDBInstance', database)
    expect(detectorsOf(created, signalOf('rds:DeleteDBInstance', { ...database, time: NOW + 1000 }))).not.toContain('database-deleted')
    expect(detectorsOf(signalOf('rds:DeleteDBInstance', database))).toContain('database-deleted')
  })

  it('rights that it grants to what it created are found all the same', () => {
    const role = signalOf('iam:CreateRole', { request: { roleName: 'door' } })
    const granted = { roleName: 'door', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }
    expect(detectorsOf(role, signalOf('iam:AttachRolePolicy', { time: NOW + 1000, request: granted }))).toContain('admin-policy-granted')
    const opened = { roleName: 'door', policyDocument: JSON.stringify(trust) }
    expect(detectorsOf(role, signalOf('iam:UpdateAssumeRolePolicy', { time: NOW + 1000, request: opened }))).toContain(
      'trust-policy-opened',
    )
  })

  it('the provider of a cluster that it created is none of a stranger; that of another cluster is, and so is any other provider', () => {
    const cluster = signalOf('eks:CreateCluster', { region: 'eu-west-1', request: { name: 'pods' } })
    const added = (url: string) => signalOf('iam:CreateOpenIDConnectProvider', { time: NOW + 1000, request: { url } })
    const issuer = 'https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF'
    expect(detectorsOf(cluster, added(issuer))).not.toContain('identity-provider-added')
    expect(detectorsOf(added(issuer))).toContain('identity-provider-added')
    expect(detectorsOf(cluster, added('https://login.example.com'))).toContain('identity-provider-added')
    expect(detectorsOf(cluster, added('https://oidc.eks.eu-west-1.amazonaws.com.example.com/id/0'))).toContain('identity-provider-added')
  })
})
