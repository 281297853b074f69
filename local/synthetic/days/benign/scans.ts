import { iamId } from '../../random.ts'
import { MINUTE } from '../../story.ts'
import type { Account } from '../account.ts'
import { byKey, keyUser, oldRole, PACES } from '../actors.ts'
import { assumeFromOutside } from '../assume.ts'
import { times } from '../draw.ts'
import { isEvery, isWeekend, type Kind, type Plan } from '../kind.ts'
import { OUTSIDE_ACCOUNTS, personName, systemNames } from '../names.ts'
import { addressAt, anyAddress, drawSite } from '../places.ts'
import { developer } from '../routines/developer.ts'
import { keyPipeline } from '../routines/pipelines.ts'
import { services } from '../routines/workloads.ts'
import type { Step } from '../step.ts'
import { agentOf } from '../tools.ts'

/** Days on which something of the firm's, or of a vendor that it pays, reads all there is. */
export const SCANS: readonly Kind[] = [
  { name: 'posture-scan-by-vendor', label: 'benign', plan: vendorScan },
  { name: 'posture-scan-by-key', label: 'benign', plan: keyScan },
  { name: 'inventory-query-by-key', label: 'benign', plan: inventoryQuery },
  { name: 'cost-report', label: 'benign', plan: costReport },
  { name: 'found-key-checked', label: 'benign', plan: foundKeyChecked },
]

/** What a posture scan asks for once. Some of it is refused, the same each time. */
function globalScan(account: Account, refusals: number): Step[] {
  const { random } = account
  const users = times(random.whole(5, 25), () => personName(random))
  const buckets = times(random.whole(4, 18), (at) => `example-${systemNames(random, 1)[0]}-${at}`)
  const ofBucket = [
    'GetBucketAcl',
    'GetBucketPolicy',
    'GetBucketEncryption',
    'GetBucketVersioning',
    'GetBucketLogging',
    'GetBucketLocation',
  ]
  const steps: Step[] = [
    ['sts:GetCallerIdentity'],
    ['iam:GenerateCredentialReport'],
    ['iam:GetCredentialReport'],
    ['iam:GetAccountPasswordPolicy'],
    ['iam:GetAccountSummary'],
    ['iam:ListUsers', { maxItems: 100 }],
    ['iam:ListRoles', { maxItems: 100 }],
    ['iam:ListPolicies', { scope: 'Local', onlyAttached: true }],
    ...users.flatMap((userName): Step[] => [
      ['iam:ListAccessKeys', { userName }],
      ['iam:ListMFADevices', { userName }],
      ['iam:ListAttachedUserPolicies', { userName }],
    ]),
    ['s3:ListBuckets'],
    ...buckets.flatMap((bucketName): Step[] =>
      ofBucket.map((name) => [`s3:${name}`, { bucketName, Host: `${bucketName}.s3.amazonaws.com` }]),
    ),
    ['organizations:DescribeOrganization', null, { refused: true }],
  ]
  return steps.map((step, at) => (at > 3 && at % Math.max(4, 40 - refusals) === 0 ? [step[0], step[1] ?? null, { refused: true }] : step))
}

/** What a posture scan asks for in each region. */
function regionalScan(region: string): Step[] {
  const names = [
    ...[
      'ec2:DescribeInstances',
      'ec2:DescribeVolumes',
      'ec2:DescribeSnapshots',
      'ec2:DescribeSecurityGroups',
      'ec2:DescribeVpcs',
      'ec2:DescribeFlowLogs',
    ],
    ...[
      'rds:DescribeDBInstances',
      'rds:DescribeDBSnapshots',
      'lambda:ListFunctions',
      'kms:ListKeys',
      'secretsmanager:ListSecrets',
      'sns:ListTopics',
    ],
    ...[
      'sqs:ListQueues',
      'cloudtrail:DescribeTrails',
      'config:DescribeConfigurationRecorders',
      'guardduty:ListDetectors',
      'ecr:DescribeRepositories',
    ],
    ...[
      'eks:ListClusters',
      'elasticloadbalancing:DescribeLoadBalancers',
      'dynamodb:ListTables',
      'logs:DescribeLogGroups',
      'cloudwatch:DescribeAlarms',
    ],
  ]
  return names.map((action): Step => [action, null, { region }])
}

/** A vendor assumes a role with an external id from its own account and scans, each week. */
function vendorScan(account: Account): Plan {
  const { random } = account
  const role = oldRole(account, random.pick(['CloudPostureReader', 'vendor-audit-access', 'SecurityReviewRole']))
  const externalId = random.uuid()
  const agent = agentOf(random, random.pick(['goSdk', 'java', 'boto']))
  const global = globalScan(account, 8)
  const site = drawSite(random, 'vendorCloud')
  const scan = (midnight: number) => {
    const time = account.minuteOf(midnight, 0, 5 * 60)
    const session = assumeFromOutside(
      account,
      { accountId: OUTSIDE_ACCOUNTS.vendor, externalId },
      {
        role,
        sessionName: 'posture-scan',
        time,
        origin: { address: addressAt(random, site), agent, pace: PACES.program },
      },
    )
    account.run(session, time + MINUTE, [...global, ...account.regions.flatMap(regionalScan)])
  }
  const weekly = (midnight: number) => {
    if (isEvery(account, 7, midnight)) scan(midnight)
  }
  return { everyDay: [weekly, developer(account).everyDay, services(account)], lastDay: scan }
}

