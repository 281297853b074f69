import { review } from '../shared/review/review.ts'
import { call, embedded, NOW } from './embedded.ts'

export const WEEK = 7 * 24 * 3_600_000
export const SCANNER = 'prowler/5.4.0 boto3/1.35.0'
export const HOME = '192.0.2.10'

/** What a scanner without rights to everything asks for: half of it is refused. */
const ASKED = [
  'iam:GetAccountSummary',
  'iam:ListUsers',
  'iam:ListRoles',
  'iam:GetAccountPasswordPolicy',
  's3:ListBuckets',
  's3:GetBucketPolicy',
  's3:GetBucketAcl',
  's3:GetBucketEncryption',
  'ec2:DescribeInstances',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSnapshots',
  'ec2:DescribeVolumes',
  'rds:DescribeDBInstances',
  'rds:DescribeDBSnapshots',
  'lambda:ListFunctions20150331',
  'lambda:GetPolicy20150331v2',
  'kms:ListKeys',
  'kms:GetKeyPolicy',
  'cloudtrail:DescribeTrails',
  'cloudtrail:GetTrailStatus',
  'guardduty:ListDetectors',
  'config:DescribeConfigurationRecorders',
  'secretsmanager:ListSecrets',
  'ssm:DescribeParameters',
  'sns:ListTopics',
  'sqs:ListQueues',
  'dynamodb:ListTables',
  'eks:ListClusters',
  'ecr:DescribeRepositories',
  'cloudfront:ListDistributions',
]

/** The calls of one scan, a second apart, from a time on (epoch ms). */
export function scanAt(time: number, from = HOME): object[] {
  return ASKED.map((action, nth) =>
    call(action, {
      id: `scan-${time}-${nth}`,
      time: time + nth * 1000,
      from,
      agent: SCANNER,
      ...(nth % 2 === 0 ? {} : { error: 'AccessDenied' }),
    }),
  )
}

/** The responder in memory with the default table of evidence, and a person who answers. */
export async function scannedAccount(policy: object = {}) {
  const world = await embedded({ policy: { evidence: {}, ...policy } })
  const play = async (records: readonly object[], time: number) => {
    world.setNow(time + 60_000)
    const { outcomes, failed } = await world.respond(records)
    if (failed.size > 0) throw new Error([...failed.values()].join())
    return outcomes
  }
  const open = async () =>
    (await world.incidents()).filter(({ state }) => !['released', 'confirmed', 'expired', 'watching'].includes(state))
  const release = async (by = 'local:anna') => {
    const [incident] = await open()
    if (incident === undefined) throw new Error('nobody was asked')
    return review(incident.id, { kind: 'legitimate', by, reason: 'our weekly scan' }, world.ports)
  }
  const scan = (week: number, from?: string) => play(scanAt(NOW + week * WEEK, from), NOW + week * WEEK)
  return { ...world, play, open, release, scan }
}
