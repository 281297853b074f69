import { iamClient, lambdaClient, snsClient, sqsClient } from '../../shared/aws/clients.ts'
import { awsIam } from '../../shared/aws/iam.ts'
import { lambdaContainInvoker, lambdaRotateInvoker, sqsBackfillQueue } from '../../shared/aws/invokers.ts'
import { snsNotifier } from '../../shared/aws/notifier.ts'
import { readEnvironment, SweepConfig } from '../../shared/config.ts'
import type { SweepPorts } from '../../shared/ports/sweep.ts'
import { common, notifierOf } from './common.ts'

const config = readEnvironment(SweepConfig, process.env)
const stores = common(config)
const { ROTATE_FUNCTION_NAME: rotate } = config

export const ports: SweepPorts = {
  ...stores,
  iam: awsIam(iamClient(), config.ACCOUNT_ID),
  containInvoker: lambdaContainInvoker(lambdaClient(), config.CONTAIN_FUNCTION_NAME),
  rotateInvoker: rotate === undefined ? undefined : lambdaRotateInvoker(lambdaClient(), rotate),
  backfillQueue: sqsBackfillQueue(sqsClient(), config.BACKFILL_QUEUE_URL),
  notifier: notifierOf(config),
  // Straight to the on-call topic: the channel in which nobody answered is not used again.
  pager: snsNotifier(snsClient(), config.ON_CALL_TOPIC_ARN, config.STACK_NAME),
}
