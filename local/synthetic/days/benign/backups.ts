import { HOUR, MINUTE } from '../../story.ts'
import type { Account } from '../account.ts'
import { oldRole, PACES } from '../actors.ts'
import { assumeForService, assumeFromOutside } from '../assume.ts'
import { times } from '../draw.ts'
import type { Kind, Plan } from '../kind.ts'
import { OUTSIDE_ACCOUNTS, resourceId, systemNames } from '../names.ts'
import { anyAddress } from '../places.ts'
import { developer } from '../routines/developer.ts'
import { services } from '../routines/workloads.ts'
import type { Step } from '../step.ts'
import { agentOf } from '../tools.ts'

/** Days on which data is copied or brought back. */
export const BACKUPS: readonly Kind[] = [
  { name: 'restore-drill', label: 'benign', plan: restoreDrill },
  { name: 'backup-vendor-copies-out', label: 'benign', plan: backupVendor },
  { name: 'backup-service-runs', label: 'benign', plan: backupService },
]

/** A database is restored from last night's snapshot beside the real one, looked at, and deleted. */
function restoreDrill(account: Account): Plan {
  const { random } = account
  const keeper = developer(account, 'DatabaseAdmins')
  const [system = ''] = systemNames(random, 1)
  const dBInstanceIdentifier = `${system}-drill-${random.whole(10, 99)}`
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 7 * 60, 11 * 60)
    const wait = times(random.whole(8, 25), (): Step => ['rds:DescribeDBInstances', { dBInstanceIdentifier }])
    const end = account.run(keeper.open(time), time + MINUTE, [
      ['rds:DescribeDBSnapshots', { dBInstanceIdentifier: `${system}-db`, snapshotType: 'automated' }],
      ['rds:DescribeDBSubnetGroups'],
      [
        'rds:RestoreDBInstanceFromDBSnapshot',
        {
          dBInstanceIdentifier,
          dBSnapshotIdentifier: `rds:${system}-db-nightly`,
          dBInstanceClass: 'db.t4g.large',
          publiclyAccessible: false,
        },
      ],
      ...wait,
      ['rds:ModifyDBInstance', { dBInstanceIdentifier, masterUserPassword: '****', applyImmediately: true }],
      ['secretsmanager:GetSecretValue', { secretId: keeper.things.secretId }],
    ])
    account.run(keeper.open(end + HOUR), end + 2 * HOUR, [
      ['rds:DeleteDBInstance', { dBInstanceIdentifier, skipFinalSnapshot: true }],
      ...wait.slice(0, 4),
    ])
  }
  return { everyDay: [keeper.everyDay, services(account)], lastDay }
}

/** A vendor of backups takes snapshots, shares them with its vault's account and deletes old ones; each week the databases too. */
function backupVendor(account: Account): Plan {
  const { random } = account
  const role = oldRole(account, random.pick(['VaultlineBackup', 'SnapKeeperAccess', 'offsite-backup']))
  const agent = agentOf(random, 'java')
  const [volumes, databases] = [times(random.whole(4, 10), () => resourceId(random, 'vol')), systemNames(random, random.whole(2, 5))]
  const open = (time: number) =>
    assumeFromOutside(
      account,
      { accountId: OUTSIDE_ACCOUNTS.vendor, externalId: random.text(12, '0123456789abcdef') },
      {
        role,
        sessionName: 'backup-run',
        time,
        origin: { address: anyAddress(random, 'vendorCloud'), agent, pace: PACES.program },
      },
    )
  const share = { createVolumePermission: { add: { items: [{ userId: OUTSIDE_ACCOUNTS.vendor }] } } }
  const copyOf = (volumeId: string): Step[] => {
    const snapshotId = resourceId(random, 'snap')
    return [
      ['ec2:CreateSnapshot', { volumeId, description: 'offsite' }, { response: { snapshotId, volumeId } }],
      ['ec2:DescribeSnapshots'],
      ['ec2:ModifySnapshotAttribute', { snapshotId, ...share }],
      ['ec2:DeleteSnapshot', { snapshotId: resourceId(random, 'snap') }],
    ]
  }
  const night = (midnight: number, isFull: boolean) => {
    const time = account.minuteOf(midnight, 60, 4 * 60)
    const ofDatabases = databases.flatMap((system): Step[] => [
      ['rds:CreateDBSnapshot', { dBInstanceIdentifier: `${system}-db`, dBSnapshotIdentifier: `${system}-offsite` }],
      [
        'rds:ModifyDBSnapshotAttribute',
        { dBSnapshotIdentifier: `${system}-offsite`, attributeName: 'restore', valuesToAdd: [OUTSIDE_ACCOUNTS.vendor] },
      ],
      ['rds:DeleteDBSnapshot', { dBSnapshotIdentifier: `${system}-offsite-old` }],
    ])
    account.run(open(time), time + 5000, [
      ['ec2:DescribeVolumes'],
      ['rds:DescribeDBInstances'],
      ...(isFull ? volumes : volumes.slice(0, 2)).flatMap(copyOf),
      ...(isFull ? ofDatabases : []),
    ])
  }
  return {
    everyDay: [(midnight) => night(midnight, new Date(midnight).getUTCDay() === 0), services(account)],
    lastDay: (midnight) => night(midnight + 6 * HOUR, true),
  }
}

/** AWS Backup takes and copies recovery points by its role, and somebody changes a plan. */
function backupService(account: Account): Plan {
  const { random } = account
  const keeper = developer(account, 'Operations')
  const role = oldRole(account, 'AWSBackupDefaultServiceRole')
  const origin = { address: 'backup.amazonaws.com', agent: 'backup.amazonaws.com', pace: PACES.program }
  const volumes = times(random.whole(3, 8), () => resourceId(random, 'vol'))
  const night = (midnight: number) => {
    const time = account.minuteOf(midnight, 5, 90)
    const session = assumeForService(account, 'backup', { role, sessionName: 'AWSBackup-AWSBackupDefaultServiceRole', time, origin })
    account.run(
      session,
      time + 5000,
      volumes.flatMap((volumeId): Step[] => [
        ['ec2:CreateSnapshot', { volumeId }, { response: { snapshotId: resourceId(random, 'snap'), volumeId } }],
        ['ec2:DescribeSnapshots'],
        ['ec2:DeleteSnapshot', { snapshotId: resourceId(random, 'snap') }],
      ]),
    )
  }
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 10 * 60, 15 * 60)
    const backupPlanId = random.uuid()
    account.run(keeper.open(time, { agent: keeper.browser }), time, [
      ['backup:ListBackupPlans'],
      ['backup:GetBackupPlan', { backupPlanId }],
      [
        'backup:UpdateBackupPlan',
        {
          backupPlanId,
          backupPlan: {
            backupPlanName: 'daily',
            rules: [{ ruleName: 'daily', targetBackupVaultName: 'main', lifecycle: { deleteAfterDays: 35 } }],
          },
        },
      ],
      ['backup:ListRecoveryPointsByBackupVault', { backupVaultName: 'main' }],
      [
        'backup:StartRestoreJob',
        { recoveryPointArn: `arn:aws:ec2:${account.home}::snapshot/${resourceId(random, 'snap')}`, iamRoleArn: role.arn },
      ],
    ])
  }
  return { everyDay: [night, keeper.everyDay], lastDay }
}
