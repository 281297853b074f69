/** For so long a message of respond's queues is hidden from others while it is worked on: six times the function's timeout, as AWS advises. */
export const EVENT_VISIBILITY_SECONDS = 360

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
}
