import { DAY, HOUR, MINUTE, SECOND } from '../../story.ts'
import type { Account } from '../account.ts'
import { byKey, keyUser, PACES } from '../actors.ts'
import { drawSome, times } from '../draw.ts'
import { type Kind, type Plan, timesOfDay } from '../kind.ts'
import { componentName, environmentName, resourceId, systemNames } from '../names.ts'
import { addressAt, drawSite } from '../places.ts'
import { developer } from '../routines/developer.ts'
import { keyPipeline } from '../routines/pipelines.ts'
import { clusterProgram, fleet, functionJob, services } from '../routines/workloads.ts'
import type { Step } from '../step.ts'
import { agentOf } from '../tools.ts'

/** Days of programs that do as they are set to. */
export const MACHINES: readonly Kind[] = [
  { name: 'autoscaler-launches-many', label: 'benign', plan: autoscaler },
  { name: 'nightly-snapshots', label: 'benign', plan: nightlySnapshots },
  { name: 'secrets-rotated', label: 'benign', plan: secretsRotated },
  { name: 'secrets-operator', label: 'benign', plan: secretsOperator },
  { name: 'sdk-upgraded', label: 'benign', plan: sdkUpgraded },
  { name: 'runner-changes-network', label: 'benign', plan: runnerChangesNetwork },
  { name: 'load-test', label: 'benign', plan: loadTest },
]

/** A cluster's autoscaler looks every few minutes, and on the day of a sale launches and drains many nodes. */
function autoscaler(account: Account): Plan {
  const { random } = account
  const program = clusterProgram(account, { name: 'cluster-autoscaler', agent: agentOf(random, 'autoscaler') })
  const group = `nodes-${environmentName(random)}`
  const look: Step[] = [
    ['autoscaling:DescribeAutoScalingGroups', { maxRecords: 100 }],
    ['ec2:DescribeLaunchTemplateVersions', { launchTemplateName: group }],
    ['ec2:DescribeInstanceTypes'],
  ]
  const everyDay = (midnight: number) => {
    for (const time of timesOfDay(account, midnight, { everyMinutes: 180 })) account.run(program.open(time), time + SECOND, look)
  }
  const lastDay = (midnight: number) => {
    const start = account.minuteOf(midnight, 8 * 60, 18 * 60)
    const session = program.open(start)
    let desiredCapacity = random.whole(4, 12)
    let at = start + SECOND
    for (let round = random.whole(6, 14); round > 0; round--) {
      desiredCapacity += random.whole(3, 15)
      at = account.run(session, at + 2 * MINUTE, [
        ...look,
        ['autoscaling:SetDesiredCapacity', { autoScalingGroupName: group, desiredCapacity, honorCooldown: false }],
        [
          'ec2:RunInstances',
          {
            instancesSet: { items: [{ minCount: 1, maxCount: random.whole(3, 15) }] },
            instanceType: random.pick(['m7i.2xlarge', 'c7i.4xlarge']),
          },
        ],
      ])
    }
    const ids = times(desiredCapacity, () => resourceId(random, 'i'))
    account.run(
      program.open(at + HOUR),
      at + HOUR,
      ids.map(
        (instanceId): Step => ['autoscaling:TerminateInstanceInAutoScalingGroup', { instanceId, shouldDecrementDesiredCapacity: true }],
      ),
    )
  }
  return { everyDay: [everyDay, fleet(account).everyDay], lastDay }
}

