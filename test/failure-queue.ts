import type { SetAside } from '../shared/domain/set-aside.ts'
import type { Destination, FailedMessage, FailureQueue, SetAsideStore } from '../shared/ports/failures.ts'
import { NOW } from './embedded.ts'

/** A dead-letter queue in memory. It gives its messages in no order, hides what was taken, and keeps what was put back in `sent`. */
export function failureQueue(name: string, messages: readonly Partial<FailedMessage>[], destination: Destination = queueCalled(name)) {
  const held = new Map(messages.map((one, at) => [one.id ?? `m${at}`, messageOf(one, `m${at}`)]))
  const hidden = new Set<string>()
  const sent: { id: string; body: string; to?: string | undefined }[] = []
  const queue: FailureQueue = {
    name,
    destination,
    waiting: async () => held.size,
    async take(limit) {
      const some = [...held.values()]
        .filter(({ id }) => !hidden.has(id))
        .toReversed()
        .slice(0, limit)
      for (const { id } of some) hidden.add(id)
      return some
    },
    async giveBack(given) {
      for (const { id } of given) hidden.delete(id)
    },
    async remove({ id }) {
      held.delete(id)
    },
    async send(body, to) {
      const id = `sent-${name}-${sent.length + 1}`
      sent.push({ id, body, to })
      return id
    },
  }
  /** What SQS does with a message that fails again: it lies here under the id that it was sent with. */
  const fail = (id: string, body: string, more: Partial<FailedMessage> = {}) => held.set(id, messageOf({ ...more, id, body }, id))
  return { queue, held, hidden, sent, fail }
}

export const queueCalled = (name: string): Extract<Destination, { kind: 'queue' }> => ({
  kind: 'queue',
  url: `https://sqs.us-east-1.amazonaws.com/123456789012/${name}`,
  arn: `arn:aws:sqs:us-east-1:123456789012:${name}`,
})

function messageOf(parts: Partial<FailedMessage>, id: string): FailedMessage {
  return { id, receipt: `r-${id}`, body: '{}', sentAt: 0, received: 5, movedFrom: undefined, attributes: {}, ...parts }
}

/** The messages that were set aside, in memory. */
export function memorySetAside(): SetAsideStore & { readonly all: Map<string, SetAside> } {
  const all = new Map<string, SetAside>()
  return {
    all,
    put: async (message) => void all.set(message.id, message),
    list: async () => [...all.values()],
    get: async (id) => all.get(id),
    remove: async (id) => void all.delete(id),
  }
}

/** A record of CloudTrail as EventBridge delivers it. */
export function enveloped(detail: object) {
  return {
    version: '0',
    id: 'e',
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.iam',
    account: '123456789012',
    time: new Date(NOW).toISOString(),
    region: 'us-east-1',
    resources: [],
    detail,
  }
}
