import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import {
  cloudFormationClient,
  cloudWatchClient,
  dynamoDbClient,
  eventBridgeClient,
  lambdaClient,
  schedulerClient,
  snsClient,
  sqsClient,
} from '../../shared/aws/clients.ts'
import { stackDeployment } from '../../shared/aws/deployment.ts'
import { silentLog } from '../../shared/memory/log.ts'
import { memoryNotifier } from '../../shared/memory/notifier.ts'
import { selfCheck } from '../../shared/review/self-check.ts'
import { json, loopback, type WireRequest } from './loopback.ts'

const PLACE = { partition: 'aws', region: 'us-east-1', account: '123456789012' }
const DEPLOYED = Date.UTC(2026, 0, 1)
const QUEUE_URL = 'https://sqs.us-east-1.amazonaws.com/123456789012/S-hot'
const QUEUE_ARN = 'arn:aws:sqs:us-east-1:123456789012:S-hot'
const ROLE_ARN = 'arn:aws:iam::123456789012:role/S-role'
const TOPIC = 'arn:aws:sns:us-east-1:123456789012:S-topic'
const onlyItsSenders = (principals: unknown) => ({
  Statement: [
    {
      Sid: 'OnlyItsSenders',
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 'sqs:SendMessage',
      Resource: 'x',
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': principals } },
    },
  ],
})

const PAGER = 'https://user:secret@pager.example.com/integration/1a2b3c'
const onlyItsPublishers = (principals: unknown, alarms: unknown) => ({
  Statement: [
    {
      Sid: 'OnlyItsPublishers',
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 'sns:Publish',
      Resource: 'x',
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': principals, 'aws:SourceArn': alarms } },
    },
  ],
})

/** A stack as the CDK writes it, with references of each kind. */
const TEMPLATE = {
  Resources: {
    Role: { Type: 'AWS::IAM::Role', Properties: {} },
    Topic: { Type: 'AWS::SNS::Topic', Properties: {} },
    TopicPolicy: {
      Type: 'AWS::SNS::TopicPolicy',
      Properties: {
        Topics: [{ Ref: 'Topic' }],
        PolicyDocument: onlyItsPublishers([{ 'Fn::GetAtt': ['Role', 'Arn'] }], [{ 'Fn::GetAtt': ['Late', 'Arn'] }]),
      },
    },
    Pager: { Type: 'AWS::SNS::Subscription', Properties: { TopicArn: { Ref: 'Topic' }, Protocol: 'https', Endpoint: PAGER } },
    Mail: { Type: 'AWS::SNS::Subscription', Properties: { TopicArn: { Ref: 'Topic' }, Protocol: 'email', Endpoint: 'oncall@example.com' } },
    Hot: { Type: 'AWS::SQS::Queue', Properties: {} },
    HotPolicy: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: { Queues: [{ Ref: 'Hot' }], PolicyDocument: onlyItsSenders([{ 'Fn::GetAtt': ['Role', 'Arn'] }]) },
    },
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventPattern: {
          detail: {
            arn: [
              {
                'anything-but': [
                  { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':sts::123456789012:assumed-role/', { Ref: 'Role' }, '/S-fn']] },
                ],
              },
            ],
          },
        },
        Targets: [{ Id: 'Target0', Arn: { 'Fn::GetAtt': ['Hot', 'Arn'] } }],
      },
    },
    Fn: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        Handler: 'index.handler',
        Environment: { Variables: { QUEUE: { Ref: 'Hot' } } },
      },
    },
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { FunctionName: { Ref: 'Fn' }, EventSourceArn: { 'Fn::GetAtt': ['Hot', 'Arn'] } },
    },
    Late: { Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmActions: [{ Ref: 'Topic' }], MetricName: 'Age', Threshold: 60 } },
    Every: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: { ScheduleExpression: 'rate(5 minutes)', Target: { Arn: { 'Fn::GetAtt': ['Fn', 'Arn'] } } },
    },
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      },
    },
  },
}

const PHYSICAL: Readonly<Record<string, string>> = {
  Role: 'S-role',
  Topic: TOPIC,
  TopicPolicy: 'tp',
  Pager: `${TOPIC}:1`,
  Mail: `${TOPIC}:2`,
  Hot: QUEUE_URL,
  HotPolicy: 'p',
  Rule: 'S-rule',
  Fn: 'S-fn',
  Mapping: 'uuid-1',
  Late: 'S-late',
  Every: 'S-every',
  Table: 'S-table',
}

