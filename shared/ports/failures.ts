import type { SetAside } from '../domain/set-aside.ts'

/** A message of a dead-letter queue, as it was received. Times are epoch ms. */
export interface FailedMessage {
  readonly id: string
  readonly receipt: string
  readonly body: string
  /** When it was first put into a queue. SQS keeps that time when it moves a message to the dead-letter queue. */
  readonly sentAt: number
  /** How often it was received, by looks into the dead-letter queue too. */
  readonly received: number
  /** ARN of the queue that SQS moved it from; undefined where a service put it there. */
  readonly movedFrom: string | undefined
  /** What EventBridge says of an event that it could not deliver: `RULE_ARN`, `TARGET_ARN`, `ERROR_CODE`, `ERROR_MESSAGE`. */
  readonly attributes: Readonly<Record<string, string>>
}

/** Where a message is put back: the queue that it came from, one of the queues that its rule fills, or the function that failed at it. */
export type Destination =
  | { readonly kind: 'queue'; readonly url: string; readonly arn: string }
  | { readonly kind: 'rules'; readonly queues: readonly { readonly url: string; readonly arn: string }[] }
  | { readonly kind: 'function'; readonly name: string }

/** A dead-letter queue of a stack. */
export interface FailureQueue {
  /** What failed: `hot`, `bulk`, `bootstrap`, `backfill`, `reverify`, `notices`, `undelivered`, `forwarded` (events of the bus for those of other regions and accounts), `reports`, or the name of a function. */
  readonly name: string
  readonly destination: Destination
  /** How many messages it has, by SQS's own approximate count. */
  waiting(): Promise<number>
  /** Receives up to `limit` messages (at most ten) and hides them from others for so many seconds. None where the queue is empty. */
  take(limit: number, hiddenSeconds: number): Promise<FailedMessage[]>
  /** Shows messages to others again that were taken. */
  giveBack(messages: readonly FailedMessage[]): Promise<void>
  /** Deletes a message that was taken. */
  remove(message: FailedMessage): Promise<void>
  /**
   * Sends a body to its queue, or invokes the function with it. `to`: the ARN of one of several queues. Returns the id of the message or of the
   * invocation, which it keeps when it fails again.
   */
  send(body: string, to?: string): Promise<string>
}

/** The messages that were taken out of the dead-letter queues for good, and wait for a person. */
export interface SetAsideStore {
  /** Stores one; the same one again changes nothing. */
  put(message: SetAside): Promise<void>
  /** All of them, in no order. Throws `UnreadableItem` where one cannot be read. */
  list(): Promise<SetAside[]>
  get(id: string): Promise<SetAside | undefined>
  remove(id: string): Promise<void>
}
