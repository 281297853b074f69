import { Duration, Stack } from 'aws-cdk-lib'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import { Effect, ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations'
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources'
import type { Topic } from 'aws-cdk-lib/aws-sns'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { StackConfig } from '../shared/config.ts'
import { QUARANTINE_SID } from '../shared/domain/own-policy.ts'
import type { Policy } from '../shared/domain/policy.ts'
import { acknowledgeWildcards } from './acknowledge-wildcards.ts'
import { containStatements, ownRoleStatements, wildcardReasons } from './acting-statements.ts'
import { deadLetterQueue, NOBODYS_DEAD_LETTERS } from './dead-letter-queue.ts'
import { listed } from './listed.ts'
import { allowNotices } from './notice-queue.ts'
import type { OwnRoles } from './own-roles.ts'
import { ResponderFunction } from './responder-function.ts'

const TIMEOUT = Duration.seconds(60)

/** The most looks at former containments at the same time, so that they leave places of contain's concurrency to new ones. */
const REVERIFY_CONCURRENCY = 5

export interface ContainFunctionProps {
  readonly table: Table
  readonly topic: Topic
  /** The topic that pages the person on call. */
  readonly onCall: Topic
  /** The queue of notices; without it, notices go to the topic. */
  readonly notices?: Queue | undefined
  readonly policy: Policy
  readonly config: StackConfig
}

/** The function that may change IAM. It takes an incident id and nothing else, and may not call a model. */
export class ContainFunction extends Construct {
  readonly function: LambdaFunction
  readonly responder: ResponderFunction
  readonly failures: Queue
  readonly reverify: Queue
  readonly reverifyFailures: Queue

  constructor(scope: Construct, id: string, { table, topic, onCall, notices, policy, config }: ContainFunctionProps) {
    super(scope, id)
    const { account, partition, region, stackName } = Stack.of(this)
    this.failures = deadLetterQueue(this, 'Failures', 'service')
    const responder = new ResponderFunction(this, 'Responder', {
      entry: 'contain',
      reservedConcurrency: config.reservedConcurrency.contain,
      description: 'Contains or releases what an incident names',
      environment: {
        TABLE_NAME: table.tableName,
        ACCOUNT_ID: account,
        STACK_NAME: stackName,
        NOTIFY_TOPIC_ARN: topic.topicArn,
        ON_CALL_TOPIC_ARN: onCall.topicArn,
        ...(config.dashboard ? { DASHBOARD: 'on' } : {}),
      },
      logRetentionDays: config.logRetentionDays,
      memorySize: 512,
      timeout: TIMEOUT,
      elsewhere: { accounts: config.memberAccounts, role: 'contain' },
    })
    responder.function.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: Duration.hours(1),
      onFailure: new SqsDestination(this.failures),
    })
    const quarantine = new ManagedPolicy(this, 'Quarantine', {
      description: 'Denies everything. Countersign attaches it to a user who has no room for another inline policy',
      statements: [new PolicyStatement({ sid: QUARANTINE_SID, effect: Effect.DENY, actions: ['*'], resources: ['*'] })],
    })
    this.reverifyFailures = deadLetterQueue(this, 'ReverifyFailures', 'queue')
    this.reverify = new Queue(this, 'Reverify', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: Duration.seconds(TIMEOUT.toSeconds() * 6),
      retentionPeriod: Duration.days(1),
      deadLetterQueue: { queue: this.reverifyFailures, maxReceiveCount: 3 },
      redriveAllowPolicy: NOBODYS_DEAD_LETTERS,
    })
    const { reverify } = this
    responder.function.addEnvironment('REVERIFY_QUEUE_URL', reverify.queueUrl)
    responder.function.addEnvironment('REVERIFY_QUEUE_ARN', reverify.queueArn)
    responder.function.addEnvironment('QUARANTINE_POLICY_ARN', quarantine.managedPolicyArn)
    responder.function.addEventSource(new SqsEventSource(reverify, { batchSize: 1, maxConcurrency: REVERIFY_CONCURRENCY }))
    responder.allow(['sqs:SendMessage'], [reverify.queueArn])
    const place = { account, partition, region }
    responder.add(containStatements(place, { policy, quarantineArn: quarantine.managedPolicyArn }))
    responder.denyOtherRoles('contain', config.memberAccounts.length > 0)
    responder.allowItems(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'], table.tableArn, ['INCIDENT#*'])
    // Which steps it planned itself is in a chain that no other function may write.
    responder.allowItems(['dynamodb:PutItem', 'dynamodb:Query'], table.tableArn, ['STEPS#*'])
    responder.allowItems(['dynamodb:UpdateItem'], table.tableArn, ['BREAKER#*'])
    // What people order is in a chain of its own, which neither respond nor contain may write.
    responder.allowItems(['dynamodb:Query'], table.tableArn, ['POLICY', 'ORDER#*'])
    allowNotices(responder, { topic, queue: notices })
    // It pages people where the breaker has tripped.
    responder.allow(['sns:Publish'], [onCall.topicArn])
    acknowledgeWildcards(this, {
      ...wildcardReasons(place, policy),
      'Resource::*':
        'X-Ray (PutTraceSegments, PutTelemetryRecords) and iam:GetAccountSummary take no resource; the other statements on * are Denies.',
    })
    this.function = responder.function
    this.responder = responder
  }

  /** Tells it the roles of the stack and those that deploy it, which it may never change. By ARN: anybody may give a role a name like theirs. */
  knowOwnRoles({ arns, prefix, names }: OwnRoles): void {
    this.function.addEnvironment('OWN_ROLE_ARNS', listed(prefix, names))
    this.responder.add(ownRoleStatements(arns))
  }
}