/** A function takes snapshots each night and deletes those past their time; on the last day a longer backlog goes. */
function nightlySnapshots(account: Account): Plan {
  const { random } = account
  const volumes = times(random.whole(5, 16), () => resourceId(random, 'vol'))
  const job = functionJob(account, { name: 'volume-snapshots', everyMinutes: 24 * 60, steps: () => night(volumes.length) })
  const night = (expired: number): Step[] => [
    ['ec2:DescribeVolumes', { maxResults: 500 }],
    ...volumes.map(
      (volumeId): Step => [
        'ec2:CreateSnapshot',
        { volumeId, description: 'nightly' },
        { response: { snapshotId: resourceId(random, 'snap'), volumeId } },
      ],
    ),
    ['ec2:DescribeSnapshots', { maxResults: 1000 }],
    ...times(expired, (): Step => ['ec2:DeleteSnapshot', { snapshotId: resourceId(random, 'snap') }]),
  ]
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 4 * 60, 6 * 60)
    account.run(job.open(time), time, night(volumes.length * random.whole(2, 4)))
  }
  return { everyDay: [job.everyDay, services(account)], lastDay }
}

/** A function rotates a few secrets a week, and on the last day all of an environment. */
function secretsRotated(account: Account): Plan {
  const { random } = account
  const environment = environmentName(random)
  const secrets = systemNames(random, 15).map((system) => `${environment}/${system}/credentials`)
  const rotation = (secretId: string): Step[] => {
    const clientRequestToken = random.uuid()
    return [
      ['secretsmanager:DescribeSecret', { secretId }],
      ['secretsmanager:GetSecretValue', { secretId, versionStage: 'AWSCURRENT' }],
      ['secretsmanager:GetRandomPassword', { passwordLength: 32, excludePunctuation: true }],
      ['secretsmanager:PutSecretValue', { secretId, clientRequestToken, versionStages: ['AWSPENDING'] }],
      ['secretsmanager:GetSecretValue', { secretId, versionStage: 'AWSPENDING' }],
      ['secretsmanager:UpdateSecretVersionStage', { secretId, versionStage: 'AWSCURRENT', moveToVersionId: clientRequestToken }],
    ]
  }
  const job = functionJob(account, {
    name: 'credential-rotation',
    everyMinutes: 24 * 60,
    steps: () => (random.chance(0.5) ? rotation(random.pick(secrets)) : []),
  })
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 60, 23 * 60)
    account.run(job.open(time), time, secrets.flatMap(rotation))
  }
  return { everyDay: [job.everyDay, services(account)], lastDay }
}

/** An operator of a cluster reads secrets again and again; on the last day a new team's secrets join, some not allowed yet. */
function secretsOperator(account: Account): Plan {
  const { random } = account
  const program = clusterProgram(account, { name: 'external-secrets', agent: agentOf(random, 'externalSecrets') })
  const named = (count: number) => times(count, () => `${environmentName(random)}/${componentName(random)}`)
  const own = named(random.whole(5, 9))
  const joined = named(random.whole(8, 20))
  const read = (secretId: string, refused?: true): Step => [
    'secretsmanager:GetSecretValue',
    { secretId, versionStage: 'AWSCURRENT' },
    refused ? { refused } : {},
  ]
  const everyDay = (midnight: number) => {
    for (const time of timesOfDay(account, midnight, { everyMinutes: 360 }))
      account.run(
        program.open(time),
        time + SECOND,
        own.map((id) => read(id)),
      )
  }
  const lastDay = (midnight: number) => {
    const start = account.minuteOf(midnight, 9 * 60, 14 * 60)
    const later = drawSome(random, joined, 4)
    for (let round = 0; round < 6; round++) {
      const time = start + round * 10 * MINUTE
      account.run(
        program.open(time),
        time + SECOND,
        [...own, ...joined].map((id) => read(id, round < 3 && later.includes(id) ? true : undefined)),
      )
    }
  }
  return { everyDay: [everyDay], lastDay }
}

