import { giveKey } from '../../cast.ts'
import { longTimeOf } from '../../record.ts'
import { HOUR, MINUTE, SECOND } from '../../story.ts'
import type { Account } from '../account.ts'
import { byKey, keyUser, oldRole, PACES } from '../actors.ts'
import { assume } from '../assume.ts'
import { drawSome, times } from '../draw.ts'
import type { Kind, Plan } from '../kind.ts'
import { componentName, personName, resourceId, systemNames } from '../names.ts'
import { addressAt, drawSite } from '../places.ts'
import { developer } from '../routines/developer.ts'
import { functionJob, services } from '../routines/workloads.ts'
import type { Step } from '../step.ts'
import { agentOf } from '../tools.ts'

/** Days of those who may do much. */
export const ADMINISTRATORS: readonly Kind[] = [
  { name: 'keys-rotated-by-security', label: 'benign', plan: keysRotated },
  { name: 'sandbox-cleaned-up', label: 'benign', plan: cleanUp },
  { name: 'access-granted-by-ticket', label: 'benign', plan: accessByTicket },
  { name: 'log-archive-lifecycle', label: 'benign', plan: logArchive },
]

/** The security team's role makes new keys for users whose keys are old, and ends the old ones. */
function keysRotated(account: Account): Plan {
  const { random } = account
  const user = keyUser(account, random.pick(['key-steward', 'iam-hygiene', 'credential-keeper']))
  const role = oldRole(account, 'AccessKeyRotation')
  const origin = { address: addressAt(random, drawSite(random, 'cloud')), agent: agentOf(random, 'goSdk'), pace: PACES.script }
  const owners = times(random.whole(8, 30), () => keyUser(account, `svc-${componentName(random)}`))
  const open = (time: number) => assume(account, byKey(user, time, origin), { role, sessionName: 'rotation', time })
  const list: Step[] = [
    ['iam:ListUsers', { maxItems: 1000 }],
    ...owners.map(({ name }): Step => ['iam:ListAccessKeys', { userName: name }]),
  ]
  const everyDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 4 * 60, 5 * 60)
    account.run(open(time), time + SECOND, list)
  }
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 9 * 60, 14 * 60)
    const steps = owners.flatMap((owner): Step[] => {
      const userName = owner.name
      const old = owner.keys[0]?.id ?? ''
      const accessKeyId = giveKey(owner, time, random)
      const accessKey = { userName, accessKeyId, status: 'Active', createDate: longTimeOf(time) }
      return [
        ['iam:GetAccessKeyLastUsed', { accessKeyId: old }],
        ['iam:CreateAccessKey', { userName }, { response: { accessKey } }],
        ['secretsmanager:PutSecretValue', { secretId: `keys/${userName}` }],
        ['iam:UpdateAccessKey', { userName, accessKeyId: old, status: 'Inactive' }],
        ...(random.chance(0.3) ? [['iam:DeleteAccessKey', { userName, accessKeyId: old }] as const] : []),
      ]
    })
    account.run(open(time), time + SECOND, [...list, ...steps])
  }
  return { everyDay: [everyDay, services(account)], lastDay }
}

/** A janitor removes what is old from a sandbox: many resources of many kinds in minutes, some twice. */
function cleanUp(account: Account): Plan {
  const { random } = account
  const job = functionJob(account, { name: 'sandbox-janitor', everyMinutes: 24 * 60, steps: () => sweep(account, 2) })
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 18 * 60, 22 * 60)
    account.run(job.open(time), time + SECOND, sweep(account, random.whole(5, 15)))
  }
  return { everyDay: [job.everyDay, developer(account).everyDay], lastDay }
}

