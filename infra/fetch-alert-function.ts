import { Duration, Stack } from 'aws-cdk-lib'
import type { IEventBus } from 'aws-cdk-lib/aws-events'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations'
import type { Topic } from 'aws-cdk-lib/aws-sns'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { StackConfig } from '../shared/config.ts'
import { acknowledgeWildcards } from './acknowledge-wildcards.ts'
import { deadLetterQueue } from './dead-letter-queue.ts'
import { allowNotices } from './notice-queue.ts'
import { ResponderFunction } from './responder-function.ts'

export interface FetchAlertFunctionProps {
  readonly topic: Topic
  readonly notices: Queue | undefined
  readonly bus: IEventBus
  readonly app: { readonly secretArn: string }
  readonly apiUrl: string | undefined
  readonly config: StackConfig
}

/** The function that asks GitHub which key an alert is about. It alone can read the App's key, and nobody on the internet can reach it. */
export class FetchAlertFunction extends Construct {
  readonly function: LambdaFunction
  readonly responder: ResponderFunction
  /** The dead-letter queue for alerts that GitHub did not answer in three attempts. */
  readonly failures: Queue

  constructor(scope: Construct, id: string, { topic, notices, bus, app, apiUrl, config }: FetchAlertFunctionProps) {
    super(scope, id)
    this.failures = deadLetterQueue(this, 'FetchAlertFailures', 'service')
    const responder = new ResponderFunction(this, 'Responder', {
      entry: 'fetch-alert',
      description: 'Asks GitHub which key an alert of secret scanning is about, and forgets the secret',
      environment: {
        REPORT_BUS_NAME: bus.eventBusName,
        GITHUB_APP_SECRET_ARN: app.secretArn,
        ...(apiUrl === undefined ? {} : { GITHUB_API_URL: apiUrl }),
        STACK_NAME: Stack.of(this).stackName,
        NOTIFY_TOPIC_ARN: topic.topicArn,
      },
      logRetentionDays: config.logRetentionDays,
      memorySize: 512,
      // Two calls of GitHub, of ten seconds each at most, and what AWS needs.
      timeout: Duration.seconds(45),
    })
    responder.function.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: Duration.hours(6),
      onFailure: new SqsDestination(this.failures),
    })
    responder.allow(['secretsmanager:GetSecretValue'], [app.secretArn])
    allowNotices(responder, { topic, queue: notices })
    acknowledgeWildcards(this, { 'Resource::*': 'X-Ray takes no resource; there is no other wildcard.' })
    this.function = responder.function
    this.responder = responder
  }
}
