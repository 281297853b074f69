import { busFacts, policyFacts } from '../domain/policy-facts.ts'
import { subscriptionFact } from '../domain/subscription-fact.ts'
import type { DeployedResource, Facts } from '../ports/deployment.ts'

type Fields = Readonly<Record<string, unknown>>

/** What must be true of a resource, by its type. Each fact is read by `live` of the `Deployment`. Types that are not here are not checked. */
const EXPECTED: Readonly<Record<string, (resource: DeployedResource, all: readonly DeployedResource[]) => Facts>> = {
  'AWS::Events::Rule': ({ properties }) => ({
    State: properties.State ?? 'ENABLED',
    EventPattern: properties.EventPattern,
    Targets: fieldsIn(properties.Targets).map(({ Arn }) => Arn),
  }),
  'AWS::Events::EventBus': ({ name }, all) =>
    busFacts(
      ofType(all, 'AWS::Events::EventBusPolicy')
        .filter(({ properties: { EventBusName } }) => EventBusName === name)
        .map(({ properties: { Statement } }) => fieldsOf(Statement)),
    ),
  'AWS::Lambda::EventSourceMapping': ({ properties }) => ({
    State: properties.Enabled === false ? 'Disabled' : 'Enabled',
    Function: properties.FunctionName,
    EventSourceArn: properties.EventSourceArn,
  }),
  'AWS::CloudWatch::Alarm': ({ properties }) => ({
    ActionsEnabled: properties.ActionsEnabled ?? true,
    AlarmActions: properties.AlarmActions ?? [],
    MetricName: properties.MetricName,
    Threshold: properties.Threshold,
  }),
  'AWS::Scheduler::Schedule': ({ properties }) => ({
    State: properties.State ?? 'ENABLED',
    ScheduleExpression: properties.ScheduleExpression,
    Target: fieldsOf(properties.Target).Arn,
  }),
  'AWS::Lambda::Function': ({ name, properties }, all) => ({
    Role: properties.Role,
    Handler: properties.Handler,
    Environment: fieldsOf(fieldsOf(properties.Environment).Variables),
    ReservedConcurrency: properties.ReservedConcurrentExecutions ?? null,
    // CloudFormation does not know the hash of the code that runs. Lambda knows when code or settings last changed.
    IsChangedSince: false,
    Mappings: ofType(all, 'AWS::Lambda::EventSourceMapping').filter(({ properties: { FunctionName } }) => FunctionName === name).length,
    Permissions: ofType(all, 'AWS::Lambda::Permission').filter(({ properties: { FunctionName } }) => isFunction(FunctionName, name)).length,
  }),
  'AWS::SQS::Queue': ({ name, properties }, all) => {
    const statements = ofType(all, 'AWS::SQS::QueuePolicy')
      .filter(({ properties: { Queues } }) => Array.isArray(Queues) && Queues.includes(name))
      .flatMap(({ properties: { PolicyDocument } }) => fieldsIn(fieldsOf(PolicyDocument).Statement))
    return { ...policyFacts(statements), DeadLetters: fieldsOf(properties.RedrivePolicy).deadLetterTargetArn ?? null }
  },
  'AWS::SNS::Topic': ({ name, properties }, all) => {
    const statements = ofType(all, 'AWS::SNS::TopicPolicy')
      .filter(({ properties: { Topics } }) => Array.isArray(Topics) && Topics.includes(name))
      .flatMap(({ properties: { PolicyDocument } }) => fieldsIn(fieldsOf(PolicyDocument).Statement))
    const subscriptions = ofType(all, 'AWS::SNS::Subscription').filter(({ properties: { TopicArn } }) => TopicArn === name)
    return {
      ...policyFacts(statements),
      Subscriptions: subscriptions.map(({ properties: { Protocol, Endpoint, FilterPolicy } }) =>
        subscriptionFact({ protocol: String(Protocol), endpoint: String(Endpoint), filter: FilterPolicy }),
      ),
      Key: properties.KmsMasterKeyId ?? null,
      HasDataProtection: properties.DataProtectionPolicy !== undefined,
    }
  },
  'AWS::DynamoDB::Table': ({ properties }) => ({
    DeletionProtection: properties.DeletionProtectionEnabled ?? false,
    PointInTimeRecovery: fieldsOf(properties.PointInTimeRecoverySpecification).PointInTimeRecoveryEnabled ?? false,
    TimeToLive: fieldsOf(properties.TimeToLiveSpecification).AttributeName ?? null,
    HasResourcePolicy: properties.ResourcePolicy !== undefined,
  }),
}

/** What must be true of a resource of the stack; undefined for a type that is not checked. */
export function expectedFacts(resource: DeployedResource, all: readonly DeployedResource[]): Facts | undefined {
  return EXPECTED[resource.type]?.(resource, all)
}

function ofType(all: readonly DeployedResource[], type: string): DeployedResource[] {
  return all.filter((one) => one.type === type)
}

function isFunction(named: unknown, name: string): boolean {
  return typeof named === 'string' && (named === name || named.endsWith(`:function:${name}`))
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}

function fieldsIn(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : []
}