/** The security team's own scan with a user's key from its office, every fortnight, with many refusals. */
function keyScan(account: Account): Plan {
  const { random } = account
  const user = keyUser(account, random.pick(['audit-reader', 'sec-scan', 'compliance-check']))
  const origin = { address: addressAt(random, drawSite(random, 'britishHome')), agent: agentOf(random, 'scout'), pace: PACES.program }
  const global = globalScan(account, 30)
  const scan = (midnight: number) => {
    const time = account.minuteOf(midnight, 9 * 60, 16 * 60)
    account.run(byKey(user, time, origin), time, [...global, ...account.regions.flatMap(regionalScan)])
  }
  const fortnightly = (midnight: number) => {
    if (isEvery(account, 14, midnight)) scan(midnight)
  }
  return { everyDay: [fortnightly, keyPipeline(account).everyDay], lastDay: scan }
}

/** An engineer asks an inventory in SQL: each query becomes reads of every region; what a policy of the organisation closes is refused. */
function inventoryQuery(account: Account): Plan {
  const { random } = account
  const user = keyUser(account, `${personName(random)}-inventory`)
  const origin = { address: addressAt(random, drawSite(random, 'dutchHome')), agent: agentOf(random, 'steampipe'), pace: PACES.program }
  const query = (time: number, count: number) => {
    const caller = byKey(user, time, origin)
    account.run(caller, time, [['sts:GetCallerIdentity'], ['ec2:DescribeRegions', { allRegions: true }]])
    const closed = ['me-south-1', 'af-south-1']
    for (const region of [...account.regions, ...closed]) {
      const refused = closed.includes(region) ? { refused: 'scp' as const } : {}
      account.run(
        caller,
        time + MINUTE,
        regionalScan(region)
          .slice(0, count)
          .map(([action]): Step => [action, null, { region, ...refused }]),
      )
    }
  }
  const everyDay = (midnight: number) => {
    if (!isWeekend(midnight) && random.chance(0.5)) query(account.minuteOf(midnight, 8 * 60, 17 * 60), 4)
  }
  return { everyDay: [everyDay, services(account)], lastDay: (midnight) => query(account.minuteOf(midnight, 9 * 60, 16 * 60), 22) }
}

/** A vendor's tool for costs reads prices, usage and every kind of resource each night. */
function costReport(account: Account): Plan {
  const { random } = account
  const role = oldRole(account, random.pick(['CostInsights', 'finops-reader', 'SpendVisibility']))
  const agent = agentOf(random, 'java')
  const night = (midnight: number) => {
    const time = account.minuteOf(midnight, 60, 4 * 60)
    const session = assumeFromOutside(
      account,
      { accountId: OUTSIDE_ACCOUNTS.partner, externalId: 'example-tenant' },
      {
        role,
        sessionName: `ingest-${random.whole(1, 99)}`,
        time,
        origin: { address: anyAddress(random, 'vendorCloud'), agent, pace: PACES.program },
      },
    )
    account.run(session, time + 5000, [
      ['ce:GetCostAndUsage', { granularity: 'DAILY', metrics: ['UnblendedCost', 'UsageQuantity'] }],
      ['ce:GetReservationUtilization', { granularity: 'DAILY' }],
      ['ce:GetSavingsPlansUtilization', { granularity: 'DAILY' }],
      ['savingsplans:DescribeSavingsPlans'],
      ['budgets:DescribeBudgets', { accountId: '123456789012' }],
      [
        'support:DescribeTrustedAdvisorChecks',
        { language: 'en' },
        { error: ['SubscriptionRequiredException', 'AWS Premium Support Subscription is required'] },
      ],
      ...account.regions.flatMap((region): Step[] => [
        ['ec2:DescribeInstances', null, { region }],
        ['ec2:DescribeReservedInstances', null, { region }],
        ['ec2:DescribeVolumes', null, { region }],
        ['ec2:DescribeAddresses', null, { region }],
        ['rds:DescribeDBInstances', null, { region }],
        ['compute-optimizer:GetEC2InstanceRecommendations', null, { region }],
        ['cloudwatch:GetMetricData', { maxDatapoints: 1000 }, { region }],
      ]),
    ])
  }
  return { everyDay: [night], lastDay: (midnight) => night(midnight + 6 * 60 * MINUTE) }
}

/** A scanner of secrets on the firm's own runner finds keys in old commits and asks whose they are: one works, others are gone. */
function foundKeyChecked(account: Account): Plan {
  const { random } = account
  const pipeline = keyPipeline(account)
  const agent = agentOf(random, 'trufflehog')
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 3 * 60, 20 * 60)
    const origin = { address: anyAddress(random, 'hostedRunner'), agent, pace: PACES.script }
    account.run(
      byKey(pipeline.user, time, origin),
      time,
      times(random.whole(1, 3), (): Step => ['sts:GetCallerIdentity']),
    )
    const gone = keyUser(account, `old-${personName(random)}`)
    account.run({ ...byKey(gone, time, origin), userIdentity: { type: 'IAMUser', accessKeyId: iamId(random, 'AKIA') } }, time + MINUTE, [
      ['sts:GetCallerIdentity', null, { error: ['InvalidClientTokenId', 'The security token included in the request is invalid.'] }],
    ])
  }
  return { everyDay: [pipeline.everyDay, services(account)], lastDay }
}
