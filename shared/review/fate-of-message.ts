import { type ReadMessage, readFailedMessage } from '../domain/failed-message.ts'
import type { SetAside } from '../domain/set-aside.ts'
import type { FailedMessage, FailureQueue } from '../ports/failures.ts'

/** A message that came back so often is set aside: it would come back again. */
const RETURNS_LIMIT = 2

/** Queues whose messages must not be put back, and why. */
const NOT_PUT_BACK: ReadonlyMap<string, string> = new Map([
  ['review', 'a press counts for an hour after Slack signed it: press the button again, and set this message aside'],
])

/** Why the messages of a queue are not put back; undefined where they are. */
export function whyNotPutBack(queue: string): string | undefined {
  return NOT_PUT_BACK.get(queue)
}

/** What is to be done with a message: put it back, or set it aside because it would fail again or comes from nobody who may send it. */
export type Fate =
  | { readonly kind: 'put-back'; readonly payload: string; readonly to?: string }
  | { readonly kind: 'set-aside'; readonly why: string }

/** What happens to a message of a queue when it is put back. `returns`: how often it came back, by its id. */
export function fateOf(
  queue: Pick<FailureQueue, 'name' | 'destination'>,
  message: FailedMessage,
  returns: ReadonlyMap<string, number>,
): Fate & { readonly read: ReadMessage } {
  const read = readFailedMessage(queue.name, message.body)
  const aside = (why: string) => ({ kind: 'set-aside', why, read }) as const
  const { destination } = queue
  if (destination.kind === 'queue' && message.movedFrom !== undefined && message.movedFrom !== destination.arn)
    return aside('it comes from a queue that is none of this stack')
  if (read.kind === 'unreadable') return aside(`it cannot be read: ${read.why}`)
  const times = returns.get(idOf(queue, message)) ?? 0
  if (times >= RETURNS_LIMIT) return aside(`it came back ${times} times`)
  if (destination.kind !== 'rules') return { kind: 'put-back', payload: read.payload, read }
  const to = message.attributes.TARGET_ARN
  if (to === undefined || !destination.queues.some(({ arn }) => arn === to)) return aside('its rule fills no queue of this stack')
  return { kind: 'put-back', payload: read.payload, to, read }
}

/** The id that a message keeps when it fails again: its own, or that of the invocation that it tells of. */
export function idOf({ name }: Pick<FailureQueue, 'name'>, { id, body }: FailedMessage): string {
  const read = readFailedMessage(name, body)
  return read.kind === 'readable' ? (read.id ?? id) : id
}

/** A message as it is kept when it is set aside. */
export function asideOf(
  queue: string,
  { id, body, sentAt, attributes }: FailedMessage,
  { at, by, why }: { at: number; by: string; why: string },
): SetAside {
  const to = attributes.TARGET_ARN
  return { id, queue, ...(to === undefined ? {} : { to }), body, sentAt, setAsideAt: at, by: by.slice(0, 300), why: why.slice(0, 500) }
}
