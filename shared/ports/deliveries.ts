/** For so long a message of respond's queues is hidden from others while it is worked on: six times the function's timeout, as AWS advises. */
export const EVENT_VISIBILITY_SECONDS = 360

/**
 * Deliveries of a message before it goes to the dead-letter queue. A message that others kept from being written each time has tried 144 times by then; one that
 * cannot be processed is a dead letter after 40 minutes.
 */
export const MOST_RECEIVES = 12

/** A message as Lambda handed it to a function. */
export interface Delivery {
  readonly messageId: string
  /** ARN of the queue that it is said to come from. */
  readonly queueArn: string
  readonly receiptHandle: string
}

/** What the queues themselves know of their messages. */
export interface Deliveries {
  /**
   * Why a message cannot be shown to come from its queue, by message id; empty where the queue has handed out all of them. A message is given back for
   * it and not dropped: it may be that the queue could not be asked.
   */
  undelivered(messages: readonly Delivery[]): Promise<ReadonlyMap<string, string>>
  /**
   * Has each message delivered again after so many whole seconds, from 0 to 43,200. Returns by message id why it was not set; such a message comes again after
   * the visibility timeout of its queue.
   */
  redeliver(messages: readonly Redelivery[]): Promise<ReadonlyMap<string, string>>
}

/** A message that failed, and when it is to come again. */
export interface Redelivery extends Delivery {
  readonly afterSeconds: number
}
