import { heap } from './virtual-time.ts'

/**
 * A message and what became of it. Times in epoch milliseconds; `handedAt`: when the function was first called with it; `decidedAt`: when all that follows from it was
 * stored.
 */
export interface SimulatedMessage {
  readonly id: string
  readonly body: () => object
  readonly sentAt: number
  receives: number
  handedAt: number | undefined
  decidedAt: number | undefined
  isDead: boolean
}

export interface QueueSettings {
  readonly visibilitySeconds: number
  readonly mostReceives: number
}

/**
 * A standard queue of SQS: a message that was received is hidden for the visibility timeout, and is a dead letter when it would be received more often than
 * `mostReceives` times. Messages come in the order in which they became visible, which SQS mostly keeps.
 */
export function simulatedQueue({ visibilitySeconds, mostReceives }: QueueSettings) {
  const byId = new Map<string, SimulatedMessage>()
  /** When a message can be received next. An entry of the heap that says another time is out of date. */
  const visibleAt = new Map<SimulatedMessage, number>()
  const waiting = heap<{ readonly at: number; readonly message: SimulatedMessage }>((a, b) => a.at - b.at)
  let open = 0
  const show = (message: SimulatedMessage, at: number) => {
    visibleAt.set(message, at)
    waiting.push({ at, message })
  }
  const nextAt = () => {
    for (let top = waiting.peek(); top !== undefined; top = waiting.peek()) {
      if (visibleAt.get(top.message) === top.at) return top.at
      waiting.pop()
    }
    return undefined
  }
  const close = (message: SimulatedMessage) => {
    visibleAt.delete(message)
    open--
  }
  return {
    /** True while messages are neither done nor dead. */
    isOpen: () => open > 0,
    /** When the next message can be received; undefined where there is none. */
    nextAt,
    send(id: string, sentAt: number, body: () => object) {
      const message: SimulatedMessage = { id, body, sentAt, receives: 0, handedAt: undefined, decidedAt: undefined, isDead: false }
      byId.set(id, message)
      open++
      show(message, sentAt)
      return message as Readonly<SimulatedMessage>
    },
    receive(limit: number, now: number): SimulatedMessage[] {
      const received: SimulatedMessage[] = []
      for (let at = nextAt(); received.length < limit && at !== undefined && at <= now; at = nextAt()) {
        const { message } = waiting.pop() as { message: SimulatedMessage }
        if (message.receives === mostReceives) {
          message.isDead = true
          close(message)
          continue
        }
        message.receives++
        show(message, now + visibilitySeconds * 1000)
        received.push(message)
      }
      return received
    },
    /** Hides a message for so long from now on. */
    hide(id: string, seconds: number, now: number) {
      const message = byId.get(id)
      if (message !== undefined && visibleAt.has(message)) show(message, now + seconds * 1000)
    },
    /** Notes when all that follows from a message was stored. */
    decide(id: string, now: number) {
      const message = byId.get(id)
      if (message !== undefined) message.decidedAt ??= now
    },
    remove(message: SimulatedMessage) {
      if (visibleAt.has(message)) close(message)
    },
  }
}

export type SimulatedQueue = ReturnType<typeof simulatedQueue>
