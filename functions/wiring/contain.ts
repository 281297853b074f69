import { dynamoBreaker } from '../../shared/aws/breaker.ts'
import { snsClient, sqsClient } from '../../shared/aws/clients.ts'
import { sqsReverifyQueue } from '../../shared/aws/invokers.ts'
import { snsNotifier } from '../../shared/aws/notifier.ts'
import { ContainConfig, readEnvironment } from '../../shared/environment.ts'
import type { ContainPorts } from '../../shared/ports/contain.ts'
import { iamAndAccounts, memberRoleArns } from './accounts.ts'
import { common, notifierOf } from './common.ts'

const config = readEnvironment(ContainConfig, process.env)
const { table, ...stores } = common(config)
const sqs = sqsClient()

/** The queue that asks for later checks. */
export const reverifyQueueArn = config.REVERIFY_QUEUE_ARN

export const ports: ContainPorts = {
  ...stores,
  breaker: dynamoBreaker(table),
  ...iamAndAccounts(config, { entry: 'contain', role: 'contain', quarantinePolicyArn: config.QUARANTINE_POLICY_ARN }),
  notifier: notifierOf(config, sqs),
  // Straight to the on-call topic: that containment has stopped must not wait in a channel that nobody reads at night.
  pager: snsNotifier(snsClient(), config.ON_CALL_TOPIC_ARN, config.STACK_NAME),
  reverifyQueue: sqsReverifyQueue(sqs, config.REVERIFY_QUEUE_URL),
  account: config.ACCOUNT_ID,
  ownRoles: new Set([...config.OWN_ROLE_ARNS, ...memberRoleArns(config)]),
  quarantinePolicyArn: config.QUARANTINE_POLICY_ARN,
}
