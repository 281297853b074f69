import type { Context, SQSRecord } from 'aws-lambda'
import { describe, expect, it } from 'vitest'
import { type Responder, sqsBatch } from '../../functions/sqs-batch.ts'
import { silentLog } from '../../shared/memory/log.ts'
import type { Deliveries, Redelivery } from '../../shared/ports/deliveries.ts'

const HOT = 'arn:aws:sqs:us-east-1:123456789012:hot'
const BOOTSTRAP = 'arn:aws:sqs:us-east-1:123456789012:bootstrap'
const record = (messageId: string, body: string, eventSourceARN = HOT) => ({ messageId, body, eventSourceARN }) as SQSRecord
const task = (messageId: string, body: string) => record(messageId, body, BOOTSTRAP)
/** An event in EventBridge's envelope, told apart by `x`. */
const event = (x: number) => ({
  source: 'aws.iam',
  'detail-type': 'x',
  account: '123456789012',
  time: '2026-03-02T12:00:00Z',
  detail: { x },
})
const context = { awsRequestId: 'r', getRemainingTimeInMillis: () => 1000 } as Context

function responder(parts: Partial<Responder> = {}): Responder & { seen: unknown[][]; keys: string[] } {
  const seen: unknown[][] = []
  const keys: string[] = []
  return {
    seen,
    keys,
    log: silentLog,
    queues: { events: new Set([HOT]), tasks: new Set([BOOTSTRAP]) },
    async respond(inputs) {
      seen.push([...inputs])
      return { outcomes: [], failed: new Map(), contended: new Set<number>(), signals: [], ignored: 0 }
    },
    async bootstrap(key) {
      keys.push(key)
    },
    backfill: async () => {},
    deliveries: { undelivered: async () => new Map(), redeliver: async () => new Map() },
    pause: { random: () => 0.5 },
    ...parts,
  }
}

const failedOf = async (one: Responder, records: SQSRecord[]) =>
  (await sqsBatch(one)({ Records: records }, context)).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)

describe('a batch of messages', () => {
  it('is handed on as one, so that it is folded as one', async () => {
    const one = responder()
    expect(await failedOf(one, [record('a', JSON.stringify(event(1))), record('b', JSON.stringify(event(2)))])).toEqual([])
    expect(one.seen).toEqual([[event(1), event(2)]])
  })

  it('counts what lost to other writers apart from what failed, since the first is no fault', async () => {
    const logged: string[] = []
    const one = responder({
      log: { ...silentLog, warn: (name, { messageId } = {}) => void logged.push(`${name} ${messageId}`) },
      respond: async () => ({
        outcomes: [],
        failed: new Map([
          [0, 'lost'],
          [1, 'broken'],
        ]),
        contended: new Set([0]),
        signals: [],
        ignored: 0,
      }),
    })
    await failedOf(one, [record('a', JSON.stringify(event(1))), record('b', JSON.stringify(event(2)))])
    expect(logged).toEqual(['respond.message.contended a', 'respond.message.failed b'])
  })

  it('hands nothing on, and runs no task, of a message that its queue has not handed out, and gives it back', async () => {
    const one = responder({
      deliveries: { undelivered: async () => new Map(['b', 'd'].map((id) => [id, 'not handed out'])), redeliver: async () => new Map() },
    })
    const records = ['a', 'b'].map((id, at) => record(id, JSON.stringify(event(at))))
    const tasks = ['AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN8EXAMPLE'].map((bootstrap, at) =>
      task(at === 0 ? 'c' : 'd', JSON.stringify({ bootstrap })),
    )
    expect(await failedOf(one, [...records, ...tasks])).toEqual(['b', 'd'])
    expect([one.seen, one.keys]).toEqual([[[event(0)]], ['AKIAIOSFODNN7EXAMPLE']])
  })

  it('gives back only the message that is not JSON', async () => {
    const one = responder()
    expect(await failedOf(one, [record('a', '{'), record('b', JSON.stringify(event(1)))])).toEqual(['a'])
    expect(one.seen).toEqual([[event(1)]])
  })

  it('gives back the messages of the inputs that failed, by their own ids', async () => {
    const one = responder({
      respond: async () => ({ outcomes: [], failed: new Map([[1, 'conflict']]), contended: new Set([1]), signals: [], ignored: 0 }),
    })
    expect(await failedOf(one, [record('junk', '['), ...['a', 'b'].map((id) => record(id, JSON.stringify(event(1))))])).toEqual([
      'junk',
      'b',
    ])
  })

  it('gives back every message where the responder throws', async () => {
    const one = responder({ respond: () => Promise.reject(new Error('no policy')) })
    expect(
      await failedOf(
        one,
        ['a', 'b'].map((id) => record(id, JSON.stringify(event(1)))),
      ),
    ).toEqual(['a', 'b'])
  })

  it('fetches the past of a key that the bootstrap queue names', async () => {
    const one = responder()
    expect(await failedOf(one, [task('a', '{"bootstrap":"AKIAIOSFODNN7EXAMPLE"}')])).toEqual([])
    expect(one.keys).toEqual(['AKIAIOSFODNN7EXAMPLE'])
    expect(one.seen).toEqual([])
  })

  it('gives back a bootstrap message that names no key, and takes it for no event', async () => {
    const one = responder()
    const failed = await failedOf(one, [
      task('a', '{"bootstrap":"AKIA; drop"}'),
      task('b', '{"bootstrap":"AKIAIOSFODNN7EXAMPLE","more":1}'),
    ])
    expect(one.keys).toEqual([])
    expect(one.seen).toEqual([])
    expect(failed).toEqual(['a', 'b'])
  })

  it('gives back a bootstrap message whose lookup failed', async () => {
    const one = responder({ bootstrap: () => Promise.reject(new Error('throttled')) })
    expect(await failedOf(one, [task('a', '{"bootstrap":"AKIAIOSFODNN7EXAMPLE"}')])).toEqual(['a'])
  })

  it('has the events of an incident looked up that the sweep names, and gives the message back where that failed', async () => {
    const traced: string[] = []
    const one = responder({ backfill: async (id) => void traced.push(id) })
    expect(await failedOf(one, [task('a', '{"trace":"inc-0123456789ab"}')])).toEqual([])
    expect(traced).toEqual(['inc-0123456789ab'])
    expect(one.seen).toEqual([])
    const failing = responder({ backfill: () => Promise.reject(new Error('throttled')) })
    expect(await failedOf(failing, [task('a', '{"trace":"inc-0123456789ab"}')])).toEqual(['a'])
  })
})

