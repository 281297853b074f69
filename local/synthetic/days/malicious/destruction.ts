import { ACCOUNT } from '../../record.ts'
import type { Account } from '../account.ts'
import { PACES } from '../actors.ts'
import { times } from '../draw.ts'
import type { Kind, Plan } from '../kind.ts'
import { OUTSIDE_ACCOUNTS, resourceId, systemNames } from '../names.ts'
import { developer } from '../routines/developer.ts'
import { keyPipeline, oidcPipeline } from '../routines/pipelines.ts'
import { functionJob, services } from '../routines/workloads.ts'
import { DATA_EVENT, type Step } from '../step.ts'
import { intruderAt, lookAround, stolen } from './intruder.ts'

/** Intrusions that destroy, or lock up and ask for money. */
export const DESTRUCTION: readonly Kind[] = [
  { name: 'buckets-locked-by-foreign-key', label: 'malicious', technique: 'T1486', isIrreversible: true, plan: foreignKey },
  { name: 'objects-locked-by-customer-key', label: 'malicious', technique: 'T1486', isIrreversible: true, plan: customerKey },
  { name: 'wiper-from-own-runner', label: 'malicious', technique: 'T1485', isIrreversible: true, plan: wiper },
  { name: 'backups-deleted', label: 'malicious', technique: 'T1490', isIrreversible: true, plan: backupsDeleted },
]

/** A leaked key has buckets encrypted by a key of another account, ends their versions, and lets what is old expire within days. */
function foreignKey(account: Account): Plan {
  const { random } = account
  const pipeline = keyPipeline(account)
  const KMSMasterKeyID = `arn:aws:kms:${account.home}:${OUTSIDE_ACCOUNTS.stranger}:key/${random.uuid()}`
  const rule = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID } }
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 0, 20 * 60)
    const caller = stolen(pipeline.caller(time), intruderAt(account, random.pick(['rented', 'exit']), 'cliOnLinux'))
    const buckets = systemNames(random, random.whole(2, 7)).map((name) => ({
      bucketName: `example-${name}-data`,
      Host: 's3.amazonaws.com',
    }))
    account.run(caller, time, [
      ...lookAround(account, random.whole(0, 4), 0.3),
      ['s3:ListBuckets'],
      ...buckets.flatMap((bucket): Step[] => [
        ['s3:GetBucketVersioning', bucket],
        ['s3:GetBucketEncryption', bucket],
        ['s3:GetBucketLifecycle', bucket],
      ]),
      ...buckets.flatMap((bucket): Step[] => [
        ['s3:PutBucketVersioning', { ...bucket, VersioningConfiguration: { Status: 'Suspended' } }],
        ['s3:PutBucketEncryption', { ...bucket, ServerSideEncryptionConfiguration: { Rule: rule } }],
        [
          's3:PutBucketLifecycle',
          { ...bucket, LifecycleConfiguration: { Rule: { ID: 'r', Status: 'Enabled', Expiration: { Days: random.whole(1, 7) } } } },
          { isIrreversible: true },
        ],
      ]),
    ])
  }
  return { everyDay: [pipeline.everyDay, services(account)], lastDay }
}