/** A service goes from an SDK of years ago to the present one, on the same host with the same key: other agent, a few new calls. */
function sdkUpgraded(account: Account): Plan {
  const { random } = account
  const user = keyUser(account, `app-${componentName(random)}`)
  const address = addressAt(random, drawSite(random, 'cloud'))
  const [before, after] = [agentOf(random, 'oldBoto'), agentOf(random, 'boto')]
  const [queue = '', table = ''] = systemNames(random, 2)
  const work: Step[] = [
    ['sqs:GetQueueAttributes', { queueUrl: `https://sqs.${account.home}.amazonaws.com/123456789012/${queue}` }],
    ['dynamodb:DescribeTable', { tableName: table }],
    ['sns:GetTopicAttributes', { topicArn: `arn:aws:sns:${account.home}:123456789012:${queue}` }],
    ['kms:Decrypt', { encryptionAlgorithm: 'SYMMETRIC_DEFAULT' }],
  ]
  const everyDay = (midnight: number) => {
    const isUpgraded = midnight >= account.lastDay
    for (const time of timesOfDay(account, midnight, { everyMinutes: 120 }))
      account.run(
        byKey(user, time, { address, agent: isUpgraded && time - midnight > 10 * HOUR ? after : before, pace: PACES.program }),
        time,
        work,
      )
  }
  const lastDay = (midnight: number) => {
    const time = midnight + 10 * HOUR
    account.run(byKey(user, time, { address, agent: after, pace: PACES.program }), time, [
      ['sts:GetCallerIdentity'],
      ['ec2:DescribeAvailabilityZones'],
      ...work,
    ])
  }
  return { everyDay: [everyDay], lastDay }
}

/** A self-hosted runner with a user's key moves: new addresses of another provider from one run to the next. */
function runnerChangesNetwork(account: Account): Plan {
  const { random } = account
  const site = drawSite(random, 'cloud')
  const before = keyPipeline(account, { addresses: times(2, () => addressAt(random, site)) })
  const moved = addressAt(random, drawSite(random, 'otherRunner'))
  const lastDay = (midnight: number) => {
    for (let run = random.whole(3, 6); run > 0; run--) {
      const time = account.minuteOf(midnight, 8 * 60, 19 * 60)
      account.run({ ...before.caller(time), address: moved }, time, [
        ['sts:GetCallerIdentity'],
        ['ecr:GetAuthorizationToken'],
        ['ecr:DescribeRepositories'],
        ['ecs:DescribeClusters', { clusters: ['main'] }],
      ])
    }
  }
  return { everyDay: [(midnight) => (midnight < account.lastDay ? before.everyDay(midnight) : undefined), services(account)], lastDay }
}

/** A team launches many instances to put load on its own service, for an hour, and ends them. */
function loadTest(account: Account): Plan {
  const { random } = account
  const tester = developer(account)
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 10 * 60, 14 * 60)
    const session = { ...tester.open(time - HOUR), pace: PACES.script }
    const count = random.whole(20, 60)
    const items = times(count, () => ({ instanceId: resourceId(random, 'i') }))
    const end = account.run(session, time, [
      ['ec2:DescribeImages'],
      ['ec2:DescribeSubnets'],
      ['servicequotas:GetServiceQuota', { serviceCode: 'ec2', quotaCode: 'L-1216C47A' }],
      [
        'ec2:RunInstances',
        { instancesSet: { items: [{ minCount: count, maxCount: count }] }, instanceType: 'c7i.xlarge' },
        { error: ['Client.VcpuLimitExceeded', 'You have requested more vCPU capacity than your current limit allows'] },
      ],
      [
        'ec2:RunInstances',
        { instancesSet: { items: [{ minCount: 10, maxCount: count }] }, instanceType: 'c7i.large' },
        { response: { instancesSet: { items } } },
      ],
      ...times(random.whole(5, 10), (): Step => ['ec2:DescribeInstances']),
    ])
    account.run(session, Math.min(end + HOUR, midnight + DAY - MINUTE), [
      ['cloudwatch:GetMetricData'],
      ['ec2:TerminateInstances', { instancesSet: { items } }],
      ['ec2:DescribeInstances'],
    ])
  }
  return { everyDay: [tester.everyDay, services(account)], lastDay }
}