function sweep({ random }: Account, size: number): Step[] {
  const [name = ''] = systemNames(random, 1)
  const kinds: ((at: number) => Step)[] = [
    () => ['ec2:TerminateInstances', { instancesSet: { items: [{ instanceId: resourceId(random, 'i') }] } }],
    () => ['ec2:DeleteVolume', { volumeId: resourceId(random, 'vol') }],
    () => ['ec2:DeleteSnapshot', { snapshotId: resourceId(random, 'snap') }],
    (at) => ['lambda:DeleteFunction', { functionName: `${name}-trial-${at}` }],
    (at) => [
      's3:DeleteBucket',
      { bucketName: `example-${name}-trial-${at}`, Host: 's3.amazonaws.com' },
      random.chance(0.3) ? { error: ['BucketNotEmpty', 'The bucket you tried to delete is not empty'] } : {},
    ],
    (at) => ['dynamodb:DeleteTable', { tableName: `${name}-trial-${at}` }],
    (at) => ['rds:DeleteDBInstance', { dBInstanceIdentifier: `${name}-trial-${at}`, skipFinalSnapshot: true }],
    (at) => ['cloudformation:DeleteStack', { stackName: `${name}-trial-${at}` }],
    (at) => ['logs:DeleteLogGroup', { logGroupName: `/aws/lambda/${name}-trial-${at}` }],
  ]
  const looks = [
    'ec2:DescribeInstances',
    'ec2:DescribeVolumes',
    'ec2:DescribeSnapshots',
    'lambda:ListFunctions',
    's3:ListBuckets',
    'dynamodb:ListTables',
    'rds:DescribeDBInstances',
    'cloudformation:ListStacks',
    'logs:DescribeLogGroups',
  ]
  return [
    ...looks.map((action): Step => [action]),
    ...drawSome(random, kinds, Math.min(kinds.length, size)).flatMap((make) => times(Math.ceil(size / 2), make)),
  ]
}

/** An administrator grants what tickets ask for: a user, groups, a policy, an administrator for two hours. */
function accessByTicket(account: Account): Plan {
  const { random } = account
  const admin = developer(account, 'Administrators')
  const ticket = (): Step[] => {
    const userName = personName(random)
    return [
      ['iam:ListGroupsForUser', { userName }],
      ['iam:AddUserToGroup', { userName, groupName: random.pick(['readers', 'analysts', 'support']) }],
    ]
  }
  const everyDay = (midnight: number) => {
    admin.everyDay(midnight)
    const time = account.minuteOf(midnight, 9 * 60, 16 * 60)
    if (random.chance(0.25)) account.run(admin.open(time, { agent: admin.browser }), time, ticket())
  }
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 9 * 60, 14 * 60)
    const session = admin.open(time, { agent: admin.browser })
    const userName = personName(random)
    const policyArn = 'arn:aws:iam::aws:policy/AdministratorAccess'
    const user = {
      userName,
      userId: `AIDA${random.text(17, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`,
      arn: `arn:aws:iam::123456789012:user/${userName}`,
    }
    const end = account.run(session, time, [
      ['iam:CreateUser', { userName }, { response: { user } }],
      [
        'iam:CreateLoginProfile',
        { userName, passwordResetRequired: true },
        { response: { loginProfile: { userName, passwordResetRequired: true, createDate: longTimeOf(time) } } },
      ],
      ...times(random.whole(2, 4), ticket).flat(),
      ['iam:AttachUserPolicy', { userName, policyArn }],
    ])
    account.run(admin.open(end), end + 2 * HOUR, [
      ['iam:DetachUserPolicy', { userName, policyArn }],
      ['iam:ListAttachedUserPolicies', { userName }],
    ])
  }
  return { everyDay: [everyDay, services(account)], lastDay }
}

/** A platform engineer moves the archive of logs to cheaper storage, with a shorter time to keep them, as code. */
function logArchive(account: Account): Plan {
  const { random } = account
  const engineer = developer(account, 'PlatformAdmins')
  const agent = agentOf(random, 'pulumi')
  const bucketName = `example-${systemNames(random, 1)[0]}-logs`
  const bucket = { bucketName, Host: `${bucketName}.s3.${account.home}.amazonaws.com` }
  const refresh: Step[] = ['GetBucketLocation', 'GetBucketVersioning', 'GetBucketLogging', 'GetBucketEncryption', 'GetBucketAcl'].map(
    (name): Step => [`s3:${name}`, bucket],
  )
  const rule = {
    ID: 'archive',
    Status: 'Enabled',
    Transition: { Days: 30, StorageClass: 'GLACIER_IR' },
    Expiration: { Days: random.pick([180, 365, 400]) },
  }
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 9 * 60, 15 * 60)
    const session = { ...engineer.open(time, { agent }), pace: PACES.program }
    const end = account.run(session, time, [
      ['sts:GetCallerIdentity'],
      ...refresh,
      ['cloudtrail:DescribeTrails'],
      ['cloudtrail:GetTrailStatus', { name: 'organization' }],
    ])
    account.run(session, end + 3 * MINUTE, [
      ...refresh,
      ['s3:PutBucketLifecycle', { ...bucket, LifecycleConfiguration: { Rule: rule } }],
      ['logs:PutRetentionPolicy', { logGroupName: '/aws/cloudtrail/organization', retentionInDays: 90 }],
      ['s3:GetBucketLifecycle', bucket],
    ])
  }
  return { everyDay: [engineer.everyDay, services(account)], lastDay }
}
