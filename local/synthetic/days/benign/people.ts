import { roleOf } from '../../cast.ts'
import { HOUR, MINUTE } from '../../story.ts'
import type { Account } from '../account.ts'
import { inPermissionSet, keyUser, PACES, permissionSetRole, signIn } from '../actors.ts'
import { assume } from '../assume.ts'
import { drawSome, times } from '../draw.ts'
import type { Kind, Plan } from '../kind.ts'
import { personName, resourceId, systemNames } from '../names.ts'
import { addressAt, anyAddress, drawHome, drawSite, type Place } from '../places.ts'
import { developer, drawThings, shellHabits } from '../routines/developer.ts'
import { office, twoLines } from '../routines/office.ts'
import { oidcPipeline } from '../routines/pipelines.ts'
import { services } from '../routines/workloads.ts'
import type { Step } from '../step.ts'
import { agentOf } from '../tools.ts'

/** Days of people at work. */
export const PEOPLE: readonly Kind[] = [
  { name: 'developer-at-home', label: 'benign', plan: atHome },
  { name: 'developer-travels', label: 'benign', days: 3, plan: travels },
  { name: 'first-day-at-work', label: 'benign', plan: firstDay },
  { name: 'on-call-at-night', label: 'benign', plan: onCall },
  { name: 'data-scientist-starts', label: 'benign', plan: dataScientist },
  { name: 'contractor-from-abroad', label: 'benign', plan: contractor },
  { name: 'office-gets-new-provider', label: 'benign', plan: officeMoves },
]

/** A developer's day with more of it than usual: another system's logs, a table made for a trial, calls that are not allowed. */
function atHome(account: Account): Plan {
  const dev = developer(account)
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 8 * 60, 15 * 60)
    const other = drawThings(account)
    const tableName = `${other.service}-trial`
    account.run(dev.open(time), time + MINUTE, [
      ...shellHabits(other).slice(0, 6),
      ['iam:ListRoles', { maxItems: 100 }, { refused: true }],
      ['iam:GetRole', { roleName: other.service }, { refused: true }],
      ['dynamodb:CreateTable', { tableName, billingMode: 'PAY_PER_REQUEST' }],
      ...times(4, (): Step => ['dynamodb:DescribeTable', { tableName }]),
      ['dynamodb:DeleteTable', { tableName }],
    ])
  }
  return { everyDay: [dev.everyDay, oidcPipeline(account).everyDay], lastDay }
}

/** The same work for three days from a hotel, a train and an airport, with the same tools. */
function travels(account: Account): Plan {
  const { random } = account
  const dev = developer(account)
  const hotel = addressAt(random, drawSite(random, random.pick<Place>(['spanishHotel', 'italianHotel', 'brazilianHotel'])))
  const abroad = (midnight: number) => {
    for (let sitting = random.whole(2, 4); sitting > 0; sitting--) {
      const time = account.minuteOf(midnight, 6 * 60, 21 * 60)
      const address = random.chance(0.7) ? hotel : anyAddress(random, random.pick<Place>(['germanMobile', 'americanMobile']))
      const session = dev.open(time, { address, agent: random.pick([dev.cli, dev.browser]) })
      account.run(session, time + MINUTE, drawSome(random, shellHabits(dev.things), random.whole(4, 8)))
    }
  }
  const everyDay = (midnight: number) => (midnight > account.lastDay - 3 * 24 * HOUR ? abroad(midnight) : dev.everyDay(midnight))
  return { everyDay: [everyDay, services(account)], lastDay: () => {} }
}

/** A new person looks at everything for the first time, is refused much, and asks for it; an administrator helps. */
function firstDay(account: Account): Plan {
  const { random } = account
  const admin = developer(account, 'Administrators')
  const role = permissionSetRole(account, 'Engineering')
  const site = drawSite(random, drawHome(random))
  const email = `${personName(random)}@example.com`
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 8 * 60, 10 * 60)
    const origin = { address: addressAt(random, site), agent: agentOf(random, 'chrome'), pace: PACES.person }
    const page = inPermissionSet(account, { role, email, startedAt: time }, origin)
    const things = drawThings(account)
    const closed = drawSome(
      random,
      [
        'iam:ListUsers',
        'ce:GetCostAndUsage',
        'organizations:ListAccounts',
        'kms:ListKeys',
        'secretsmanager:ListSecrets',
        'config:DescribeConfigRules',
      ],
      4,
    )
    const looks: Step[] = [
      's3:ListBuckets',
      'ec2:DescribeInstances',
      'lambda:ListFunctions',
      'rds:DescribeDBInstances',
      'ecs:ListClusters',
      'cloudwatch:DescribeAlarms',
    ].map((action): Step => [action])
    const refusals = closed.map((action): Step => [action, null, { refused: true }])
    account.run(page, time, drawSome(random, [...looks, ...refusals, ...refusals]))
    const tool = agentOf(random, 'cliOnMac')
    const shell = inPermissionSet(account, { role, email, startedAt: time + 2 * HOUR }, { ...origin, agent: tool })
    account.run(shell, time + 2 * HOUR, [
      ['sts:GetCallerIdentity'],
      ['sts:GetCallerIdentity'],
      ...drawSome(random, shellHabits(things)),
      ...refusals.slice(0, 2),
    ])
    const roleName = `${things.service}-developers`
    account.run(admin.open(time + HOUR), time + 3 * HOUR, [
      ['iam:GetRole', { roleName }],
      ['iam:ListAttachedRolePolicies', { roleName }],
      ['iam:AttachRolePolicy', { roleName, policyArn: 'arn:aws:iam::aws:policy/AmazonRDSReadOnlyAccess' }],
    ])
  }
  return { everyDay: [admin.everyDay, services(account)], lastDay }
}