const FN_ARN = 'arn:aws:lambda:us-east-1:123456789012:function:S-fn'
const ALARM_ARN = 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:S-late'
const MAIL = { arn: 'PendingConfirmation', protocol: 'email', endpoint: 'oncall@example.com' }
const PAGED = { arn: `${TOPIC}:1`, protocol: 'https', endpoint: PAGER.replace(':secret', ':****') }

/** What the services answer, by the operation. */
const asDeployed = () => ({
  DescribeRule: {
    State: 'ENABLED',
    EventPattern: JSON.stringify({ detail: { arn: [{ 'anything-but': ['arn:aws:sts::123456789012:assumed-role/S-role/S-fn'] }] } }),
  },
  ListTargetsByRule: { Targets: [{ Id: 'Target0', Arn: QUEUE_ARN }] },
  configuration: {
    Role: ROLE_ARN,
    Handler: 'index.handler',
    Environment: { Variables: { QUEUE: QUEUE_URL } },
    LastModified: '2026-01-01T00:00:00.000+0000',
  } as object,
  concurrency: {} as object,
  policy: undefined as object | undefined,
  mappings: { EventSourceMappings: [{ UUID: 'uuid-1' }] as object[] },
  mapping: { State: 'Enabled', FunctionArn: FN_ARN, EventSourceArn: QUEUE_ARN } as object,
  DescribeAlarms: { MetricAlarms: [{ ActionsEnabled: true, AlarmActions: [TOPIC], MetricName: 'Age', Threshold: 60 }] as object[] },
  schedule: { State: 'ENABLED', ScheduleExpression: 'rate(5 minutes)', Target: { Arn: FN_ARN } } as object | undefined,
  GetQueueAttributes: { Attributes: { Policy: JSON.stringify(onlyItsSenders(ROLE_ARN)) } } as object,
  DescribeTable: { Table: { TableArn: 'arn:aws:dynamodb:us-east-1:123456789012:table/S-table', DeletionProtectionEnabled: true } },
  DescribeContinuousBackups: {
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'ENABLED' },
    },
  },
  DescribeTimeToLive: { TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' } },
  GetResourcePolicy: undefined as object | undefined,
  topic: { Policy: JSON.stringify(onlyItsPublishers(ROLE_ARN, ALARM_ARN)) } as Record<string, string> | undefined,
  subscriptions: [MAIL, PAGED],
  filter: undefined as string | undefined,
  dataProtection: '',
  status: 'CREATE_COMPLETE',
  template: JSON.stringify(TEMPLATE),
})

let live = asDeployed()
beforeEach(() => {
  live = asDeployed()
})

const none = (type = 'ResourceNotFoundException') => json({ __type: type, message: 'none' }, 404)
const xml = (query: string, inner: string) => ({
  headers: { 'content-type': 'text/xml' },
  body: `<${query}Response><${query}Result>${inner}</${query}Result></${query}Response>`,
})

const attributes = (entries: Record<string, string>) =>
  `<Attributes>${Object.entries(entries)
    .map(([key, value]) => `<entry><key>${key}</key><value>${value.replaceAll('&', '&amp;')}</value></entry>`)
    .join('')}</Attributes>`
const subscription = ({ arn, protocol, endpoint }: typeof MAIL) =>
  `<member><SubscriptionArn>${arn}</SubscriptionArn><Protocol>${protocol}</Protocol><Endpoint>${endpoint}</Endpoint></member>`

