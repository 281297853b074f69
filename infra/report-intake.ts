import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import type { Topic } from 'aws-cdk-lib/aws-sns'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import type { StackConfig } from '../shared/config.ts'
import { FetchAlertFunction } from './fetch-alert-function.ts'
import { ReportBus } from './report-bus.ts'
import { WebhookFunction } from './webhook-function.ts'

export interface ReportIntakeProps {
  readonly table: Table
  readonly topic: Topic
  readonly notices: Queue | undefined
  /** The queue of respond that takes the reports. */
  readonly queue: Queue
  readonly config: StackConfig
}

/** By what a stack takes reports of outside parties. `names`: what is the responder's own and does not have the name of the stack. */
export interface ReportIntake {
  readonly bus: ReportBus
  readonly webhook: WebhookFunction
  /** Undefined where no App of GitHub is set up. */
  readonly fetchAlert: FetchAlertFunction | undefined
  readonly names: readonly string[]
}

/** Adds what takes reports of outside parties; nothing where the settings name none. */
export function addReportIntake(scope: Construct, { queue, ...about }: ReportIntakeProps): ReportIntake | undefined {
  const { reports } = about.config
  if (reports === undefined) return undefined
  const bus = new ReportBus(scope, 'Reports', { queue })
  const { app, apiUrl } = reports.github ?? {}
  const fetchAlert = app === undefined ? undefined : new FetchAlertFunction(scope, 'FetchAlert', { ...about, bus: bus.bus, app, apiUrl })
  const webhook = new WebhookFunction(scope, 'Webhook', { ...about, bus: bus.bus, fetchAlert: fetchAlert?.function, reports })
  bus.allowOnly([webhook, ...(fetchAlert === undefined ? [] : [fetchAlert])].map(({ responder }) => responder))
  const secrets = [...Object.values(reports).map((party) => party?.secretArn), app?.secretArn].filter((arn) => arn !== undefined)
  return { bus, webhook, fetchAlert, names: [webhook.apiId, ...secrets.map(nameOf)] }
}

/** The name of a secret, without the six characters that Secrets Manager appends. */
function nameOf(secretArn: string): string {
  return (secretArn.split(':').at(-1) ?? '').slice(0, -'-123456'.length)
}
