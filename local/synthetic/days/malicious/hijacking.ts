import { HOUR, MINUTE } from '../../story.ts'
import type { Account } from '../account.ts'
import { oldRole, PACES } from '../actors.ts'
import { drawSome, times } from '../draw.ts'
import type { Kind, Plan } from '../kind.ts'
import { resourceId } from '../names.ts'
import { developer } from '../routines/developer.ts'
import { keyPipeline, oidcPipeline } from '../routines/pipelines.ts'
import { fleet, functionJob, services } from '../routines/workloads.ts'
import { DATA_EVENT, type Step } from '../step.ts'
import { intruderAt, lookAround, stolen } from './intruder.ts'

/** Intrusions that use the account's money: models, mail, machines. */
export const HIJACKING: readonly Kind[] = [
  { name: 'models-abused', label: 'malicious', technique: 'T1496.004', isIrreversible: true, plan: modelsAbused },
  { name: 'mail-abused', label: 'malicious', technique: 'T1496.004', isIrreversible: true, plan: mailAbused },
  { name: 'miners-in-new-regions', label: 'malicious', technique: 'T1496.001', isIrreversible: true, plan: minersInRegions },
  { name: 'notebooks-abused', label: 'malicious', technique: 'T1496.001', isIrreversible: true, plan: notebooksAbused },
]

/** A leaked key asks which models it may use, with broken requests, in several regions, asks for more, and then uses them. */
function modelsAbused(account: Account): Plan {
  const { random } = account
  const pipeline = keyPipeline(account)
  const models = ['anthropic.claude-sonnet-4-20250514-v1:0', 'anthropic.claude-3-7-sonnet-20250219-v1:0', 'mistral.mistral-large-2407-v1:0']
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 60, 20 * 60)
    const caller = stolen(pipeline.caller(time), intruderAt(account, random.pick(['exit', 'rented']), 'boto'))
    const probes = ['us-east-1', 'us-west-2', 'eu-west-3', 'ap-northeast-1'].flatMap((region): Step[] => [
      ['bedrock:ListFoundationModels', null, { region }],
      ['bedrock:GetModelInvocationLoggingConfiguration', null, { region }],
      ...models.map(
        (modelId): Step => [
          'bedrock:InvokeModel',
          { modelId },
          { region, error: ['ValidationException', 'max_tokens_to_sample: range: 1..1,000,000'] },
        ],
      ),
    ])
    const ready = account.run(caller, time, [...lookAround(account, random.whole(0, 4), 0.5), ...probes])
    const modelId = random.pick(models)
    const region = random.pick(['us-east-1', 'us-west-2'])
    account.run(caller, ready + random.whole(2, 50) * MINUTE, [
      ['bedrock:PutUseCaseForModelAccess', {}, { region }],
      ['bedrock:CreateFoundationModelAgreement', { modelId }, { region }],
      ...times(
        random.whole(20, 80),
        (): Step => [
          random.chance(0.5) ? 'bedrock:InvokeModelWithResponseStream' : 'bedrock:Converse',
          { modelId },
          { region, isIrreversible: true },
        ],
      ),
    ])
  }
  return { everyDay: [pipeline.everyDay, services(account)], lastDay }
}

/** A role's session from a function's environment looks at the limits of mail, opens the sandbox, adds a sender and sends. */
function mailAbused(account: Account): Plan {
  const { random } = account
  const job = functionJob(account, {
    name: 'newsletter-sender',
    everyMinutes: 180,
    steps: () => [['ses:GetSendQuota'], ['ses:SendEmail', {}, { more: DATA_EVENT }]],
  })
  const emailIdentity = 'invoice.example.com'
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 0, 19 * 60)
    const caller = stolen(job.open(time), intruderAt(account, 'rented', 'boto'))
    const regions = ['us-east-1', 'eu-west-1', 'ap-south-1']
    const ready = account.run(caller, time, [
      ['sts:GetCallerIdentity'],
      ...regions.flatMap((region): Step[] => [
        ['ses:GetSendQuota', null, { region }],
        ['ses:GetAccount', null, { region }],
        ['ses:ListIdentities', { maxItems: 100 }, { region }],
        ['ses:GetAccountSendingEnabled', null, { region, refused: true }],
      ]),
      ['ses:CreateEmailIdentity', { emailIdentity }],
      ['ses:PutAccountDetails', { mailType: 'MARKETING', websiteURL: 'https://example.com', productionAccessEnabled: true }],
    ])
    account.run({ ...caller, pace: PACES.program }, ready + random.whole(3, 90) * MINUTE, [
      ['ses:GetAccount'],
      ...times(random.whole(25, 90), (): Step => ['ses:SendEmail', {}, { isIrreversible: true, more: DATA_EVENT }]),
    ])
  }
  return { everyDay: [job.everyDay, services(account)], lastDay }
}

