import { dynamo, eventBridgeClient, lambdaClient, secretsClient } from '../../shared/aws/clients.ts'
import { dynamoDeliveryLog } from '../../shared/aws/delivery-log.ts'
import { lambdaAlertInvoker } from '../../shared/aws/invokers.ts'
import { eventBridgeReportBus } from '../../shared/aws/report-bus.ts'
import { partySecrets } from '../../shared/aws/report-secrets.ts'
import { readEnvironment, WebhookConfig } from '../../shared/environment.ts'
import type { IntakePorts } from '../../shared/sense/intake/receive.ts'
import { notifierOf, runtime } from './common.ts'

const config = readEnvironment(WebhookConfig, process.env)
const { clock, log } = runtime
const client = secretsClient()
const secrets = new Map([...config.REPORT_SECRETS].map(([party, arn]) => [party, partySecrets(client, arn, clock)] as const))
const { FETCH_ALERT_FUNCTION_NAME: fetchAlert } = config

export const ports: IntakePorts = {
  secretsOf: async (party) => secrets.get(party)?.(),
  gitlabAuthentication: config.GITLAB_AUTHENTICATION,
  deliveries: dynamoDeliveryLog({ client: dynamo(), name: config.TABLE_NAME }),
  bus: eventBridgeReportBus(eventBridgeClient(), config.REPORT_BUS_NAME),
  alerts: fetchAlert === undefined ? undefined : lambdaAlertInvoker(lambdaClient(), fetchAlert),
  notifier: notifierOf(config),
  clock,
  log,
}