/** An alarm at night: a person signs in from home, reads logs, opens sessions on instances, restarts and scales. */
function onCall(account: Account): Plan {
  const { random } = account
  const dev = developer(account, 'Operations')
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 30, 4 * 60)
    const { cluster, service, logGroupName } = dev.things
    const page = dev.open(time, { agent: dev.browser })
    const instances = times(random.whole(2, 5), () => resourceId(random, 'i'))
    const end = account.run(page, time + MINUTE, [
      ['cloudwatch:DescribeAlarms', { stateValue: 'ALARM', maxRecords: 100 }],
      ['logs:StartQuery', { logGroupName, queryString: '***' }],
      ['logs:GetQueryResults'],
      ['rds:DescribeDBInstances'],
      [
        'elasticloadbalancing:DescribeTargetHealth',
        { targetGroupArn: 'arn:aws:elasticloadbalancing:example:123456789012:targetgroup/web/1' },
      ],
    ])
    const shell = dev.open(end)
    const after = account.run(shell, end, [
      ...instances.flatMap((target): Step[] => [
        ['ssm:StartSession', { target }],
        ['ssm:TerminateSession', { sessionId: `${dev.email}-${random.text(10, '0123456789abcdef')}` }],
      ]),
      ['ecs:UpdateService', { cluster, service, forceNewDeployment: true, desiredCount: random.whole(6, 20) }],
      ...times(random.whole(5, 15), (): Step => ['ecs:DescribeServices', { cluster, services: [service] }]),
      ['rds:RebootDBInstance', { dBInstanceIdentifier: `${service}-db` }],
      ['ec2:RebootInstances', {}],
    ])
    account.run(shell, after + 20 * MINUTE, drawSome(random, shellHabits(dev.things), 5))
  }
  return { everyDay: [dev.everyDay, services(account)], lastDay }
}

/** A data scientist, who read tables until now, starts notebooks and a training, and asks for models. */
function dataScientist(account: Account): Plan {
  const { random } = account
  const person = developer(account, 'DataScience')
  const [system = ''] = systemNames(random, 1)
  const modelId = random.pick(['anthropic.claude-sonnet-4-20250514-v1:0', 'amazon.nova-pro-v1:0', 'meta.llama3-1-70b-instruct-v1:0'])
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 9 * 60, 13 * 60)
    const notebookInstanceName = `${system}-exploration`
    const trainingJobName = `${system}-${random.whole(100, 999)}`
    const session = person.open(time, { agent: person.browser })
    const roleArn = roleOf('sagemaker-execution', time, random).arn
    const end = account.run(session, time + MINUTE, [
      ['sagemaker:ListDomains'],
      ['sagemaker:ListNotebookInstances'],
      ['sagemaker:CreateNotebookInstance', { notebookInstanceName, instanceType: random.pick(['ml.t3.xlarge', 'ml.g5.xlarge']), roleArn }],
      ...times(random.whole(4, 9), (): Step => ['sagemaker:DescribeNotebookInstance', { notebookInstanceName }]),
      ['sagemaker:CreatePresignedNotebookInstanceUrl', { notebookInstanceName }],
      ['bedrock:ListFoundationModels'],
      ['bedrock:GetFoundationModelAvailability', { modelId }],
      ['bedrock:PutUseCaseForModelAccess', {}],
      ['bedrock:InvokeModel', { modelId }, { refused: true }],
      ['bedrock:CreateFoundationModelAgreement', { modelId }],
    ])
    account.run({ ...session, agent: agentOf(random, 'boto'), pace: PACES.script }, end + 10 * MINUTE, [
      ...times(random.whole(5, 30), (): Step => ['bedrock:InvokeModel', { modelId }]),
      [
        'sagemaker:CreateTrainingJob',
        {
          trainingJobName,
          roleArn,
          resourceConfig: { instanceType: 'ml.g5.2xlarge', instanceCount: random.whole(1, 2), volumeSizeInGB: 100 },
        },
      ],
      ...times(random.whole(5, 12), (): Step => ['sagemaker:DescribeTrainingJob', { trainingJobName }]),
    ])
  }
  return { everyDay: [person.everyDay, services(account)], lastDay }
}

/** A contractor with a user of the account, in the console from another country on each of her days, assumes a role there. */
function contractor(account: Account): Plan {
  const { random } = account
  const user = keyUser(account, `ext-${personName(random)}`)
  const origin = { address: addressAt(random, drawSite(random, 'indianHome')), agent: agentOf(random, 'firefox') }
  const role = permissionSetRole(account, 'ContractorAccess')
  const day = (midnight: number) => {
    const time = account.minuteOf(midnight, 4 * 60, 7 * 60)
    const page = signIn(account, user, { time, origin })
    const session = assume(account, page, { role, sessionName: user.name, time: time + MINUTE })
    account.run(session, time + 2 * MINUTE, drawSome(random, shellHabits(drawThings(account)), random.whole(4, 8)))
  }
  const everyDay = (midnight: number) => {
    if ([1, 2, 4].includes(new Date(midnight).getUTCDay())) day(midnight)
  }
  return { everyDay: [everyDay, developer(account).everyDay], lastDay: (midnight) => day(midnight + 4 * HOUR) }
}

/** An office changes its internet provider: all its people call from a new network from the morning on. */
function officeMoves(account: Account): Plan {
  const [old, next] = twoLines(account)
  const { everyDay } = office(account, (midnight) => (midnight < account.lastDay ? old : next))
  return { everyDay: [everyDay, services(account)], lastDay: () => {} }
}
