import { Stack } from 'aws-cdk-lib'
import { AnyPrincipal, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { type Conditions, denyOthers, exceptBy } from './deny.ts'
import { deployingRole } from './own-roles.ts'

/** Who may do what with the messages of a queue: ARNs of rules and of roles. All others are denied it, whatever rights they have in the account. */
export interface QueueParties {
  /** Rules whose events the queue takes. */
  readonly rules?: readonly string[]
  /** Roles of the functions that put messages into it. */
  readonly senders?: readonly string[]
  /** The role of the function that works on its messages; none for a dead-letter queue. */
  readonly consumer?: string | undefined
  /** The role of people who look at dead letters and send them on again. */
  readonly operator: string | undefined
}

/**
 * Denies a queue's messages to everybody who has no part in them. A message is believed, so who may write one decides what is believed; who may
 * take one away decides what is seen. Only the deployment may change or empty the queue itself.
 */
export function guardQueue(queue: Queue, { rules = [], senders = [], consumer, operator }: QueueParties): void {
  const operators = operator === undefined ? [] : [operator]
  // Which rules is said by the denial alone: SQS takes 8,192 bytes of policy, and the rules are many.
  if (rules.length > 0) allowRules(queue)
  const exceptPrincipals = exceptBy([...senders, ...operators])
  // Who calls by himself brings no source: the condition is true for what is not there.
  const exceptRules = { ArnNotEquals: { ...exceptPrincipals.ArnNotEquals, 'aws:SourceArn': [...rules] } }
  deny(queue, 'OnlyItsSenders', ['sqs:SendMessage'], rules.length > 0 ? exceptRules : exceptPrincipals)
  deny(
    queue,
    'OnlyItsConsumer',
    ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'],
    exceptBy([...(consumer === undefined ? [] : [consumer]), ...operators]),
  )
  if (operator !== undefined) allowRedrive(queue, operator, consumer === undefined)
  if (consumer === undefined)
    deny(queue, 'OnlyItsOperators', ['sqs:StartMessageMoveTask', 'sqs:CancelMessageMoveTask'], exceptBy(operators))
  const deploying = deployingRole(Stack.of(queue))
  // Without such a role nobody could change the queue any more, so nobody is denied it.
  if (deploying === undefined) return
  const changes = ['sqs:SetQueueAttributes', 'sqs:AddPermission', 'sqs:RemovePermission', 'sqs:PurgeQueue', 'sqs:DeleteQueue']
  deny(queue, 'OnlyItsDeployment', changes, exceptBy([deploying, ...operators]))
}

/** Allows the event rules of the queue's account and region to put messages into it. */
export function allowRules(queue: Queue): void {
  const { account, partition, region } = Stack.of(queue)
  queue.addToResourcePolicy(
    new PolicyStatement({
      sid: 'ItsRules',
      principals: [new ServicePrincipal('events.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: { ArnLike: { 'aws:SourceArn': `arn:${partition}:events:${region}:${account}:rule/*` } },
    }),
  )
}

/**
 * What moving messages out of a dead-letter queue needs, by the command or by StartMessageMoveTask, for which SQS asks for the same rights of whoever starts it:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html. A statement has seven actions at most.
 */
const OF_DEAD_LETTERS = [
  'sqs:CancelMessageMoveTask',
  'sqs:ChangeMessageVisibility',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:ListMessageMoveTasks',
  'sqs:ReceiveMessage',
  'sqs:StartMessageMoveTask',
]

/** By a condition and not as the principal: SQS would refuse the policy of a role that is not there, and forget a role that is made anew. */
function allowRedrive(queue: Queue, operator: string, isDeadLetters: boolean): void {
  queue.addToResourcePolicy(
    new PolicyStatement({
      sid: 'ItsOperators',
      principals: [new AnyPrincipal()],
      actions: isDeadLetters ? OF_DEAD_LETTERS : ['sqs:GetQueueAttributes', 'sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: { ArnEquals: { 'aws:PrincipalArn': operator } },
    }),
  )
}

function deny(queue: Queue, sid: string, actions: string[], conditions: Conditions): void {
  queue.addToResourcePolicy(denyOthers(sid, { actions, resources: [queue.queueArn], conditions }))
}
