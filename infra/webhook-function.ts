import { CfnOutput, Duration, Stack } from 'aws-cdk-lib'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import type { IEventBus } from 'aws-cdk-lib/aws-events'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Topic } from 'aws-cdk-lib/aws-sns'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { StackConfig } from '../shared/config.ts'
import { REPORT_PARTIES } from '../shared/domain/report-party.ts'
import type { ReportSettings } from '../shared/report-settings.ts'
import { acknowledgeWildcards } from './acknowledge-wildcards.ts'
import { allowNotices } from './notice-queue.ts'
import { publicApi } from './public-api.ts'
import { ResponderFunction } from './responder-function.ts'

/** GitHub waits ten seconds for an answer, and the others about as long. */
const TIMEOUT = Duration.seconds(10)

export interface WebhookFunctionProps {
  readonly table: Table
  readonly topic: Topic
  readonly notices: Queue | undefined
  readonly bus: IEventBus
  readonly fetchAlert: LambdaFunction | undefined
  readonly reports: ReportSettings
  readonly config: StackConfig
}

/** The endpoint for outside parties that report exposed credentials: a route for each, and a function that proves whose report it is and hands it on. */
export class WebhookFunction extends Construct {
  readonly responder: ResponderFunction
  readonly apiId: string

  constructor(scope: Construct, id: string, { table, topic, notices, bus, fetchAlert, reports, config }: WebhookFunctionProps) {
    super(scope, id)
    const { stackName } = Stack.of(this)
    const secrets = REPORT_PARTIES.flatMap((party) => {
      const { secretArn } = reports[party] ?? {}
      return secretArn === undefined ? [] : [{ party, secretArn }]
    })
    const responder = new ResponderFunction(this, 'Responder', {
      entry: 'webhook',
      reservedConcurrency: config.reservedConcurrency.webhook,
      description: 'Proves whose a report of an exposed credential is, and hands on which credential it names',
      environment: {
        TABLE_NAME: table.tableName,
        REPORT_BUS_NAME: bus.eventBusName,
        REPORT_SECRETS: secrets.map(({ party, secretArn }) => `${party}=${secretArn}`).join(','),
        ...(reports.gitlab === undefined ? {} : { GITLAB_AUTHENTICATION: reports.gitlab.authentication }),
        ...(fetchAlert === undefined ? {} : { FETCH_ALERT_FUNCTION_NAME: fetchAlert.functionName }),
        STACK_NAME: stackName,
        NOTIFY_TOPIC_ARN: topic.topicArn,
      },
      logRetentionDays: config.logRetentionDays,
      memorySize: 1024,
      timeout: TIMEOUT,
    })
    responder.allow(
      ['secretsmanager:GetSecretValue'],
      secrets.map(({ secretArn }) => secretArn),
    )
    responder.allowItems(['dynamodb:GetItem', 'dynamodb:PutItem'], table.tableArn, ['DELIVERY#*'])
    if (fetchAlert !== undefined) responder.allow(['lambda:InvokeFunction'], [fetchAlert.functionArn])
    allowNotices(responder, { topic, queue: notices })
    const api = publicApi(this, {
      description: 'What outside parties report of exposed credentials',
      paths: secrets.map(({ party }) => `/reports/${party}`),
      handler: responder.function,
      logRetentionDays: config.logRetentionDays,
      unauthorised: 'The parties cannot sign in to AWS: the function checks the signature of each over the raw body before anything else.',
    })
    acknowledgeWildcards(this, { 'Resource::*': 'X-Ray takes no resource; there is no other wildcard.' })
    new CfnOutput(Stack.of(this), 'ReportUrl', { value: `${api.apiEndpoint}/reports/` })
    this.responder = responder
    this.apiId = api.apiId
  }
}
