import { readFailedMessage } from '../domain/failed-message.ts'
import { requireReason } from '../domain/reason.ts'
import type { SetAside } from '../domain/set-aside.ts'
import { ResponderError } from '../errors.ts'
import type { FailedMessage, FailureQueue, SetAsideStore } from '../ports/failures.ts'
import type { Clock } from '../ports/runtime.ts'
import type { ChangeRecord } from '../ports/stores.ts'
import { noteRedrive } from '../record/redrives.ts'
import { asideOf, whyNotPutBack } from './fate-of-message.ts'

/** SQS gives ten messages a request. */
export const PER_REQUEST = 10

/** What is taken is worked on within this time. What takes longer is shown again and put back twice, which changes nothing. */
export const HIDDEN_SECONDS = 300

export interface RedrivePorts {
  readonly record: ChangeRecord
  readonly setAside: SetAsideStore
  readonly clock: Clock
}

/** Takes one message out of a dead-letter queue for good and keeps it in the table. Throws `message.unknown` where the queue does not give it. */
export async function setAside(
  queue: FailureQueue,
  { id, by, reason }: { readonly id: string; readonly by: string; readonly reason: string },
  ports: RedrivePorts,
): Promise<void> {
  requireReason({ reason })
  const others: FailedMessage[] = []
  try {
    for (
      let messages = await queue.take(PER_REQUEST, HIDDEN_SECONDS);
      messages.length > 0;
      messages = await queue.take(PER_REQUEST, HIDDEN_SECONDS)
    ) {
      others.push(...messages.filter((one) => one.id !== id))
      const found = messages.find((one) => one.id === id)
      if (found === undefined) continue
      await ports.setAside.put(asideOf(queue.name, found, { at: ports.clock.now(), by, why: reason }))
      await noteRedrive(
        queue.name,
        { moved: [{ message: id }] },
        { at: new Date(ports.clock.now()).toISOString(), by, why: reason },
        ports.record,
      )
      return await queue.remove(found)
    }
  } finally {
    await queue.giveBack(others)
  }
  throw new ResponderError(
    'message.unknown',
    `${queue.name} gives no message ${id}; it may be hidden for five minutes, since somebody else looks at it`,
  )
}

/** Puts one message back that was set aside. Throws `message.unknown`, and `usage` where it is of a queue whose messages are not put back or cannot be read. */
export async function restore(
  queues: readonly FailureQueue[],
  { id, by, reason }: { readonly id: string; readonly by: string; readonly reason: string },
  ports: RedrivePorts,
): Promise<SetAside> {
  requireReason({ reason })
  const known = await setAsideNamed(id, ports.setAside)
  const queue = queues.find(({ name }) => name === known.queue)
  const read = readFailedMessage(known.queue, known.body)
  const not = queue === undefined ? 'the stack has no such queue' : read.kind === 'unreadable' ? read.why : whyNotPutBack(queue.name)
  if (queue === undefined || read.kind === 'unreadable' || not !== undefined)
    throw new ResponderError('usage', `${id} of ${known.queue} cannot be put back: ${not}`)
  const sent = await queue.send(read.payload, known.to)
  await noteRedrive(
    queue.name,
    { moved: [{ message: id, sent }] },
    { at: new Date(ports.clock.now()).toISOString(), by, why: reason },
    ports.record,
  )
  await ports.setAside.remove(id)
  return known
}

/** A message that was set aside. Throws `message.unknown`. */
export async function setAsideNamed(id: string, store: SetAsideStore): Promise<SetAside> {
  const known = await store.get(id)
  if (known === undefined) throw new ResponderError('message.unknown', `no message ${id} was set aside; \`countersign redrive\` lists them`)
  return known
}