function answer({ path, headers, body }: WireRequest) {
  const target = String(headers['x-amz-target']).split('.').at(-1) as keyof typeof live
  if (target in live)
    return live[target] === undefined
      ? none(target === 'GetResourcePolicy' ? 'PolicyNotFoundException' : undefined)
      : json(live[target] as object)
  if (path.startsWith('/schedules/')) return live.schedule === undefined ? none() : json(live.schedule)
  if (/\/event-source-mappings\/?\?/.test(path)) return json(live.mappings)
  if (path.includes('/event-source-mappings/')) return json(live.mapping)
  if (path.endsWith('/configuration')) return json(live.configuration)
  if (path.endsWith('/concurrency')) return json(live.concurrency)
  if (path.endsWith('/policy'))
    return live.policy === undefined
      ? { status: 404, headers: { 'x-amzn-errortype': 'ResourceNotFoundException' }, body: '{}' }
      : json(live.policy)
  const query = new URLSearchParams(body).get('Action')
  if (query === 'GetTemplate')
    return xml(query, `<TemplateBody>${live.template.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</TemplateBody>`)
  if (query === 'GetTopicAttributes')
    return live.topic === undefined
      ? {
          status: 404,
          headers: { 'content-type': 'text/xml' },
          body: '<ErrorResponse><Error><Code>NotFound</Code></Error></ErrorResponse>',
        }
      : xml(query, attributes(live.topic))
  if (query === 'GetSubscriptionAttributes') return xml(query, attributes(live.filter === undefined ? {} : { FilterPolicy: live.filter }))
  if (query === 'GetDataProtectionPolicy') return xml(query, `<DataProtectionPolicy>${live.dataProtection}</DataProtectionPolicy>`)
  if (query === 'ListSubscriptionsByTopic')
    return xml(query, `<Subscriptions>${live.subscriptions.map(subscription).join('')}</Subscriptions>`)
  const members = Object.entries(TEMPLATE.Resources).map(
    ([id, { Type }]) =>
      `<member><LogicalResourceId>${id}</LogicalResourceId><PhysicalResourceId>${PHYSICAL[id]}</PhysicalResourceId><ResourceType>${Type}</ResourceType><ResourceStatus>${live.status}</ResourceStatus><LastUpdatedTimestamp>${new Date(DEPLOYED).toISOString()}</LastUpdatedTimestamp></member>`,
  )
  return xml('ListStackResources', `<StackResourceSummaries>${members.join('')}</StackResourceSummaries>`)
}

const wire = await loopback(answer)
afterAll(() => wire.close())

function checker(now = DEPLOYED + 86_400_000) {
  const clients = {
    cloudFormation: cloudFormationClient(wire.options),
    events: eventBridgeClient(wire.options),
    lambda: lambdaClient(wire.options),
    cloudWatch: cloudWatchClient(wire.options),
    scheduler: schedulerClient(wire.options),
    sqs: sqsClient(wire.options),
    sns: snsClient(wire.options),
    dynamo: dynamoDbClient(wire.options),
  }
  const notifier = memoryNotifier()
  const deployment = stackDeployment(clients, { stackName: 'S', place: PLACE })
  return { notices: notifier.notices, check: selfCheck({ deployment, notifier, clock: { now: () => now }, log: silentLog }) }
}

