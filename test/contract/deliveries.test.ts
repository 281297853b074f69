import type { ChangeMessageVisibilityBatchCommand, ChangeMessageVisibilityBatchCommandInput, SQSClient } from '@aws-sdk/client-sqs'
import { describe, expect, it } from 'vitest'
import { sqsDeliveries } from '../../shared/aws/deliveries.ts'
import { EVENT_VISIBILITY_SECONDS } from '../../shared/ports/deliveries.ts'

const HOT = 'arn:aws:sqs:us-east-1:123456789012:hot'
const BULK = 'arn:aws:sqs:us-east-1:123456789012:bulk'
const urls = new Map([HOT, BULK].map((arn) => [arn, `https://sqs.example.com/${arn.split(':').pop()}`]))

/** SQS that knows the handles of some messages of each queue. `isAway`: it does not answer. */
function sqs(handedOut: Readonly<Record<string, readonly string[]>>, isAway = false) {
  const asked: ChangeMessageVisibilityBatchCommandInput[] = []
  const client = {
    async send({ input }: ChangeMessageVisibilityBatchCommand) {
      asked.push(input)
      if (isAway) throw Object.assign(new Error('away'), { name: 'TimeoutError' })
      const known = handedOut[input.QueueUrl ?? ''] ?? []
      return { Successful: input.Entries?.filter(({ ReceiptHandle = '' }) => known.includes(ReceiptHandle)).map(({ Id }) => ({ Id })) }
    },
  } as unknown as SQSClient
  return { asked, deliveries: sqsDeliveries(client, urls) }
}

const message = (id: number, queueArn = HOT) => ({ messageId: `m${id}`, queueArn, receiptHandle: `h${id}` })
const all = (count: number) => Array.from({ length: count }, (_, at) => message(at))

describe('the messages of a batch', () => {
  it('are those that their queue has handed out, asked for by ten, with the time that the queue itself hides them for', async () => {
    const { asked, deliveries } = sqs({ 'https://sqs.example.com/hot': all(1000).map(({ receiptHandle }) => receiptHandle) })
    expect(await deliveries.undelivered(all(1000))).toEqual(new Map())
    expect(asked.map(({ Entries = [] }) => Entries.length)).toEqual(Array.from({ length: 100 }, () => 10))
    expect(new Set(asked.flatMap(({ Entries = [] }) => Entries.map((one) => one.VisibilityTimeout)))).toEqual(
      new Set([EVENT_VISIBILITY_SECONDS]),
    )
    expect(new Set(asked.flatMap(({ Entries = [] }) => Entries.map((one) => one.ReceiptHandle))).size).toBe(1000)
  })

  it.each([0, 1, 9, 10, 11, 25])('are told apart one by one among %i true ones', async (count) => {
    const { deliveries } = sqs({ 'https://sqs.example.com/hot': all(count).map(({ receiptHandle }) => receiptHandle) })
    const found = await deliveries.undelivered([...all(count), message(99)])
    expect([...found]).toEqual([['m99', 'its queue has not handed the message out']])
  })

  it('are no messages of another queue, nor of one that is not of the stack', async () => {
    const { asked, deliveries } = sqs({ 'https://sqs.example.com/hot': ['h1'] })
    const found = await deliveries.undelivered([
      message(1),
      { ...message(1, BULK), messageId: 'b' },
      message(2, 'arn:aws:sqs:us-east-1:1:x'),
    ])
    expect([...found.keys()].sort()).toEqual(['b', 'm2'])
    expect(asked).toHaveLength(2)
  })

  it('are given back where their queue cannot be asked: that is no proof', async () => {
    const { deliveries } = sqs({}, true)
    expect([...(await deliveries.undelivered(all(2))).values()]).toEqual(
      Array(2).fill('its queue could not be asked for the message: TimeoutError'),
    )
  })
})

describe('messages that are to come again', () => {
  const again = (id: number, afterSeconds: number, queueArn = HOT) => ({ ...message(id, queueArn), afterSeconds })

  it('are shown after a time of their own, each in its queue, by ten', async () => {
    const both = [...Array(12).keys()].map((id) => again(id, id + 1)).concat(again(40, 300, BULK))
    const { asked, deliveries } = sqs({
      'https://sqs.example.com/hot': both.map(({ receiptHandle }) => receiptHandle),
      'https://sqs.example.com/bulk': ['h40'],
    })
    expect(await deliveries.redeliver(both)).toEqual(new Map())
    expect(asked.map(({ QueueUrl, Entries = [] }) => [QueueUrl?.split('/').pop(), Entries.length])).toEqual([
      ['hot', 10],
      ['hot', 2],
      ['bulk', 1],
    ])
    const waits = asked.flatMap(({ Entries = [] }) => Entries.map((one) => [one.ReceiptHandle, one.VisibilityTimeout]))
    expect(waits).toEqual([...[...Array(12).keys()].map((id) => [`h${id}`, id + 1]), ['h40', 300]])
  })

  it('are named where their queue refuses or cannot be asked', async () => {
    const { deliveries } = sqs({ 'https://sqs.example.com/hot': ['h1'] })
    expect([...(await deliveries.redeliver([again(1, 2), again(2, 2)])).keys()]).toEqual(['m2'])
    const away = sqs({}, true)
    expect([...(await away.deliveries.redeliver([again(1, 2)])).keys()]).toEqual(['m1'])
  })
})
