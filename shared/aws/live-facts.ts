import { type CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch'
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  GetResourcePolicyCommand,
} from '@aws-sdk/client-dynamodb'
import { DescribeEventBusCommand, DescribeRuleCommand, type EventBridgeClient, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge'
import {
  GetEventSourceMappingCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  type LambdaClient,
  ListEventSourceMappingsCommand,
} from '@aws-sdk/client-lambda'
import { GetScheduleCommand, type SchedulerClient } from '@aws-sdk/client-scheduler'
import {
  GetDataProtectionPolicyCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  paginateListSubscriptionsByTopic,
  type SNSClient,
} from '@aws-sdk/client-sns'
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { busFacts, policyFacts } from '../domain/policy-facts.ts'
import { subscriptionFact } from '../domain/subscription-fact.ts'
import type { DeployedResource, Facts } from '../ports/deployment.ts'
import { ruleNamed } from './deployed-rules.ts'

/** The clients that read the resources of the stack. */
export interface LiveClients {
  readonly events: EventBridgeClient
  readonly lambda: LambdaClient
  readonly cloudWatch: CloudWatchClient
  readonly scheduler: SchedulerClient
  readonly sqs: SQSClient
  readonly sns: SNSClient
  readonly dynamo: DynamoDBClient
}

/** CloudFormation notes an update some time after Lambda has made it. */
const UPDATE_SLACK_MS = 5 * 60_000

/** The errors by which services say that something does not exist. */
const NOT_FOUND = /NotFound|NonExistentQueue|QueueDoesNotExist/

const READERS: Readonly<Record<string, (resource: DeployedResource, clients: LiveClients) => Promise<Facts | undefined>>> = {
  async 'AWS::Events::Rule'({ name }, { events }) {
    const { Name, ...bus } = ruleNamed(name)
    const [rule, { Targets = [] }] = await Promise.all([
      events.send(new DescribeRuleCommand({ Name, ...bus })),
      events.send(new ListTargetsByRuleCommand({ Rule: Name, ...bus })),
    ])
    return { State: rule.State, EventPattern: json(rule.EventPattern), Targets: Targets.map(({ Arn }) => Arn) }
  },
  async 'AWS::Events::EventBus'({ name: Name }, { events }) {
    const { Policy } = await events.send(new DescribeEventBusCommand({ Name }))
    return busFacts(statementsIn(Policy))
  },
  async 'AWS::Lambda::EventSourceMapping'({ name: UUID }, { lambda }) {
    const { State, FunctionArn, EventSourceArn } = await lambda.send(new GetEventSourceMappingCommand({ UUID }))
    return { State, Function: FunctionArn?.slice(FunctionArn.lastIndexOf(':') + 1), EventSourceArn }
  },
  async 'AWS::CloudWatch::Alarm'({ name }, { cloudWatch }) {
    const { MetricAlarms = [] } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: [name] }))
    const [alarm] = MetricAlarms
    if (alarm === undefined) return undefined
    const { ActionsEnabled, AlarmActions, MetricName, Threshold } = alarm
    return { ActionsEnabled, AlarmActions, MetricName, Threshold }
  },
  async 'AWS::Scheduler::Schedule'({ name: Name }, { scheduler }) {
    const { State, ScheduleExpression, Target } = await scheduler.send(new GetScheduleCommand({ Name }))
    return { State, ScheduleExpression, Target: Target?.Arn }
  },
  async 'AWS::Lambda::Function'({ name: FunctionName, deployedAt }, { lambda }) {
    const [settings, { ReservedConcurrentExecutions }, { EventSourceMappings = [] }, policy] = await Promise.all([
      lambda.send(new GetFunctionConfigurationCommand({ FunctionName })),
      lambda.send(new GetFunctionConcurrencyCommand({ FunctionName })),
      lambda.send(new ListEventSourceMappingsCommand({ FunctionName })),
      orNone(lambda.send(new GetPolicyCommand({ FunctionName }))),
    ])
    return {
      Role: settings.Role,
      Handler: settings.Handler,
      Environment: settings.Environment?.Variables ?? {},
      ReservedConcurrency: ReservedConcurrentExecutions ?? null,
      IsChangedSince: Date.parse(settings.LastModified ?? '') > deployedAt + UPDATE_SLACK_MS,
      Mappings: EventSourceMappings.length,
      Permissions: statementsIn(policy?.Policy).length,
    }
  },
  async 'AWS::SQS::Queue'({ name: QueueUrl }, { sqs }) {
    const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['Policy', 'RedrivePolicy'] }))
    const redrive = json(Attributes.RedrivePolicy) as { deadLetterTargetArn?: string } | undefined
    return { ...policyFacts(statementsIn(Attributes.Policy)), DeadLetters: redrive?.deadLetterTargetArn ?? null }
  },
  async 'AWS::SNS::Topic'({ name: TopicArn }, { sns }) {
    const [{ Attributes = {} }, dataProtection, subscriptions] = await Promise.all([
      sns.send(new GetTopicAttributesCommand({ TopicArn })),
      sns.send(new GetDataProtectionPolicyCommand({ ResourceArn: TopicArn })),
      subscriptionsOf(TopicArn, sns),
    ])
    return {
      ...policyFacts(statementsIn(Attributes.Policy)),
      Subscriptions: subscriptions,
      Key: Attributes.KmsMasterKeyId ?? null,
      HasDataProtection: (dataProtection.DataProtectionPolicy ?? '') !== '',
    }
  },
  async 'AWS::DynamoDB::Table'({ name: TableName }, { dynamo }) {
    const { Table } = await dynamo.send(new DescribeTableCommand({ TableName }))
    const ResourceArn = Table?.TableArn ?? ''
    const [backups, { TimeToLiveDescription: ttl }, policy] = await Promise.all([
      dynamo.send(new DescribeContinuousBackupsCommand({ TableName })),
      dynamo.send(new DescribeTimeToLiveCommand({ TableName })),
      orNone(dynamo.send(new GetResourcePolicyCommand({ ResourceArn }))),
    ])
    const status = backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus
    return {
      DeletionProtection: Table?.DeletionProtectionEnabled ?? false,
      PointInTimeRecovery: status === 'ENABLED',
      TimeToLive: ttl?.TimeToLiveStatus === 'ENABLED' ? ttl.AttributeName : null,
      HasResourcePolicy: policy?.Policy !== undefined,
    }
  },
}

