import { join } from 'node:path'
import { dynamoAdvisorBudget } from '../../shared/aws/advisor-budget.ts'
import { dynamoChangeRecord } from '../../shared/aws/change-record.ts'
import { cloudTrailClient, dynamo, iamClient, lambdaClient, snsClient, sqsClient } from '../../shared/aws/clients.ts'
import { cloudTrailHistory } from '../../shared/aws/event-history.ts'
import { awsIam } from '../../shared/aws/iam.ts'
import { dynamoIdentityStore } from '../../shared/aws/identity-store.ts'
import { dynamoIncidentStore } from '../../shared/aws/incident-store.ts'
import { lambdaContainInvoker, sqsBootstrapQueue } from '../../shared/aws/invokers.ts'
import { noticesTo } from '../../shared/aws/notifier.ts'
import { RespondConfig, readEnvironment } from '../../shared/config.ts'
import { modelAdvisor } from '../../shared/decide/advise/by-model.ts'
import { withCircuit } from '../../shared/decide/advise/circuit.ts'
import { bootstrap } from '../../shared/detect/bootstrap.ts'
import { geoIpFrom } from '../../shared/geo/geo-ip.ts'
import { absentAdvisor } from '../../shared/memory/advisor.ts'
import { pipeline } from '../../shared/pipeline.ts'
import type { RespondPorts } from '../../shared/ports/respond.ts'
import { backfill } from '../../shared/sense/backfill.ts'
import type { Responder } from '../sqs-batch.ts'
import { modelIn } from './model.ts'
import { log } from './telemetry.ts'

const config = readEnvironment(RespondConfig, process.env)
const table = { client: dynamo(), name: config.TABLE_NAME }

const clock = { now: () => Date.now() }

const model = modelIn(config)

const ports: RespondPorts = {
  identities: dynamoIdentityStore(table),
  incidents: dynamoIncidentStore(table),
  record: dynamoChangeRecord(table),
  iam: awsIam(iamClient(), config.ACCOUNT_ID),
  advisor: model === undefined ? absentAdvisor : withCircuit(modelAdvisor(model), clock),
  budget: dynamoAdvisorBudget(table),
  notifier: noticesTo({ queueUrl: config.NOTICE_QUEUE_URL, topicArn: config.NOTIFY_TOPIC_ARN }, { sqs: sqsClient(), sns: snsClient() }),
  containInvoker: lambdaContainInvoker(lambdaClient(), config.CONTAIN_FUNCTION_NAME),
  bootstrapQueue: sqsBootstrapQueue(sqsClient(), config.BOOTSTRAP_QUEUE_URL),
  account: config.ACCOUNT_ID,
  history: cloudTrailHistory(cloudTrailClient()),
  geoIp: geoIpFrom({ countries: join(import.meta.dirname, 'country.mmdb'), networks: join(import.meta.dirname, 'networks.bin') }),
  clock,
  log,
}

const respond = pipeline(ports, { roles: new Set(config.OWN_ROLE_ARNS), stackName: config.STACK_NAME })

export const responder: Responder = {
  respond,
  bootstrap: (accessKeyId) => bootstrap(accessKeyId, ports),
  trace: (incidentId) => backfill(incidentId, respond, ports),
  log,
}
