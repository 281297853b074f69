import { Duration, Stack } from 'aws-cdk-lib'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations'
import type { Topic } from 'aws-cdk-lib/aws-sns'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { OPEN_INDEX } from '../shared/aws/table.ts'
import type { StackConfig } from '../shared/config.ts'
import { acknowledgeWildcards } from './acknowledge-wildcards.ts'
import { READS } from './acting-statements.ts'
import { deadLetterQueue } from './dead-letter-queue.ts'
import { takesForwarded } from './forwarded-bus.ts'
import { allowNotices } from './notice-queue.ts'
import { takesReports } from './report-bus.ts'
import { ResponderFunction } from './responder-function.ts'
import { WakingSchedule } from './schedule.ts'

/** How often the sweep runs. */
const EVERY = 'rate(5 minutes)'

export interface SweepFunctionProps {
  readonly table: Table
  readonly topic: Topic
  /** The topic that pages the person on call. */
  readonly onCall: Topic
  /** The queue of notices; without it, notices go to the topic. */
  readonly notices: Queue | undefined
  /** The queue by which respond is asked to look events up. */
  readonly backfillQueue: Queue
  readonly contain: LambdaFunction
  readonly rotate: LambdaFunction | undefined
  readonly config: StackConfig
}

/** Sweeps the open incidents every five minutes: stuck ones, events that were not delivered, unanswered ones. It cannot change IAM. */
export class SweepFunction extends Construct {
  readonly function: LambdaFunction
  readonly responder: ResponderFunction
  /** The dead-letter queue for sweeps that failed in two attempts. */
  readonly failures: Queue

  constructor(scope: Construct, id: string, { table, topic, onCall, notices, backfillQueue, contain, rotate, config }: SweepFunctionProps) {
    super(scope, id)
    const { account, partition, stackName } = Stack.of(this)
    const responder = new ResponderFunction(this, 'Responder', {
      entry: 'sweep',
      reservedConcurrency: config.reservedConcurrency.sweep,
      description: 'Sweeps open incidents: stuck, missed events, unanswered',
      environment: {
        TABLE_NAME: table.tableName,
        ACCOUNT_ID: account,
        STACK_NAME: stackName,
        NOTIFY_TOPIC_ARN: topic.topicArn,
        ON_CALL_TOPIC_ARN: onCall.topicArn,
        CONTAIN_FUNCTION_NAME: contain.functionName,
        BACKFILL_QUEUE_URL: backfillQueue.queueUrl,
        ...(config.dashboard ? { DASHBOARD: 'on' } : {}),
        ...(rotate === undefined ? {} : { ROTATE_FUNCTION_NAME: rotate.functionName }),
      },
      logRetentionDays: config.logRetentionDays,
      memorySize: 256,
      timeout: Duration.minutes(2),
      elsewhere: { accounts: config.memberAccounts, role: 'read' },
    })
    this.failures = deadLetterQueue(this, 'SweepFailures', 'service')
    // One retry is enough: the next sweep does the same work.
    responder.function.configureAsyncInvoke({
      retryAttempts: 1,
      maxEventAge: Duration.minutes(5),
      onFailure: new SqsDestination(this.failures),
    })
    new WakingSchedule(this, 'Every', { expression: EVERY, woken: responder.function })
    // The index has open incidents only.
    responder.allow(['dynamodb:Query'], [`${table.tableArn}/index/${OPEN_INDEX}`])
    responder.allowItems(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'], table.tableArn, ['INCIDENT#*'])
    responder.allowItems(['dynamodb:Query'], table.tableArn, ['POLICY'])
    // Where nobody answers, the policy may order a release.
    responder.allowItems(['dynamodb:PutItem', 'dynamodb:Query'], table.tableArn, ['ORDER#*'])
    responder.allow(['lambda:InvokeFunction'], [contain.functionArn, ...(rotate === undefined ? [] : [rotate.functionArn])])
    responder.allow(['sqs:SendMessage'], [backfillQueue.queueArn])
    allowNotices(responder, { topic, queue: notices })
    responder.allow(['sns:Publish'], [onCall.topicArn])
    // Reads of tags: they decide the tier, and the tier decides what becomes of an unanswered incident.
    const users = `arn:${partition}:iam::${account}:user/*`
    const roles = `arn:${partition}:iam::${account}:role/*`
    responder.allow(READS.sweep.users, [users])
    responder.allow(READS.sweep.roles, [roles])
    // A trail of the organisation has the ARN of another account, and one of all regions that of another region.
    const trails = `arn:${partition}:cloudtrail:*:*:trail/*`
    responder.allow(['cloudtrail:DescribeTrails'], ['*'])
    responder.allow(['cloudtrail:GetEventSelectors', 'cloudtrail:GetTrailStatus'], [trails])
    const own = this.allowSelfCheck(responder, table, [topic, onCall], config)
    acknowledgeWildcards(this, {
      'Resource::*':
        'X-Ray, cloudwatch:DescribeAlarms and cloudtrail:DescribeTrails take no resource; ids of event source mappings and subscriptions are not known in advance.',
      ...Object.fromEntries(
        own.map((arn) => [`Resource::${arn}`, 'Reads of the resources of the stack, whose names begin with its name.']),
      ),
      [`Resource::${trails}`]: 'Reads of settings: which trails cover the region is not known in advance.',
      [`Resource::${users}`]: 'Reads of tags: which user is not known in advance.',
      [`Resource::${roles}`]: 'Reads of tags: which role is not known in advance.',
    })
    this.function = responder.function
    this.responder = responder
  }

  /** Reads by which the resources of the stack are compared with what was deployed. Answers the resources that have a wildcard. */
  private allowSelfCheck(responder: ResponderFunction, table: Table, topics: readonly Topic[], config: StackConfig): string[] {
    const { account, partition, region, stackName } = Stack.of(this)
    const named = (service: string, kind: string) => `arn:${partition}:${service}:${region}:${account}:${kind}${stackName}-*`
    const reads = [
      [['events:DescribeRule', 'events:ListTargetsByRule'], named('events', 'rule/')],
      ...(takesForwarded(config) || takesReports(config) ? [[['events:DescribeEventBus'], named('events', 'event-bus/')] as const] : []),
      [['lambda:GetFunctionConcurrency', 'lambda:GetFunctionConfiguration', 'lambda:GetPolicy'], named('lambda', 'function:')],
      [['scheduler:GetSchedule'], named('scheduler', 'schedule/default/')],
      [['sqs:GetQueueAttributes'], named('sqs', '')],
      [
        ['cloudformation:GetTemplate', 'cloudformation:ListStackResources'],
        `arn:${partition}:cloudformation:${region}:${account}:stack/${stackName}/*`,
      ],
    ] as const
    for (const [actions, resource] of reads) responder.allow(actions, [resource])
    const anywhere = ['cloudwatch:DescribeAlarms', 'lambda:GetEventSourceMapping', 'lambda:ListEventSourceMappings']
    responder.allow([...anywhere, 'sns:GetSubscriptionAttributes'], ['*'])
    const topicReads = ['GetDataProtectionPolicy', 'GetTopicAttributes', 'ListSubscriptionsByTopic']
    responder.allow(
      topicReads.map((read) => `sns:${read}`),
      [...new Set(topics.map(({ topicArn }) => topicArn))],
    )
    const tableReads = ['DescribeContinuousBackups', 'DescribeTable', 'DescribeTimeToLive', 'GetResourcePolicy']
    responder.allow(
      tableReads.map((read) => `dynamodb:${read}`),
      [table.tableArn],
    )
    return reads.map(([, resource]) => resource)
  }
}
