import { MINUTE } from '../../story.ts'
import type { Account } from '../account.ts'
import { PACES } from '../actors.ts'
import { drawSome, times } from '../draw.ts'
import type { Kind, Plan } from '../kind.ts'
import { componentName, environmentName, OUTSIDE_ACCOUNTS, resourceId, systemNames } from '../names.ts'
import { addressAt } from '../places.ts'
import { developer, shellHabits } from '../routines/developer.ts'
import { office, twoLines } from '../routines/office.ts'
import { keyPipeline } from '../routines/pipelines.ts'
import { fleet, functionJob, services } from '../routines/workloads.ts'
import type { Actor, Step } from '../step.ts'
import { intruderAt, lookAround, stolen } from './intruder.ts'

/** Intrusions that take data out. */
export const EXFILTRATION: readonly Kind[] = [
  { name: 'quiet-reader-of-secrets', label: 'malicious', technique: 'T1555.006', isIrreversible: true, plan: quietReader },
  { name: 'snapshots-shared-outside', label: 'malicious', technique: 'T1537', isIrreversible: true, plan: snapshotsShared },
  { name: 'database-copied-out', label: 'malicious', technique: 'T1537', isIrreversible: true, plan: databaseCopied },
  {
    name: 'instance-credentials-used-outside',
    label: 'malicious',
    technique: 'T1552.005',
    isIrreversible: true,
    plan: instanceCredentials,
  },
  { name: 'keys-of-an-office', label: 'malicious', technique: 'T1555.006', isIrreversible: true, plan: keysOfOffice },
  { name: 'laptop-stolen', label: 'malicious', technique: 'T1078.004', isIrreversible: true, plan: laptopStolen },
]

/** A developer's session in a stranger's hands reads secrets, slowly, one after the other, with the command line that the owner has too. */
function quietReader(account: Account): Plan {
  const { random } = account
  const owner = developer(account)
  const secrets = times(random.whole(6, 25), () => `${environmentName(random)}/${componentName(random)}`)
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 8 * 60, 18 * 60)
    const caller = stolen(owner.open(time), {
      ...intruderAt(account, random.pick(['rented', 'exit']), 'cliOnMac', [20, 240]),
      agent: owner.cli,
    })
    account.run(caller, time, [
      ['secretsmanager:ListSecrets', { maxResults: 100 }],
      ...secrets.map(
        (secretId, at): Step => [
          'secretsmanager:GetSecretValue',
          { secretId },
          at > 0 && random.chance(0.2) ? { refused: true } : { isIrreversible: true },
        ],
      ),
    ])
  }
  return { everyDay: [owner.everyDay, fleet(account).everyDay], lastDay }
}

/** A pipeline's key finds volumes, takes snapshots of them and shares them with an account outside. */
function snapshotsShared(account: Account): Plan {
  const { random } = account
  const pipeline = keyPipeline(account)
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 0, 22 * 60)
    const caller = stolen(pipeline.caller(time), intruderAt(account, 'rented', 'cliOnLinux'))
    const copies = times(random.whole(1, 6), (): Step[] => {
      const [volumeId, snapshotId] = [resourceId(random, 'vol'), resourceId(random, 'snap')]
      return [
        ['ec2:CreateSnapshot', { volumeId }, { response: { snapshotId, volumeId } }],
        ...times(random.whole(1, 5), (): Step => ['ec2:DescribeSnapshots']),
        [
          'ec2:ModifySnapshotAttribute',
          { snapshotId, createVolumePermission: { add: { items: [{ userId: OUTSIDE_ACCOUNTS.stranger }] } } },
          { isIrreversible: true },
        ],
      ]
    })
    account.run(caller, time, [...lookAround(account, random.whole(1, 5), 0.2), ['ec2:DescribeVolumes'], ...copies.flat()])
  }
  return { everyDay: [pipeline.everyDay, services(account)], lastDay }
}

