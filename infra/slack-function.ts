import { CfnOutput, Duration, Stack } from 'aws-cdk-lib'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import type { SlackSettings, StackConfig } from '../shared/config.ts'
import { acknowledgeWildcards } from './acknowledge-wildcards.ts'
import { publicApi } from './public-api.ts'
import { ResponderFunction } from './responder-function.ts'

/** Slack waits three seconds for an answer, so a longer run would be useless. */
const TIMEOUT = Duration.seconds(5)

export interface SlackFunctionProps {
  readonly review: LambdaFunction
  readonly config: StackConfig
  readonly slack: SlackSettings
}

/** The endpoint for what people press in Slack: an HTTP API with one route, and a function that may invoke review and read one secret. */
export class SlackFunction extends Construct {
  readonly responder: ResponderFunction
  readonly apiId: string

  constructor(scope: Construct, id: string, { review, config, slack }: SlackFunctionProps) {
    super(scope, id)
    const responder = new ResponderFunction(this, 'Responder', {
      entry: 'slack',
      reservedConcurrency: config.reservedConcurrency.slack,
      description: 'Checks and acknowledges what Slack sends, and invokes review',
      environment: {
        REVIEW_FUNCTION_NAME: review.functionName,
        SLACK_SECRET_NAME: slack.secretName,
        ...(slack.apiUrl === undefined ? {} : { SLACK_API_URL: slack.apiUrl }),
      },
      logRetentionDays: config.logRetentionDays,
      // Lambda gives more processor with more memory, and a cold start has to fit into the three seconds.
      memorySize: 1024,
      timeout: TIMEOUT,
    })
    responder.allow(['lambda:InvokeFunction'], [review.functionArn])
    responder.allow(['secretsmanager:GetSecretValue'], [secretArn(Stack.of(this), slack.secretName)])
    const api = publicApi(this, {
      description: 'What people press in Slack',
      paths: ['/slack/interactions'],
      handler: responder.function,
      logRetentionDays: config.logRetentionDays,
      unauthorised: 'Slack cannot sign in to AWS: the function checks its signature over the raw body before anything else.',
    })
    acknowledgeWildcards(this, { 'Resource::*': 'X-Ray takes no resource; there is no other wildcard.' })
    new CfnOutput(Stack.of(this), 'SlackRequestUrl', { value: `${api.apiEndpoint}/slack/interactions` })
    this.responder = responder
    this.apiId = api.apiId
  }
}

/** The ARN of a secret by its name. Secrets Manager appends six characters to it. */
export function secretArn({ partition, region, account }: Stack, name: string): string {
  return `arn:${partition}:secretsmanager:${region}:${account}:secret:${name}-??????`
}
