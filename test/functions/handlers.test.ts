import type { Context, SQSRecord } from 'aws-lambda'
import { describe, expect, it } from 'vitest'
import { type Responder, sqsBatch } from '../../functions/sqs-batch.ts'
import { silentLog } from '../../shared/memory/log.ts'

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
    queues: { events: new Set([HOT]), tasks: BOOTSTRAP },
    async respond(inputs) {
      seen.push([...inputs])
      return { outcomes: [], failed: new Map(), signals: [], ignored: 0 }
    },
    async bootstrap(key) {
      keys.push(key)
    },
    backfill: async () => {},
    deliveries: { undelivered: async () => new Map() },
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

  it('hands nothing on, and runs no task, of a message that its queue has not handed out, and gives it back', async () => {
    const one = responder({ deliveries: { undelivered: async () => new Map(['b', 'd'].map((id) => [id, 'not handed out'])) } })
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
    const one = responder({ respond: async () => ({ outcomes: [], failed: new Map([[1, 'conflict']]), signals: [], ignored: 0 }) })
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
