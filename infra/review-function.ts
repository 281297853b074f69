import { Duration, Stack } from 'aws-cdk-lib'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations'
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources'
import type { Topic } from 'aws-cdk-lib/aws-sns'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { SlackSettings, StackConfig } from '../shared/config.ts'
import { productArn } from '../shared/record/export/asff.ts'
import { acknowledgeWildcards } from './acknowledge-wildcards.ts'
import { IAM_CHANGES } from './acting-statements.ts'
import { allowModel, modelEnvironment } from './advisor-arns.ts'
import { deadLetterQueue } from './dead-letter-queue.ts'
import { REVIEW_TIMEOUT } from './notice-queue.ts'
import { ResponderFunction } from './responder-function.ts'
import { secretArn } from './slack-function.ts'

/** The most notices at the same time. Slack accepts about one message a second in a channel. */
const NOTICE_CONCURRENCY = 2

export interface ReviewFunctionProps {
  readonly table: Table
  readonly topic: Topic
  readonly notices: Queue
  readonly contain: LambdaFunction
  readonly rotate: LambdaFunction | undefined
  readonly config: StackConfig
  readonly slack: SlackSettings | undefined
}

/** The function that applies what people press in Slack, and notifies them. It invokes contain, and itself changes incidents only. */
export class ReviewFunction extends Construct {
  readonly function: LambdaFunction
  readonly responder: ResponderFunction
  readonly failures: Queue

  constructor(scope: Construct, id: string, { table, topic, notices, contain, rotate, config, slack }: ReviewFunctionProps) {
    super(scope, id)
    this.failures = deadLetterQueue(this, 'ReviewFailures', 'service')
    const responder = new ResponderFunction(this, 'Responder', {
      entry: 'review',
      reservedConcurrency: config.reservedConcurrency.review,
      description: 'Applies the verdicts of reviewers, and notifies people in Slack',
      environment: {
        TABLE_NAME: table.tableName,
        STACK_NAME: Stack.of(this).stackName,
        CONTAIN_FUNCTION_NAME: contain.functionName,
        ...(rotate === undefined ? {} : { ROTATE_FUNCTION_NAME: rotate.functionName }),
        ...modelEnvironment(config),
        NOTIFY_TOPIC_ARN: topic.topicArn,
        NOTICE_QUEUE_URL: notices.queueUrl,
        SECURITY_HUB: config.securityHub ? 'on' : 'off',
        ...(slack === undefined ? {} : slackEnvironment(slack)),
      },
      logRetentionDays: config.logRetentionDays,
      memorySize: 512,
      timeout: REVIEW_TIMEOUT,
    })
    const { function: review } = responder
    review.configureAsyncInvoke({ retryAttempts: 2, maxEventAge: Duration.hours(1), onFailure: new SqsDestination(this.failures) })
    review.addEventSource(new SqsEventSource(notices, { batchSize: 1, maxConcurrency: NOTICE_CONCURRENCY }))
    responder.allowItems(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'], table.tableArn, ['INCIDENT#*'])
    responder.allowItems(['dynamodb:Query'], table.tableArn, ['POLICY'])
    // The only function that writes what people order and accept; the sweep writes a release that the policy orders.
    responder.allowItems(['dynamodb:PutItem', 'dynamodb:Query'], table.tableArn, ['ORDER#*', 'PATTERN#*'])
    if (slack !== undefined) responder.allowItems(['dynamodb:PutItem'], table.tableArn, ['PRESS#*'])
    responder.allow(['lambda:InvokeFunction'], [contain.functionArn, ...(rotate === undefined ? [] : [rotate.functionArn])])
    const models = allowModel(responder, config)
    responder.allow(['sns:Publish'], [topic.topicArn])
    if (slack !== undefined) responder.allow(['secretsmanager:GetSecretValue'], [secretArn(Stack.of(this), slack.secretName)])
    if (config.securityHub) {
      responder.allow(['securityhub:BatchImportFindings'], [productArn(Stack.of(this))])
      responder.allow(['sqs:SendMessage'], [notices.queueArn])
    }
    responder.deny(IAM_CHANGES, ['*'])
    acknowledgeWildcards(this, {
      'Resource::*': 'X-Ray takes no resource; the other statement on * is a Deny.',
      ...Object.fromEntries(models.map((arn) => [`Resource::${arn}`, 'A cross-region inference profile spans regions.'])),
      ...Object.fromEntries(IAM_CHANGES.map((action) => [`Action::${action}`, 'Part of a Deny: the wildcard removes rights.'])),
    })
    this.function = review
    this.responder = responder
  }
}

function slackEnvironment({ secretName, channel, escalationChannel, apiUrl }: SlackSettings): Record<string, string> {
  return {
    SLACK_SECRET_NAME: secretName,
    SLACK_CHANNEL: channel,
    ...(escalationChannel === undefined ? {} : { SLACK_ESCALATION_CHANNEL: escalationChannel }),
    ...(apiUrl === undefined ? {} : { SLACK_API_URL: apiUrl }),
  }
}
