import { requireReason } from '../domain/reason.ts'
import { ResponderError } from '../errors.ts'
import type { FailedMessage, FailureQueue } from '../ports/failures.ts'
import { type Act, noteRedrive, readReturns } from '../record/redrives.ts'
import { asideOf, fateOf, idOf, whyNotPutBack } from './fate-of-message.ts'
import { HIDDEN_SECONDS, PER_REQUEST, type RedrivePorts } from './set-aside.ts'

/** So many messages are put in the order of their times, moved and written down together. */
const WINDOW = 100

/** What became of the messages: put back, one run of a function for several of the same, set aside, and left because they came back at once. */
export interface Redriven {
  readonly putBack: number
  readonly merged: number
  readonly setAside: readonly { readonly id: string; readonly why: string }[]
  readonly left: number
}

/**
 * Puts the messages of a dead-letter queue back, oldest first as far as SQS gives them so: sends each to where it came from, writes that down, and deletes
 * it then. A run that breaks off leaves messages twice, never not at all; the pipeline counts an event once. What cannot be read or came back
 * twice is set aside. Of the same invocation of a function, one is made. Ends after `limit` messages or where only those are left that came back meanwhile.
 *
 * Throws `usage` without a reason and for a queue whose messages are not put back.
 */
export async function redrive(
  queue: FailureQueue,
  { by, reason, limit = Number.POSITIVE_INFINITY }: { readonly by: string; readonly reason: string; readonly limit?: number | undefined },
  ports: RedrivePorts,
): Promise<Redriven> {
  requireReason({ reason })
  const not = whyNotPutBack(queue.name)
  if (not !== undefined) throw new ResponderError('usage', `messages of ${queue.name} are not put back: ${not}`)
  const act = (): Act => ({ at: new Date(ports.clock.now()).toISOString(), by, why: reason })
  await noteRedrive(queue.name, { begins: { waiting: await queue.waiting() } }, act(), ports.record)
  const returns = await readReturns(ports.record)
  const run: Run = { queue, ports, act, returns, sent: new Set(), invoked: new Map() }
  const done = { putBack: 0, merged: 0, setAside: [] as { id: string; why: string }[], left: 0 }
  for (let room = limit; room > 0; ) {
    const messages = await takeWindow(queue, Math.min(WINDOW, room))
    if (messages.length === 0) break
    const isBack = (message: FailedMessage) => run.sent.has(idOf(queue, message))
    const fresh = messages.filter((message) => !isBack(message))
    await queue.giveBack(messages.filter(isBack))
    done.left += messages.length - fresh.length
    const { moved, merged, aside, failure } = await moveWindow(fresh, run)
    done.putBack += moved - merged - aside.length
    done.merged += merged
    done.setAside.push(...aside)
    if (failure !== undefined) throw incomplete(queue, done, failure)
    room -= fresh.length
    if (fresh.length === 0) break
  }
  return done
}

interface Run {
  readonly queue: FailureQueue
  readonly ports: RedrivePorts
  readonly act: () => Act
  readonly returns: ReadonlyMap<string, number>
  /** Ids of what this run sent: where they are taken again, they came back meanwhile. */
  readonly sent: Set<string>
  /** The invocations of this run, by payload. */
  readonly invoked: Map<string, string>
}

async function moveWindow(messages: readonly FailedMessage[], { queue, ports, act, returns, sent, invoked }: Run) {
  const moved: { message: string; sent?: string }[] = []
  const aside: { id: string; why: string }[] = []
  const gone: FailedMessage[] = []
  let merged = 0
  let failure: unknown
  for (const message of messages.toSorted((a, b) => a.sentAt - b.sentAt)) {
    try {
      const fate = fateOf(queue, message, returns)
      const known = idOf(queue, message)
      if (fate.kind === 'set-aside') {
        await ports.setAside.put(asideOf(queue.name, message, { at: ports.clock.now(), by: act().by, why: fate.why }))
        moved.push({ message: known })
        aside.push({ id: message.id, why: fate.why })
      } else {
        const same = queue.destination.kind === 'function' ? invoked.get(fate.payload) : undefined
        const id = same ?? (await queue.send(fate.payload, fate.to))
        if (same !== undefined) merged++
        invoked.set(fate.payload, id)
        sent.add(id)
        moved.push({ message: known, sent: id })
      }
      gone.push(message)
    } catch (cause) {
      failure = cause
      break
    }
  }
  // It is written down before anything is deleted: what was not written down is put back once more.
  if (moved.length > 0) await noteRedrive(queue.name, { moved }, act(), ports.record)
  for (const message of gone) await queue.remove(message)
  await queue.giveBack(messages.filter((one) => !gone.includes(one)))
  return { moved: moved.length, merged, aside, failure }
}

async function takeWindow(queue: FailureQueue, size: number): Promise<FailedMessage[]> {
  const found = new Map<string, FailedMessage>()
  while (found.size < size) {
    const some = await queue.take(Math.min(PER_REQUEST, size - found.size), HIDDEN_SECONDS)
    if (some.length === 0) break
    for (const message of some) found.set(message.id, message)
  }
  return [...found.values()]
}

function incomplete(
  { name }: FailureQueue,
  { putBack, setAside: aside }: { putBack: number; setAside: readonly unknown[] },
  cause: unknown,
) {
  const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : 'unknown error'
  return new ResponderError(
    'redrive.incomplete',
    `${name}: ${putBack} put back and ${aside.length} set aside, then ${reason}; the others wait in the queue`,
    { cause },
  )
}
