import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { StackConfig } from '../shared/config.ts'
import type { ContainFunction } from './contain-function.ts'
import { guardQueue } from './guard-queue.ts'
import type { NoticeQueue } from './notice-queue.ts'
import type { Queues } from './queues.ts'
import type { ResponderFunction } from './responder-function.ts'

/** A function, and the queue of what it failed at, which Lambda fills with the rights of its role. */
interface Failing {
  readonly responder: ResponderFunction
  readonly failures: Queue
}

/** Rules of a bus: their ARNs by the queue that they fill, and the queue for what they could not deliver. */
interface FillingRules {
  readonly undelivered: Queue
  readonly arns: ReadonlyMap<Queue, readonly string[]>
}

export interface GuardedQueues {
  readonly queues: Queues
  /** The rules of the default bus, of the bus for forwarded events, and of that for reports. */
  readonly rules: readonly FillingRules[]
  /** The ARN of the rule that delivers the heartbeat. */
  readonly heartbeat: string
  readonly notices: NoticeQueue | undefined
  readonly contain: ContainFunction
  readonly respond: { readonly responder: ResponderFunction }
  readonly sweep: Failing
  readonly review: Failing | undefined
  readonly webhook: { readonly responder: ResponderFunction } | undefined
  readonly fetchAlert: Failing | undefined
  readonly rotate: Failing | undefined
  readonly seal: Failing
  /** Functions that tell nobody. */
  readonly others: readonly (Failing | undefined)[]
  readonly config: StackConfig
}

/** Says of every queue of the stack who may put messages into it and who may take them. A test holds that none is left out. */
export function guardQueues({
  queues,
  rules,
  heartbeat,
  notices,
  contain,
  respond,
  sweep,
  review,
  webhook,
  fetchAlert,
  rotate,
  seal,
  others,
  config,
}: GuardedQueues): void {
  const operator = config.operatorRoleArn
  const role = ({ responder }: { readonly responder: ResponderFunction }) => responder.role.roleArn
  const telling = [contain, sweep, review, rotate, seal, fetchAlert].filter((one) => one !== undefined)
  const failing = [...telling, ...others.filter((one) => one !== undefined)]
  for (const queue of queues.ofEvents) {
    const beside = queue === queues.bulk ? [heartbeat] : []
    guardQueue(queue, { rules: [...rules.flatMap(({ arns }) => arns.get(queue) ?? []), ...beside], consumer: role(respond), operator })
  }
  guardQueue(queues.bootstrap, { senders: [role(respond)], consumer: role(respond), operator })
  guardQueue(queues.backfill, { senders: [respond, sweep].map(role), consumer: role(respond), operator })
  guardQueue(contain.reverify, { senders: [role(contain)], consumer: role(contain), operator })
  if (notices !== undefined && review !== undefined)
    guardQueue(notices.queue, {
      senders: [respond, ...telling, ...(webhook === undefined ? [] : [webhook])].map(role),
      consumer: role(review),
      operator,
    })
  for (const { undelivered, arns } of rules) guardQueue(undelivered, { rules: [...arns.values()].flat(), operator })
  for (const one of failing) guardQueue(one.failures, { senders: [role(one)], operator })
  // SQS itself moves messages here.
  const deadLetters = [...queues.deadLetters, contain.reverifyFailures, ...(notices === undefined ? [] : [notices.failures])]
  for (const queue of deadLetters) guardQueue(queue, { operator })
}