describe('the self-check of a stack', () => {
  it('finds nothing where all is as it was deployed', async () => {
    const { check, notices } = checker()
    expect(await check()).toEqual([])
    expect(notices).toEqual([])
  })

  it.each<[string, Partial<ReturnType<typeof asDeployed>>, string]>([
    [
      'a rule is disabled',
      { DescribeRule: { ...asDeployed().DescribeRule, State: 'DISABLED' } },
      'S-rule State: "DISABLED", deployed as "ENABLED"',
    ],
    [
      'a rule leaves somebody out',
      { DescribeRule: { ...asDeployed().DescribeRule, EventPattern: '{"detail":{"arn":["x"]}}' } },
      'S-rule EventPattern: ',
    ],
    [
      'a rule sends elsewhere',
      { ListTargetsByRule: { Targets: [{ Id: 'Target0', Arn: 'arn:aws:sqs:us-east-1:123456789012:theirs' }] } },
      'S-rule Targets: ',
    ],
    ['a mapping is off', { mapping: { State: 'Disabled', FunctionArn: FN_ARN, EventSourceArn: QUEUE_ARN } }, 'uuid-1 State: '],
    [
      'a queue of an intruder feeds a function',
      { mappings: { EventSourceMappings: [{ UUID: 'uuid-1' }, { UUID: 'uuid-2' }] } },
      'S-fn Mappings: 2, deployed as 1',
    ],
    ['somebody else may invoke a function', { policy: { Policy: '{"Statement":[{"Sid":"x"}]}' } }, 'S-fn Permissions: 1, deployed as 0'],
    [
      'code was changed after the deployment',
      { configuration: { ...asDeployed().configuration, LastModified: '2026-01-01T00:06:00.000+0000' } },
      'S-fn IsChangedSince: true, deployed as false',
    ],
    [
      'a function has another role',
      { configuration: { ...asDeployed().configuration, Role: 'arn:aws:iam::123456789012:role/theirs' } },
      'S-fn Role: ',
    ],
    ['a function may run no more', { concurrency: { ReservedConcurrentExecutions: 0 } }, 'S-fn ReservedConcurrency: 0, deployed as null'],
    [
      'an alarm is mute',
      { DescribeAlarms: { MetricAlarms: [{ ActionsEnabled: false, AlarmActions: [TOPIC], MetricName: 'Age', Threshold: 60 }] } },
      'S-late ActionsEnabled: false, deployed as true',
    ],
    ['an alarm is gone', { DescribeAlarms: { MetricAlarms: [] } }, 'S-late is gone'],
    ['a schedule is gone', { schedule: undefined }, 'S-every is gone'],
    [
      'a queue takes messages of others',
      {
        GetQueueAttributes: { Attributes: { Policy: JSON.stringify(onlyItsSenders([ROLE_ARN, 'arn:aws:iam::123456789012:role/theirs'])) } },
      },
      `${QUEUE_URL} Denied: `,
    ],
    ['a queue has lost its policy', { GetQueueAttributes: { Attributes: {} } }, `${QUEUE_URL} Denied: [], deployed as `],
    [
      'the table may be deleted',
      { DescribeTable: { Table: { ...asDeployed().DescribeTable.Table, DeletionProtectionEnabled: false } } },
      'S-table DeletionProtection: false, deployed as true',
    ],
    [
      'items expire by another attribute',
      { DescribeTimeToLive: { TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'time' } } },
      'S-table TimeToLive: "time", deployed as "expiresAt"',
    ],
    [
      'a topic takes notices of others',
      { topic: { Policy: JSON.stringify(onlyItsPublishers([ROLE_ARN, 'arn:aws:iam::123456789012:role/theirs'], ALARM_ARN)) } },
      `${TOPIC} Denied: `,
    ],
    ['a topic has lost its policy', { topic: {} }, `${TOPIC} Denied: [], deployed as `],
    ['a topic is gone', { topic: undefined }, `${TOPIC} is gone`],
    [
      'a topic has a key that alarms may not use',
      { topic: { ...asDeployed().topic, KmsMasterKeyId: 'theirs' } },
      `${TOPIC} Key: "theirs", deployed as null`,
    ],
    [
      'a topic drops what a policy for data says',
      { dataProtection: '{"Name":"x"}' },
      `${TOPIC} HasDataProtection: true, deployed as false`,
    ],
    ['somebody does not get notices any more', { subscriptions: [PAGED, { ...MAIL, arn: 'Deleted' }] }, `${TOPIC} Subscriptions: `],
    [
      'somebody else gets notices',
      { subscriptions: [MAIL, PAGED, { arn: `${TOPIC}:3`, protocol: 'email', endpoint: 'mallory@example.com' }] },
      '"to":"email mallory@example.com"',
    ],
    ['a subscription leaves notices out', { filter: '{"no":["such"]}' }, '"filter":{"no":"such"}'],
    ['the table is open to others', { GetResourcePolicy: { Policy: '{}' } }, 'S-table HasResourcePolicy: true, deployed as false'],
  ])('says that %s, and nothing else', async (_, changed, line) => {
    live = { ...live, ...changed }
    const { check, notices } = checker()
    const lines = await check()
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(line)
    expect(notices).toMatchObject([{ kind: 'self-check', priority: 100, incidentId: 'none' }])
    expect(notices[0]?.body).toContain(line)
  })

  it('tells of a pager by its host, and not by the secret in its URL', async () => {
    live = { ...live, subscriptions: [MAIL] }
    const { check, notices } = checker()
    const [line] = await check()
    expect(line).toMatch(/deployed as .*https pager\.example\.com \([0-9a-f]{8}\)/)
    expect(`${line}${notices[0]?.body}`).not.toMatch(/1a2b3c|secret/)
  })

  it('says what could not be read, and takes it for nothing', async () => {
    live = { ...live, template: 'AWSTemplateFormatVersion: x' }
    expect(await checker().check()).toEqual(['what was deployed could not be read: ResponderError'])
  })

  it('tells the same differences once, and what comes to them', async () => {
    live = { ...live, schedule: undefined }
    const { check, notices } = checker()
    await check()
    await check()
    expect(notices).toHaveLength(1)
    live = { ...live, DescribeAlarms: { MetricAlarms: [] } }
    await check()
    expect(notices).toHaveLength(2)
  })

  it('tells people of a deployment, while it goes on and after it', async () => {
    expect(await checker(DEPLOYED + 5 * 60_000).check()).toEqual([`the stack was deployed at ${new Date(DEPLOYED).toISOString()}`])
    live = { ...live, status: 'UPDATE_IN_PROGRESS' }
    expect(await checker().check()).toEqual(['the stack is being deployed at this moment'])
  })
})
