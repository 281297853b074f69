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
import { deadLetterQueue } from './dead-letter-queue.ts'
import { ResponderFunction } from './responder-function.ts'

/** What contain does to users. Each verb is one that a step calls; a test holds the list to the role. */
export const CONTAINMENT_VERBS = ['iam:UpdateAccessKey', 'iam:PutUserPolicy', 'iam:DeleteUserPolicy'] as const

/** What contain looks at before and after. */
export const CONTAINMENT_READS = ['iam:ListAccessKeys', 'iam:GetUserPolicy', 'iam:GetUser'] as const

export interface ContainFunctionProps {
  readonly table: Table
  readonly topic: Topic
  readonly policy: Policy
  readonly config: StackConfig
}

/** The function with power over IAM. It takes an incident id and nothing else, and may not call a model. */
export class ContainFunction extends Construct {
  readonly function: LambdaFunction
  readonly roleArn: string
  readonly failures: Queue

  constructor(scope: Construct, id: string, { table, topic, policy, config }: ContainFunctionProps) {
    super(scope, id)
    const { account, partition } = Stack.of(this)
    this.failures = deadLetterQueue(this, 'Failures')
    const responder = new ResponderFunction(this, 'Responder', {
      entry: 'contain',
      description: 'Makes the account what an incident says: contained or given back',
      environment: { TABLE_NAME: table.tableName, ACCOUNT_ID: account, NOTIFY_TOPIC_ARN: topic.topicArn },
      logRetentionDays: config.logRetentionDays,
      memorySize: 512,
      timeout: Duration.seconds(60),
    })
    responder.function.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: Duration.hours(1),
      onFailure: new SqsDestination(this.failures),
    })
    const users = `arn:${partition}:iam::${account}:user/*`
    responder.allow([...CONTAINMENT_VERBS, ...CONTAINMENT_READS], [users])
    responder.allow(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:Query'], [table.tableArn])
    responder.allow(['sns:Publish'], [topic.topicArn])
    const guarded = policy.protected.arns.map((pattern) => resourceOf(pattern, { account, partition }))
    if (guarded.length > 0) responder.deny(CONTAINMENT_VERBS, guarded)
    responder.deny(['iam:*'], [responder.role.roleArn])
    responder.deny(['bedrock:*', 'sts:AssumeRole', 'iam:PassRole'], ['*'])
    acknowledgeWildcards(this, {
      'Resource::*': 'X-Ray (PutTraceSegments, PutTelemetryRecords) takes no resource; the other statement on * is a Deny.',
      [`Resource::${users}`]:
        'Which user is compromised is not known before; protected users are denied, and the code checks the policy afresh.',
      ...Object.fromEntries(guarded.map((arn) => [`Resource::${arn}`, 'Stands in a Deny: the wildcard takes rights away.'])),
      'Action::iam:*': 'Stands in a Deny: the wildcard takes rights away.',
      'Action::bedrock:*': 'Stands in a Deny: the wildcard takes rights away.',
    })
    this.function = responder.function
    this.roleArn = responder.role.roleArn
  }
}

/**
 * A protected pattern as a resource that IAM accepts. A policy's `*` may span the colons of an ARN, IAM's may not: such a
 * pattern keeps what follows its last colon, which can only deny more.
 */
function resourceOf(pattern: string, { account, partition }: { account: string; partition: string }): string {
  if (/^arn:[^:]*:iam::(\*|\d{12}):./.test(pattern)) return pattern.replace('::*:', `::${account}:`)
  return `arn:${partition}:iam::${account}:${pattern.slice(pattern.lastIndexOf(':') + 1)}`
}
