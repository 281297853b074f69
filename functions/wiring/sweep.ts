import {
  cloudFormationClient,
  cloudTrailClient,
  cloudWatchClient,
  dynamoDbClient,
  eventBridgeClient,
  lambdaClient,
  schedulerClient,
  snsClient,
  sqsClient,
} from '../../shared/aws/clients.ts'
import { stackDeployment } from '../../shared/aws/deployment.ts'
import { lambdaContainInvoker, lambdaRotateInvoker, sqsBackfillQueue } from '../../shared/aws/invokers.ts'
import { regionOf, snsNotifier } from '../../shared/aws/notifier.ts'
import { placeOfTopic } from '../../shared/aws/security-hub.ts'
import { cloudTrailTrails } from '../../shared/aws/trails.ts'
import { readEnvironment, SweepConfig } from '../../shared/environment.ts'
import { readsOf } from '../../shared/ports/accounts.ts'
import type { SweepPorts } from '../../shared/ports/sweep.ts'
import { selfCheck } from '../../shared/review/self-check.ts'
import { trailCheck } from '../../shared/review/trail-check.ts'
import { iamAndAccounts } from './accounts.ts'
import { common, notifierOf } from './common.ts'

const config = readEnvironment(SweepConfig, process.env)
const stores = common(config)
const { ROTATE_FUNCTION_NAME: rotate } = config

const { iam, accounts } = iamAndAccounts(config, { entry: 'sweep', role: 'read' })

export const ports: SweepPorts = {
  ...stores,
  iam: accounts === undefined ? iam : readsOf(accounts, config.ACCOUNT_ID, stores.log),
  containInvoker: lambdaContainInvoker(lambdaClient(), config.CONTAIN_FUNCTION_NAME),
  rotateInvoker: rotate === undefined ? undefined : lambdaRotateInvoker(lambdaClient(), rotate),
  backfillQueue: sqsBackfillQueue(sqsClient(), config.BACKFILL_QUEUE_URL),
  notifier: notifierOf(config),
  // Straight to the on-call topic: the channel in which nobody answered is not used again.
  pager: snsNotifier(snsClient(), config.ON_CALL_TOPIC_ARN, config.STACK_NAME),
}

/** One client for each service that has resources of the stack. */
const clients = {
  cloudFormation: cloudFormationClient(),
  events: eventBridgeClient(),
  lambda: lambdaClient(),
  cloudWatch: cloudWatchClient(),
  scheduler: schedulerClient(),
  sqs: sqsClient(),
  sns: snsClient(),
  dynamo: dynamoDbClient(),
}

export const checkSelf = selfCheck({
  deployment: stackDeployment(clients, { stackName: config.STACK_NAME, place: placeOfTopic(config.NOTIFY_TOPIC_ARN) }),
  notifier: ports.notifier,
  clock: ports.clock,
  log: ports.log,
})

export const checkTrails = trailCheck({
  trails: cloudTrailTrails(cloudTrailClient()),
  region: regionOf(config.NOTIFY_TOPIC_ARN),
  notifier: ports.notifier,
  clock: ports.clock,
  log: ports.log,
})