describe('a message that has to come again', () => {
  /** Remembers what the queues were asked for. */
  const queues = (parts: { undelivered?: string[]; late?: boolean } = {}) => {
    const again: Redelivery[] = []
    const deliveries: Deliveries = {
      undelivered: async () => new Map((parts.undelivered ?? []).map((id) => [id, 'not handed out'])),
      async redeliver(messages) {
        again.push(...messages)
        return new Map(parts.late ? messages.map(({ messageId }) => [messageId, 'away']) : [])
      },
    }
    return { deliveries, again, waits: () => again.map(({ messageId, afterSeconds }) => [messageId, afterSeconds]) }
  }
  const received = (messageId: string, body: string, count: string) =>
    ({ ...record(messageId, body), receiptHandle: `handle-${messageId}`, attributes: { ApproximateReceiveCount: count } }) as SQSRecord
  const failing = (failed: [number, string][], contended: number[]): Partial<Responder> => ({
    respond: async () => ({ outcomes: [], failed: new Map(failed), contended: new Set(contended), signals: [], ignored: 0 }),
  })

  it('comes soon where others wrote its identity, later where it failed itself, and is asked of its own queue by its handle', async () => {
    const { deliveries, again, waits } = queues()
    const one = responder({
      ...failing(
        [
          [0, 'lost'],
          [1, 'no table'],
        ],
        [0],
      ),
      deliveries,
    })
    const records = [received('a', JSON.stringify(event(1)), '3'), received('b', JSON.stringify(event(2)), '3'), received('c', '{', '1')]
    expect(await failedOf(one, records)).toEqual(['a', 'b', 'c'])
    expect(waits()).toEqual([
      ['a', 4],
      ['b', 40],
      ['c', 10],
    ])
    expect(again[0]).toMatchObject({ queueArn: HOT, receiptHandle: 'handle-a' })
  })

  it('is taken for received once where SQS does not say how often', async () => {
    const { deliveries, waits } = queues()
    const one = responder({ ...failing([[0, 'no table']], []), deliveries })
    for (const count of ['', 'many', '-1', '0']) await failedOf(one, [received('a', JSON.stringify(event(1)), count)])
    expect(waits()).toEqual(Array(4).fill(['a', 10]))
  })

  it('is left alone where its queue has not handed it out, and where nothing failed', async () => {
    const { deliveries, again } = queues({ undelivered: ['a'] })
    expect(await failedOf(responder({ deliveries }), [record('a', '{}'), record('b', JSON.stringify(event(1)))])).toEqual(['a'])
    expect(again).toEqual([])
  })

  it('is given back all the same where its queue cannot be told when, and the log says so', async () => {
    const warned: string[] = []
    const { deliveries } = queues({ late: true })
    const log = { ...silentLog, warn: (name: string) => void warned.push(name) }
    expect(await failedOf(responder({ ...failing([[0, 'lost']], [0]), deliveries, log }), [record('a', JSON.stringify(event(1)))])).toEqual(
      ['a'],
    )
    expect(warned).toContain('respond.redelivery.late')
  })

  it('is given back unread where the parts of the batch before it took the time, and comes soon', async () => {
    const { deliveries, waits } = queues()
    let leftMs = 20_000
    const seen: number[] = []
    const one = responder({
      deliveries,
      limits: { callers: 1, messages: 1 },
      async respond(inputs) {
        seen.push(inputs.length)
        leftMs -= 6000
        return { outcomes: [], failed: new Map(), contended: new Set(), signals: [], ignored: 0 }
      },
    })
    const by = (arn: string) => JSON.stringify({ ...event(1), detail: { userIdentity: { arn } } })
    const records = ['a', 'b', 'c'].map((id) => record(id, by(id)))
    const timed = { awsRequestId: 'r', getRemainingTimeInMillis: () => leftMs } as Context
    const { batchItemFailures } = await sqsBatch(one)({ Records: records }, timed)
    // Five seconds are kept for giving back. After the first part 9 are left, less than twice the 6 that it took.
    expect([seen, batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)]).toEqual([[1], ['b', 'c']])
    expect(waits()).toEqual([
      ['b', 1],
      ['c', 1],
    ])
  })

  it('fails alone where the responder throws on its part of the batch', async () => {
    const one = responder({
      limits: { callers: 1, messages: 1 },
      async respond([input]) {
        if (JSON.stringify(input).includes('"bad"')) throw new Error('no policy')
        return { outcomes: [], failed: new Map(), contended: new Set(), signals: [], ignored: 0 }
      },
    })
    const by = (arn: string) => JSON.stringify({ ...event(1), detail: { userIdentity: { arn } } })
    const long = { awsRequestId: 'r', getRemainingTimeInMillis: () => 60_000 } as Context
    const { batchItemFailures } = await sqsBatch(one)({ Records: ['a', 'bad', 'c'].map((id) => record(id, by(id))) }, long)
    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['bad'])
  })
})
