import { Duration, Stack } from 'aws-cdk-lib'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations'
import type { Topic } from 'aws-cdk-lib/aws-sns'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { StackConfig } from '../shared/config.ts'
import type { Policy } from '../shared/domain/policy.ts'
import { acknowledgeWildcards } from './acknowledge-wildcards.ts'
import { PART_OF_DENY, rotatedIn, rotateStatements } from './acting-statements.ts'
import { deadLetterQueue } from './dead-letter-queue.ts'
import { iamResource } from './iam-resource.ts'
import { allowNotices } from './notice-queue.ts'
import { ResponderFunction } from './responder-function.ts'

export interface RotateFunctionProps {
  readonly table: Table
  readonly topic: Topic
  /** The queue of notices; without it, notices go to the topic. */
  readonly notices: Queue | undefined
  readonly policy: Policy
  readonly config: StackConfig
}

/**
 * Rotates the access keys of users whose compromise a person has confirmed. It is deployed only where the policy names such users in
 * `rotation.users`. Its role covers only those users and their secrets, and cannot read a secret.
 */
export class RotateFunction extends Construct {
  readonly function: LambdaFunction
  readonly responder: ResponderFunction
  readonly failures: Queue

  constructor(scope: Construct, id: string, { table, topic, notices, policy, config }: RotateFunctionProps) {
    super(scope, id)
    const { account, partition, region, stackName } = Stack.of(this)
    this.failures = deadLetterQueue(this, 'RotateFailures', 'service')
    const responder = new ResponderFunction(this, 'Responder', {
      entry: 'rotate',
      reservedConcurrency: config.reservedConcurrency.rotate,
      description: 'Rotates the access keys of confirmed incidents',
      environment: { TABLE_NAME: table.tableName, ACCOUNT_ID: account, STACK_NAME: stackName, NOTIFY_TOPIC_ARN: topic.topicArn },
      logRetentionDays: config.logRetentionDays,
      memorySize: 256,
      // Shorter than the lease of a run (two minutes): when the lease is over, so is the run.
      timeout: Duration.seconds(60),
      elsewhere: { accounts: config.memberAccounts, role: 'rotate' },
    })
    responder.function.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: Duration.hours(1),
      onFailure: new SqsDestination(this.failures),
    })
    const place = { account, partition, region }
    const { users, secrets } = rotatedIn(place, policy)
    responder.add(rotateStatements(place, policy))
    responder.denyOtherRoles('rotate', config.memberAccounts.length > 0)
    responder.allowItems(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'], table.tableArn, ['INCIDENT#*'])
    // What people order is in a chain of its own, which rotate may not write.
    responder.allowItems(['dynamodb:Query'], table.tableArn, ['POLICY', 'ORDER#*'])
    allowNotices(responder, { topic, queue: notices })
    acknowledgeWildcards(this, {
      'Resource::*': 'X-Ray (PutTraceSegments, PutTelemetryRecords) takes no resource; the other statement on * is a Deny.',
      ...Object.fromEntries(users.map((arn) => [`Resource::${arn}`, 'The users that the policy names for rotation.'])),
      ...Object.fromEntries(secrets.map((arn) => [`Resource::${arn}`, 'Secrets Manager appends six characters to the names of secrets.'])),
      ...Object.fromEntries(policy.protected.arns.map((arn) => [`Resource::${iamResource(arn, place)}`, PART_OF_DENY])),
    })
    this.function = responder.function
    this.responder = responder
  }
}
