import { afterEach, describe, expect, it } from 'vitest'
import { lambdaClient, sqsClient } from '../../shared/aws/clients.ts'
import { failurePlaceOf, sqsFailureQueue } from '../../shared/aws/failure-queues.ts'
import type { Destination } from '../../shared/ports/failures.ts'
import { json, type Loopback, loopback, type WireRequest } from './loopback.ts'

const at = (name: string) => `https://sqs.us-east-1.amazonaws.com/123456789012/${name}`
const arn = (name: string) => `arn:aws:sqs:us-east-1:123456789012:${name}`
const [HOT, BULK] = [
  { url: at('hot'), arn: arn('hot') },
  { url: at('bulk'), arn: arn('bulk') },
]

const wires: Loopback[] = []
afterEach(async () => {
  await Promise.all(wires.splice(0).map((wire) => wire.close()))
})

/** A dead-letter queue on a wire that gives the answers, by the operation. */
async function queueOn(destination: Destination, answers: Readonly<Record<string, object>>) {
  const wire = await loopback(({ headers, path }) =>
    path.includes('/invocations')
      ? { status: 202, headers: { 'x-amzn-requestid': 'r-of-lambda' }, body: '' }
      : json(answers[String(headers['x-amz-target'] ?? '').replace('AmazonSQS.', '')] ?? {}),
  )
  wires.push(wire)
  const clients = { sqs: sqsClient(wire.options), lambda: lambdaClient(wire.options) }
  return { wire, queue: sqsFailureQueue({ name: 'hot', url: at('hot-dead'), destination }, clients) }
}

const bodyOf = ({ body }: WireRequest) => JSON.parse(body)

describe('a dead-letter queue on SQS', () => {
  it('gives a message with its times, the queue that SQS moved it from, and what EventBridge says of it', async () => {
    const message = {
      MessageId: 'm1',
      ReceiptHandle: 'r1',
      Body: '{}',
      MD5OfBody: '99914b932bd37a50b983c5e7c90ae93b',
      Attributes: { SentTimestamp: '1772452800000', ApproximateReceiveCount: '6', DeadLetterQueueSourceArn: HOT.arn },
      MessageAttributes: { ERROR_CODE: { DataType: 'String', StringValue: 'NO_PERMISSIONS' }, OTHER: { DataType: 'Binary' } },
    }
    const { queue, wire } = await queueOn({ kind: 'queue', ...HOT }, { ReceiveMessage: { Messages: [message] } })
    expect(await queue.take(7, 300)).toEqual([
      {
        id: 'm1',
        receipt: 'r1',
        body: '{}',
        sentAt: 1_772_452_800_000,
        received: 6,
        movedFrom: HOT.arn,
        attributes: { ERROR_CODE: 'NO_PERMISSIONS' },
      },
    ])
    expect(wire.requests.map(bodyOf)).toMatchObject([
      {
        QueueUrl: at('hot-dead'),
        MaxNumberOfMessages: 7,
        VisibilityTimeout: 300,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      },
    ])
  })

  it('counts what is hidden too', async () => {
    const Attributes = { ApproximateNumberOfMessages: '3', ApproximateNumberOfMessagesNotVisible: '2' }
    const { queue } = await queueOn({ kind: 'queue', ...HOT }, { GetQueueAttributes: { Attributes } })
    expect(await queue.waiting()).toBe(5)
  })

  it('sends to the queue behind it, and of several only to the one that is named', async () => {
    const sent = { MessageId: 'm2', MD5OfMessageBody: '99914b932bd37a50b983c5e7c90ae93b' }
    const one = await queueOn({ kind: 'queue', ...HOT }, { SendMessage: sent })
    expect(await one.queue.send('{}')).toBe('m2')
    const some = await queueOn({ kind: 'rules', queues: [HOT, BULK] }, { SendMessage: sent })
    await some.queue.send('{}', BULK.arn)
    await expect(some.queue.send('{}', arn('theirs'))).rejects.toMatchObject({ code: 'usage' })
    expect([...one.wire.requests, ...some.wire.requests].map((request) => bodyOf(request).QueueUrl)).toEqual([HOT.url, BULK.url])
  })

  it('invokes the function that failed without waiting for it, and knows the invocation by the id that Lambda gave it', async () => {
    const { queue, wire } = await queueOn({ kind: 'function', name: 'S-contain' }, {})
    expect(await queue.send('{"incidentId":"inc-0123456789ab"}')).toBe('r-of-lambda')
    const [request] = wire.requests
    expect([request?.path, request?.headers['x-amz-invocation-type'], request?.body]).toEqual([
      expect.stringContaining('/functions/S-contain/invocations'),
      'Event',
      '{"incidentId":"inc-0123456789ab"}',
    ])
  })
})

describe('the output of a stack', () => {
  it.each([
    ['FailuresHot', `${at('dead')} ${HOT.url}=${HOT.arn}`, { name: 'hot', url: at('dead'), destination: { kind: 'queue', ...HOT } }],
    [
      'FailuresUndelivered',
      `${at('dead')} ${HOT.url}=${HOT.arn} ${BULK.url}=${BULK.arn}`,
      { name: 'undelivered', url: at('dead'), destination: { kind: 'rules', queues: [HOT, BULK] } },
    ],
    ['FailuresSeal', `${at('dead')} function:S-seal`, { name: 'seal', url: at('dead'), destination: { kind: 'function', name: 'S-seal' } }],
    ['Failures', `${at('dead')} function:S-seal`, undefined],
    ['FailuresSeal', at('dead'), undefined],
    ['TableName', `${at('dead')} function:S-seal`, undefined],
  ])('%s = %s says which queue it is', (key, value, place) => {
    expect(failurePlaceOf(key, value)).toEqual(place)
  })
})
