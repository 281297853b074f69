import { eventBridgeClient, secretsClient } from '../../shared/aws/clients.ts'
import { eventBridgeReportBus } from '../../shared/aws/report-bus.ts'
import { appSecret } from '../../shared/aws/report-secrets.ts'
import { FetchAlertConfig, readEnvironment } from '../../shared/environment.ts'
import { githubAlerts } from '../../shared/github/alert-source.ts'
import type { FetchAlertPorts } from '../../shared/sense/intake/fetch-alert.ts'
import { notifierOf, runtime } from './common.ts'

const config = readEnvironment(FetchAlertConfig, process.env)
const { clock, log } = runtime

export const ports: FetchAlertPorts = {
  source: githubAlerts({ app: appSecret(secretsClient(), config.GITHUB_APP_SECRET_ARN, clock), apiUrl: config.GITHUB_API_URL }),
  bus: eventBridgeReportBus(eventBridgeClient(), config.REPORT_BUS_NAME),
  notifier: notifierOf(config),
  clock,
  log,
}