/** Regions that no account of these days works in. */
const UNUSED_REGIONS = ['ap-southeast-1', 'sa-east-1', 'us-east-1', 'ap-northeast-2', 'eu-west-3', 'us-west-1'] as const

/** A developer's key, found in a public image, launches large machines in regions that the account never used, and tries some that are closed. */
function minersInRegions(account: Account): Plan {
  const { random } = account
  const pipeline = keyPipeline(account, { tool: 'ansible' })
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 0, 22 * 60)
    const caller = stolen(pipeline.caller(time), intruderAt(account, 'rented', 'oldBoto'))
    const instanceType = random.pick(['c6a.24xlarge', 'g5.12xlarge', 'p4d.24xlarge'])
    const inRegion = (region: string): Step[] => {
      const count = random.whole(4, 20)
      const isClosed = random.chance(0.25)
      const items = times(count, () => ({ instanceId: resourceId(random, 'i') }))
      return [
        ['ec2:DescribeAvailabilityZones', null, { region }],
        ['servicequotas:GetServiceQuota', { serviceCode: 'ec2', quotaCode: 'L-1216C47A' }, { region }],
        ['ec2:CreateKeyPair', { keyName: random.text(8, 'abcdefghijk') }, { region }],
        ['ec2:CreateSecurityGroup', { groupName: 'sg1', groupDescription: 'sg1' }, { region }],
        [
          'ec2:RunInstances',
          { instancesSet: { items: [{ minCount: 1, maxCount: count }] }, instanceType },
          isClosed ? { region, refused: 'scp' } : { region, isIrreversible: true, response: { instancesSet: { items } } },
        ],
      ]
    }
    const regions = drawSome(random, UNUSED_REGIONS, random.whole(3, UNUSED_REGIONS.length))
    account.run(caller, time, [...lookAround(account, random.whole(2, 6), 0.3), ['ec2:DescribeRegions'], ...regions.flatMap(inRegion)])
    const [region = ''] = regions
    account.tell(caller, time + HOUR, [
      'ec2:RunInstances',
      { instancesSet: { items: [{ minCount: 1, maxCount: 2 }] }, instanceType },
      { region, isIrreversible: true },
    ])
  }
  return { everyDay: [pipeline.everyDay, fleet(account).everyDay], lastDay }
}

/** A data scientist's session, taken from a shared notebook, starts notebooks and trainings on the dearest machines. */
function notebooksAbused(account: Account): Plan {
  const { random } = account
  const person = developer(account, 'DataScience')
  const roleArn = oldRole(account, 'sagemaker-execution').arn
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 60, 20 * 60)
    const caller = stolen(person.open(time), intruderAt(account, random.pick(['rented', 'farHome']), 'boto'))
    const instanceType = random.pick(['ml.p4d.24xlarge', 'ml.g5.48xlarge'])
    account.run(caller, time, [
      ['sts:GetCallerIdentity'],
      ['sagemaker:ListNotebookInstances'],
      ['sagemaker:ListTrainingJobs'],
      ['servicequotas:ListServiceQuotas', { serviceCode: 'sagemaker' }],
      ['iam:ListRoles', null, { refused: true }],
      ...times(random.whole(3, 8), (at): Step[] => [
        [
          'sagemaker:CreateNotebookInstance',
          { notebookInstanceName: `nb-${at}-${random.text(5, 'abcdef')}`, instanceType, roleArn },
          { isIrreversible: true },
        ],
        [
          'sagemaker:CreateTrainingJob',
          { trainingJobName: `t${at}`, roleArn, resourceConfig: { instanceType, instanceCount: random.whole(2, 6) } },
          random.chance(0.3)
            ? { error: ['ResourceLimitExceeded', 'The account-level service limit is 0 Instances'] }
            : { isIrreversible: true },
        ],
        ['sagemaker:CreatePresignedNotebookInstanceUrl', { notebookInstanceName: `nb-${at}` }],
      ]).flat(),
    ])
  }
  return { everyDay: [person.everyDay, oidcPipeline(account).everyDay], lastDay }
}
