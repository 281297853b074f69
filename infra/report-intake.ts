import { CfnOutput, type Stack } from 'aws-cdk-lib'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import type { Topic } from 'aws-cdk-lib/aws-sns'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { StackConfig } from '../shared/config.ts'
import { FetchAlertFunction } from './fetch-alert-function.ts'
import { LogsFunction } from './logs-function.ts'
import { ReportBus, type ReportQueues, takesReports } from './report-bus.ts'
import type { ResponderFunction } from './responder-function.ts'
import { WebhookFunction } from './webhook-function.ts'

export interface ReportIntakeProps {
  readonly table: Table
  readonly topic: Topic
  readonly notices: Queue | undefined
  readonly queues: ReportQueues
  readonly config: StackConfig
}

/** By what a stack takes reports of outside parties. `names`: what is the responder's own and does not have the name of the stack. */
export interface ReportIntake {
  readonly bus: ReportBus
  /** Undefined where no party is named. */
  readonly webhook: WebhookFunction | undefined
  /** Undefined where no App of GitHub is set up. */
  readonly fetchAlert: FetchAlertFunction | undefined
  /** Undefined where no log group is named. */
  readonly logs: LogsFunction | undefined
  /** All of these. */
  readonly functions: readonly { readonly responder: ResponderFunction }[]
  readonly names: readonly string[]
}

/** Adds what takes reports of outside parties and of log groups; nothing where the settings name none, and no operators who could report. */
export function addReportIntake(scope: Stack, { queues, ...about }: ReportIntakeProps): ReportIntake | undefined {
  const { config } = about
  if (!takesReports(config)) return undefined
  const { reports, logExposures } = config
  const own = new ReportBus(scope, 'Reports', queues)
  const { bus } = own
  const { app, apiUrl } = reports?.github ?? {}
  const fetchAlert = app === undefined ? undefined : new FetchAlertFunction(scope, 'FetchAlert', { ...about, bus, app, apiUrl })
  const webhook =
    reports === undefined ? undefined : new WebhookFunction(scope, 'Webhook', { ...about, bus, fetchAlert: fetchAlert?.function, reports })
  const logs = logExposures === undefined ? undefined : new LogsFunction(scope, 'Logs', { config, bus, logExposures })
  const functions = [webhook, fetchAlert, logs].filter((one) => one !== undefined)
  own.allowOnly(
    functions.map(({ responder }) => responder),
    config.operatorRoleArn,
  )
  new CfnOutput(scope, 'ReportBusName', { value: bus.eventBusName })
  const secrets = [...Object.values(reports ?? {}).map((party) => party?.secretArn), app?.secretArn].filter((arn) => arn !== undefined)
  return {
    bus: own,
    webhook,
    fetchAlert,
    logs,
    functions,
    names: [...(webhook === undefined ? [] : [webhook.apiId]), ...secrets.map(nameOf)],
  }
}

/** The name of a secret, without the six characters that Secrets Manager appends. */
function nameOf(secretArn: string): string {
  return (secretArn.split(':').at(-1) ?? '').slice(0, -'-123456'.length)
}