/** Objects are copied over themselves with a key that only the intruder has, in a bucket whose data events are logged. */
function customerKey(account: Account): Plan {
  const { random } = account
  const bucketName = `example-${systemNames(random, 1)[0]}-archive`
  const read = (): Step => ['s3:GetObject', { bucketName, key: `in/${random.whole(1, 9999)}.json`, Host: bucketName }, { more: DATA_EVENT }]
  const job = functionJob(account, { name: 'archive-reader', everyMinutes: 240, steps: () => times(3, read) })
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 0, 21 * 60)
    const caller = stolen(job.open(time), intruderAt(account, 'rented', random.pick(['s3Browser', 'boto']), PACES.program))
    const lock = (): Step => {
      const key = `in/${random.whole(1, 9999)}.json`
      const request = {
        bucketName,
        key,
        Host: bucketName,
        'x-amz-copy-source': `${bucketName}/${key}`,
        'x-amz-server-side-encryption-customer-algorithm': 'AES256',
      }
      return ['s3:CopyObject', request, { isIrreversible: true, more: DATA_EVENT }]
    }
    account.run(caller, time, [
      ['sts:GetCallerIdentity'],
      ['s3:ListBuckets', null, { refused: true }],
      ['s3:GetBucketVersioning', { bucketName, Host: bucketName }],
      ...times(random.whole(4, 20), read),
      ...times(random.whole(20, 70), lock),
      ['s3:PutObject', { bucketName, key: 'HOW_TO_GET_IT_BACK.txt', Host: bucketName }, { more: DATA_EVENT }],
    ])
  }
  return { everyDay: [job.everyDay, services(account)], lastDay }
}

/** Someone who can change the pipeline has it delete what it deploys, from its own runner with its own role. */
function wiper(account: Account): Plan {
  const { random } = account
  const pipeline = oidcPipeline(account, 'pulumi')
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 0, 23 * 60)
    const session = { ...pipeline.open(time, { label: 'malicious' }), pace: PACES.program }
    const names = systemNames(random, random.whole(3, 8))
    account.run(session, time + 30_000, [
      ['sts:GetCallerIdentity'],
      ['rds:DescribeDBInstances'],
      ['dynamodb:ListTables'],
      ...names.flatMap((name): Step[] => [
        ['rds:ModifyDBInstance', { dBInstanceIdentifier: `${name}-db`, deletionProtection: false, applyImmediately: true }],
        [
          'rds:DeleteDBInstance',
          { dBInstanceIdentifier: `${name}-db`, skipFinalSnapshot: true, deleteAutomatedBackups: true },
          { isIrreversible: true },
        ],
        ['dynamodb:DeleteTable', { tableName: `${name}-items` }, { isIrreversible: true }],
        [
          's3:DeleteBucket',
          { bucketName: `example-${name}-data`, Host: 's3.amazonaws.com' },
          { error: ['BucketNotEmpty', 'The bucket you tried to delete is not empty'] },
        ],
        ['cloudformation:DeleteStack', { stackName: name }],
        ['kms:ScheduleKeyDeletion', { keyId: random.uuid(), pendingWindowInDays: 7 }],
      ]),
    ])
  }
  return { everyDay: [pipeline.everyDay, developer(account).everyDay], lastDay }
}

/** An operator's session deletes recovery points, snapshots and the plans that make them, before anything else happens. */
function backupsDeleted(account: Account): Plan {
  const { random } = account
  const operator = developer(account, 'Operations')
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 0, 22 * 60)
    const caller = stolen(operator.open(time), intruderAt(account, random.pick(['rented', 'farHome']), 'cliOnWindows'))
    const points = times(random.whole(5, 25), () => `arn:aws:backup:${account.home}:${ACCOUNT}:recovery-point:${random.uuid()}`)
    account.run(caller, time, [
      ['backup:ListBackupVaults'],
      ['backup:ListBackupPlans'],
      ['backup:ListRecoveryPointsByBackupVault', { backupVaultName: 'main' }],
      ['backup:DeleteBackupVaultLockConfiguration', { backupVaultName: 'main' }, { refused: true }],
      ...points.map(
        (recoveryPointArn): Step => ['backup:DeleteRecoveryPoint', { backupVaultName: 'main', recoveryPointArn }, { isIrreversible: true }],
      ),
      ['backup:DeleteBackupPlan', { backupPlanId: random.uuid() }],
      ['ec2:DescribeSnapshots'],
      ...times(
        random.whole(5, 30),
        (): Step => ['ec2:DeleteSnapshot', { snapshotId: resourceId(random, 'snap') }, { isIrreversible: true }],
      ),
    ])
  }
  return { everyDay: [operator.everyDay, services(account)], lastDay }
}
