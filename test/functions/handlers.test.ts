import type { Context, SQSRecord } from 'aws-lambda'
import { describe, expect, it } from 'vitest'
import { type Responder, sqsBatch } from '../../functions/sqs-batch.ts'
import { silentLog } from '../../shared/memory/log.ts'

const record = (messageId: string, body: string) => ({ messageId, body }) as SQSRecord
const context = { awsRequestId: 'r', getRemainingTimeInMillis: () => 1000 } as Context

function responder(parts: Partial<Responder> = {}): Responder & { seen: unknown[][]; keys: string[] } {
  const seen: unknown[][] = []
  const keys: string[] = []
  return {
    seen,
    keys,
    log: silentLog,
    async respond(inputs) {
      seen.push([...inputs])
      return { outcomes: [], failed: new Map(), signals: [], ignored: 0 }
    },
    async bootstrap(key) {
      keys.push(key)
    },
    backfill: async () => {},
    ...parts,
  }
}

const failedOf = async (one: Responder, records: SQSRecord[]) =>
  (await sqsBatch(one)({ Records: records }, context)).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)

describe('a batch of messages', () => {
  it('is handed on as one, so that it is folded as one', async () => {
    const one = responder()
    expect(await failedOf(one, [record('a', '{"x":1}'), record('b', '{"x":2}')])).toEqual([])
    expect(one.seen).toEqual([[{ x: 1 }, { x: 2 }]])
  })

  it('gives back only the message that is not JSON', async () => {
    const one = responder()
    expect(await failedOf(one, [record('a', '{'), record('b', '{}')])).toEqual(['a'])
    expect(one.seen).toEqual([[{}]])
  })

  it('gives back the messages of the inputs that failed, by their own ids', async () => {
    const one = responder({ respond: async () => ({ outcomes: [], failed: new Map([[1, 'conflict']]), signals: [], ignored: 0 }) })
    expect(await failedOf(one, [record('junk', '['), record('a', '{}'), record('b', '{}')])).toEqual(['junk', 'b'])
  })

  it('gives back every message where the responder throws', async () => {
    const one = responder({ respond: () => Promise.reject(new Error('no policy')) })
    expect(await failedOf(one, [record('a', '{}'), record('b', '{}')])).toEqual(['a', 'b'])
  })

  it('fetches the past of a key that the bootstrap queue names', async () => {
    const one = responder()
    expect(await failedOf(one, [record('a', '{"bootstrap":"AKIAIOSFODNN7EXAMPLE"}')])).toEqual([])
    expect(one.keys).toEqual(['AKIAIOSFODNN7EXAMPLE'])
    expect(one.seen).toEqual([])
  })

  it('takes a bootstrap message that names no key for an event, which then is unreadable', async () => {
    const one = responder()
    await failedOf(one, [record('a', '{"bootstrap":"AKIA; drop"}'), record('b', '{"bootstrap":"AKIAIOSFODNN7EXAMPLE","more":1}')])
    expect(one.keys).toEqual([])
    expect(one.seen[0]).toHaveLength(2)
  })

  it('gives back a bootstrap message whose lookup failed', async () => {
    const one = responder({ bootstrap: () => Promise.reject(new Error('throttled')) })
    expect(await failedOf(one, [record('a', '{"bootstrap":"AKIAIOSFODNN7EXAMPLE"}')])).toEqual(['a'])
  })

  it('has the events of an incident looked up that the sweep names, and gives the message back where that failed', async () => {
    const traced: string[] = []
    const one = responder({ backfill: async (id) => void traced.push(id) })
    expect(await failedOf(one, [record('a', '{"trace":"inc-0123456789ab"}')])).toEqual([])
    expect(traced).toEqual(['inc-0123456789ab'])
    expect(one.seen).toEqual([])
    const failing = responder({ backfill: () => Promise.reject(new Error('throttled')) })
    expect(await failedOf(failing, [record('a', '{"trace":"inc-0123456789ab"}')])).toEqual(['a'])
  })
})
