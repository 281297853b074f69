import { describe, expect, it } from 'vitest'
import { type ReviewActions, reviewEvent } from '../../functions/review-event.ts'

const NOTICE = { incidentId: 'inc-0123456789ab', kind: 'ask', priority: 1, title: 't', body: 'b' }
const PRESS = {
  kind: 'legitimate',
  incidentId: 'inc-0123456789ab',
  revision: '0123456789abcdef',
  user: 'U0ALICE',
  channel: 'C0123ABCD',
  ts: '1.1',
}
const SIGNED = { body: Buffer.from('payload=x').toString('base64'), timestamp: '1767225600', signature: 'v0=0' }
const CONTEXT = { awsRequestId: 'r-1' }
const message = (body: unknown) => ({ Records: [{ eventSource: 'aws:sqs', body: typeof body === 'string' ? body : JSON.stringify(body) }] })

function reviewer(parts: Partial<ReviewActions> = {}): ReviewActions & { done: string[] } {
  const done: string[] = []
  return {
    done,
    notify: async ({ kind }) => void done.push(`tell ${kind}`),
    async press({ body }, invocationId) {
      done.push(`press ${Buffer.from(body)} ${invocationId}`)
      return 'inc-0123456789ab'
    },
    share: async (id) => void done.push(`share ${id}`),
    shareLater: async (id) => void done.push(`later ${id}`),
    ...parts,
  }
}

describe('what wakes review', () => {
  it.each([
    ['a notice of the queue', message(NOTICE), ['tell ask', 'later inc-0123456789ab']],
    ['an incident to be shown elsewhere', message({ share: 'inc-0123456789ab' }), ['share inc-0123456789ab']],
    ['a press', { signed: SIGNED }, ['press payload=x r-1', 'later inc-0123456789ab']],
  ])('is done: %s', async (_, event, expected) => {
    const one = reviewer()
    await reviewEvent(one)(event, CONTEXT)
    expect(one.done).toEqual(expected)
  })

  it.each([
    ['a press that comes by the queue, which respond may write', message({ signed: SIGNED })],
    ['a press that says itself who pressed', { press: PRESS }],
    ['a notice that is none', message({ ...NOTICE, kind: 'delete' })],
    ['more than a notice', message({ ...NOTICE, signed: SIGNED })],
    ['no JSON', message('{')],
    ['a press without a signature', { signed: { ...SIGNED, signature: undefined } }],
    ['a press that is no base64', { signed: { ...SIGNED, body: 'payload=x' } }],
    ['a press with more to it', { signed: SIGNED, more: 1 }],
    ['two messages', { Records: [message(NOTICE).Records[0], message(NOTICE).Records[0]] }],
    ['nothing', undefined],
  ])('is refused: %s', async (_, event) => {
    const one = reviewer()
    await expect(reviewEvent(one)(event, CONTEXT)).rejects.toThrow()
    expect(one.done).toEqual([])
  })

  it('is shared nowhere where it is a press that was taken before', async () => {
    const one = reviewer({ press: async () => undefined })
    await reviewEvent(one)({ signed: SIGNED }, CONTEXT)
    expect(one.done).toEqual([])
  })

  it('is not told twice because another place failed', async () => {
    const one = reviewer({ share: () => Promise.reject(new Error('not subscribed')) })
    await reviewEvent(one)(message(NOTICE), CONTEXT)
    await expect(reviewEvent(one)(message({ share: 'inc-0123456789ab' }), CONTEXT)).rejects.toThrow('not subscribed')
    expect(one.done).toEqual(['tell ask', 'later inc-0123456789ab'])
  })
})