/** An administrator of databases is phished: snapshots are shared and exported, and a copy is opened to the internet with a new password. */
function databaseCopied(account: Account): Plan {
  const { random } = account
  const keeper = developer(account, 'DatabaseAdmins')
  const [system = ''] = systemNames(random, 1)
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 6 * 60, 20 * 60)
    const caller = stolen(keeper.open(time), intruderAt(account, random.pick(['exit', 'farHome']), 'firefox', PACES.person))
    const dBSnapshotIdentifier = `${system}-${random.whole(10, 99)}`
    const dBInstanceIdentifier = `${system}-copy`
    account.run(caller, time, [
      ['rds:DescribeDBInstances'],
      ['rds:DescribeDBSnapshots'],
      ['rds:CreateDBSnapshot', { dBInstanceIdentifier: `${system}-db`, dBSnapshotIdentifier }],
      ...times(random.whole(3, 9), (): Step => ['rds:DescribeDBSnapshots', { dBSnapshotIdentifier }]),
      [
        'rds:ModifyDBSnapshotAttribute',
        { dBSnapshotIdentifier, attributeName: 'restore', valuesToAdd: [OUTSIDE_ACCOUNTS.stranger] },
        { isIrreversible: true },
      ],
      ['rds:RestoreDBInstanceFromDBSnapshot', { dBInstanceIdentifier, dBSnapshotIdentifier, publiclyAccessible: true }],
      [
        'ec2:AuthorizeSecurityGroupIngress',
        {
          groupId: resourceId(random, 'sg'),
          ipPermissions: { items: [{ ipProtocol: 'tcp', fromPort: 5432, toPort: 5432, ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] } }] },
        },
      ],
      ...times(random.whole(4, 12), (): Step => ['rds:DescribeDBInstances', { dBInstanceIdentifier }]),
      ['rds:ModifyDBInstance', { dBInstanceIdentifier, masterUserPassword: '****', applyImmediately: true }],
    ])
  }
  return { everyDay: [keeper.everyDay, services(account)], lastDay }
}

/** The credentials of an instance, read through a flaw of its application, are used from a rented server. */
function instanceCredentials(account: Account): Plan {
  const { random } = account
  const nodes = fleet(account)
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 2 * 60, 21 * 60)
    const caller = stolen(nodes.open(time), intruderAt(account, 'rented', random.pick(['cliOnLinux', 'boto'])))
    const end = account.run(caller, time, lookAround(account, random.whole(6, 14), 0.6))
    account.run(caller, end + random.whole(1, 40) * MINUTE, [
      ['ssm:DescribeParameters', { maxResults: 50 }],
      ['ssm:GetParametersByPath', { path: '/', recursive: true, withDecryption: true }, { isIrreversible: true }],
      ['secretsmanager:GetSecretValue', { secretId: nodes.secretId }, { isIrreversible: true }],
      ['s3:ListBuckets'],
      ...times(random.whole(2, 8), (at): Step => ['s3:GetBucketLocation', { bucketName: `example-data-${at}`, Host: 's3.amazonaws.com' }]),
    ])
  }
  return { everyDay: [nodes.everyDay, services(account)], lastDay }
}

/** The owner's laptop with the owner's tool, in the owner's town: the thief takes what the sessions open can reach. */
function laptopStolen(account: Account): Plan {
  const { random } = account
  const owner = developer(account)
  const job = functionJob(account, { name: 'reports', everyMinutes: 480, steps: () => [['s3:ListBuckets']] })
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 19 * 60, 22 * 60)
    const address = `${owner.site}.${random.whole(2, 250)}`
    const caller = stolen(owner.open(time), { address, pace: [5, 60] })
    account.run(caller, time, [
      ...drawSome(random, shellHabits(owner.things), 3),
      ['secretsmanager:ListSecrets'],
      ...times(
        random.whole(3, 9),
        (): Step => ['secretsmanager:GetSecretValue', { secretId: `prod/${componentName(random)}` }, { isIrreversible: true }],
      ),
      ['ssm:GetParametersByPath', { path: '/prod', recursive: true, withDecryption: true }],
      ['lambda:ListFunctions'],
      ...times(random.whole(2, 6), (): Step => ['lambda:GetFunction', { functionName: componentName(random) }]),
    ])
  }
  return { everyDay: [owner.everyDay, job.everyDay], lastDay }
}

/** An intruder on a home line of the country has the keys of most people of an office, uses one after the other, and reads secrets by the last. */
function keysOfOffice(account: Account): Plan {
  const { random } = account
  const [site, line] = twoLines(account)
  const { people, everyDay } = office(account, () => site)
  const lastDay = (midnight: number) => {
    const origin = { address: addressAt(random, line), label: 'malicious', pace: [5, 60] } as const
    let at = account.minuteOf(midnight, 0, 20 * 60)
    const used = people.slice(0, -1)
    for (const { habits, open } of used) at = account.run(open(at, origin), at, drawSome(random, habits, random.whole(3, 6))) + MINUTE
    const secrets = times(random.whole(6, 25), () => `${environmentName(random)}/${componentName(random)}`)
    const reads = secrets.map((secretId): Step => ['secretsmanager:GetSecretValue', { secretId }, { isIrreversible: true }])
    account.run(used.at(-1)?.open(at, origin) as Actor, at, [['secretsmanager:ListSecrets', { maxResults: 100 }], ...reads])
  }
  return { everyDay: [everyDay, services(account)], lastDay }
}