/** Who gets the messages of a topic, and which. One that is not confirmed yet has no attributes; one that ended is listed for some days. */
async function subscriptionsOf(TopicArn: string, sns: SNSClient): Promise<unknown[]> {
  const found: unknown[] = []
  for await (const { Subscriptions = [] } of paginateListSubscriptionsByTopic({ client: sns }, { TopicArn }))
    for (const { SubscriptionArn = '', Protocol: protocol = '', Endpoint: endpoint = '' } of Subscriptions) {
      if (SubscriptionArn === 'Deleted') continue
      const { Attributes } = SubscriptionArn.startsWith('arn:')
        ? await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }))
        : {}
      found.push(subscriptionFact({ protocol, endpoint, filter: json(Attributes?.FilterPolicy) }))
    }
  return found
}

/** The facts of a resource as its service has them; undefined when it is gone. */
export async function liveFacts(resource: DeployedResource, clients: LiveClients): Promise<Facts | undefined> {
  return orNone(READERS[resource.type]?.(resource, clients) ?? Promise.resolve(undefined))
}

async function orNone<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((cause: unknown) => {
    if (cause instanceof Error && NOT_FOUND.test(cause.name)) return undefined
    throw cause
  })
}

function statementsIn(policy: string | undefined): Readonly<Record<string, unknown>>[] {
  const { Statement = [] } = (json(policy) ?? {}) as { Statement?: Readonly<Record<string, unknown>>[] }
  return Statement
}

function json(text: string | undefined): unknown {
  return text === undefined || text === '' ? undefined : JSON.parse(text)
}
