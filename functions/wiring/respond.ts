import { join } from 'node:path'
import { dynamoAdvisorBudget } from '../../shared/aws/advisor-budget.ts'
import { dynamoChangeRecord } from '../../shared/aws/change-record.ts'
import { cloudTrailClient, dynamo, iamClient, lambdaClient, snsClient, sqsClient } from '../../shared/aws/clients.ts'
import { lambdaContainDoor, sqsBootstrapDoor } from '../../shared/aws/doors.ts'
import { cloudTrailHistory } from '../../shared/aws/event-history.ts'
import { awsIam } from '../../shared/aws/iam.ts'
import { dynamoIdentityStore } from '../../shared/aws/identity-store.ts'
import { dynamoIncidentStore } from '../../shared/aws/incident-store.ts'
import { noticesTo } from '../../shared/aws/notifier.ts'
import { RespondConfig, readEnvironment } from '../../shared/config.ts'
import { placesFrom } from '../../shared/geo/places.ts'
import { absentAdvisor } from '../../shared/memory/advisor.ts'
import { pipeline } from '../../shared/pipeline.ts'
import type { RespondPorts } from '../../shared/ports.ts'
import { modelAdvisor } from '../../shared/stages/advise/by-model.ts'
import { withCircuit } from '../../shared/stages/advise/circuit.ts'
import { bootstrap } from '../../shared/stages/bootstrap.ts'
import { trace } from '../../shared/stages/trace.ts'
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
  containDoor: lambdaContainDoor(lambdaClient(), config.CONTAIN_FUNCTION_NAME),
  bootstrapDoor: sqsBootstrapDoor(sqsClient(), config.BOOTSTRAP_QUEUE_URL),
  account: config.ACCOUNT_ID,
  history: cloudTrailHistory(cloudTrailClient()),
  places: placesFrom({ countries: join(import.meta.dirname, 'country.mmdb'), networks: join(import.meta.dirname, 'networks.bin') }),
  clock,
  log,
}

const respond = pipeline(ports, { roles: new Set(config.OWN_ROLE_ARNS), stackName: config.STACK_NAME })

export const responder: Responder = {
  respond,
  bootstrap: (accessKeyId) => bootstrap(accessKeyId, ports),
  trace: (incidentId) => trace(incidentId, respond, ports),
  log,
}
