import { createHash } from 'node:crypto'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { secretsClient, shortTimeoutLambdaClient, snsClient, sqsClient } from '../../shared/aws/clients.ts'
import { lambdaReviewInvoker } from '../../shared/aws/invokers.ts'
import { noticesTo, notifyBoth, QueuedNotice } from '../../shared/aws/notifier.ts'
import { dynamoPostings } from '../../shared/aws/postings.ts'
import { dynamoPressLog } from '../../shared/aws/press-log.ts'
import { slackSecret } from '../../shared/aws/slack-secret.ts'
import { NoticeKind } from '../../shared/domain/incident.ts'
import { memoryPostings } from '../../shared/memory/postings.ts'
import { memoryPressLog } from '../../shared/memory/press-log.ts'
import type { Notice, Notifier } from '../../shared/ports/notices.ts'
import { BOT_TOKEN, SIGNING_SECRET } from '../slack.ts'
import { type EmbeddedTable, embeddedTable } from './embedded-table.ts'
import { json, type Loopback, loopback, type WireAnswer } from './loopback.ts'

const tables: EmbeddedTable[] = []
afterAll(() => Promise.all(tables.map((one) => one.close())))
const wires: Loopback[] = []
afterEach(async () => {
  await Promise.all(wires.splice(0).map((wire) => wire.close()))
})
async function serve(answer: Parameters<typeof loopback>[0]): Promise<Loopback> {
  const wire = await loopback(answer)
  wires.push(wire)
  return wire
}

describe.each([
  { name: 'in memory', make: async () => memoryPostings() },
  {
    name: 'on DynamoDB',
    async make() {
      const one = await embeddedTable()
      tables.push(one)
      return dynamoPostings(one.table)
    },
  },
])('postings $name', ({ make }) => {
  it('remember one message an incident, and let one of two writers win', async () => {
    const postings = await make()
    const posting = (ts: string) => ({ channel: 'C0123ABCD', ts, told: 'ask 0' })
    expect(await postings.get('inc-1')).toBeUndefined()
    const won = await Promise.all(['1.1', '1.2'].map((ts) => postings.put('inc-1', posting(ts), undefined)))
    expect(won.filter(Boolean)).toHaveLength(1)
    const first = (await postings.get('inc-1'))?.ts
    expect(await postings.put('inc-1', posting('2.0'), '0.9')).toBe(false)
    expect(await postings.put('inc-1', posting('2.0'), first)).toBe(true)
    expect(await postings.get('inc-1')).toEqual(posting('2.0'))
    expect(await postings.get('inc-2')).toBeUndefined()
  })
})

describe.each([
  { name: 'in memory', make: async () => memoryPressLog() },
  {
    name: 'on DynamoDB',
    async make() {
      const one = await embeddedTable()
      tables.push(one)
      return dynamoPressLog(one.table)
    },
  },
])('presses $name', ({ make }) => {
  it('are taken by one invocation, which may take them again', async () => {
    const presses = await make()
    const taken = await Promise.all(['r1', 'r2', 'r3'].map((id) => presses.claim('p', id, 1)))
    expect(taken.filter(Boolean)).toHaveLength(1)
    const winner = ['r1', 'r2', 'r3'][taken.indexOf(true)] ?? ''
    expect(await presses.claim('p', winner, 1)).toBe(true)
    expect(await presses.claim('p', 'r4', 1)).toBe(false)
    expect(await presses.claim('q', 'r4', 1)).toBe(true)
  })
})

describe("the app's secret", () => {
  const good = JSON.stringify({ signingSecret: SIGNING_SECRET, botToken: BOT_TOKEN })

  it('is read once in five minutes', async () => {
    const wire = await serve(() => json({ SecretString: good }))
    let now = 0
    const secret = slackSecret(secretsClient(wire.options), 'countersign/slack', { now: () => now })
    expect(await secret()).toEqual({ signingSecret: SIGNING_SECRET, botToken: BOT_TOKEN })
    now = 299_999
    await secret()
    expect(wire.requests).toHaveLength(1)
    now = 300_000
    await secret()
    expect(wire.requests).toHaveLength(2)
  })

  it.each([
    ['not JSON', `{${BOT_TOKEN}`],
    ['without a token', JSON.stringify({ signingSecret: SIGNING_SECRET })],
    ['with a user token', JSON.stringify({ signingSecret: SIGNING_SECRET, botToken: BOT_TOKEN.replace('xoxb', 'xoxp') })],
    ['missing', undefined],
  ])('that is %s is an error that quotes none of it', async (_, SecretString) => {
    const wire = await serve(() => json({ SecretString }))
    const failing = slackSecret(secretsClient(wire.options), 'countersign/slack', { now: () => 0 })()
    await expect(failing).rejects.toMatchObject({ code: 'secret.invalid' })
    const error = await failing.catch((cause: Error) => `${cause.message} ${cause.cause ?? ''}`)
    expect(error).toContain('docs/slack.md')
    for (const part of [SIGNING_SECRET, BOT_TOKEN]) expect(error).not.toContain(part)
  })

  it('that may not be read throws what AWS said', async () => {
    const wire = await serve(() => json({ __type: 'AccessDeniedException', message: 'no' }, 400))
    const secret = slackSecret(secretsClient(wire.options), 'countersign/slack', { now: () => 0 })
    await expect(secret()).rejects.toMatchObject({ name: 'AccessDeniedException' })
  })
})

describe('notices and presses on their way', () => {
  const NOTICE: Notice = { incidentId: 'inc-1', kind: 'contained', priority: 57, title: 'Contained ü', body: 'Who: x' }

  it('go to the queue where there is one, whole', async () => {
    const md5 = (text: string) => createHash('md5').update(text).digest('hex')
    const wire = await serve(({ body }) => json({ MessageId: '1', MD5OfMessageBody: md5(JSON.parse(body).MessageBody) }))
    const queueUrl = 'https://sqs.us-east-1.amazonaws.com/123456789012/notices'
    const clients = { sqs: sqsClient(wire.options), sns: snsClient(wire.options) }
    await noticesTo({ queueUrl, topicArn: 'arn:aws:sns:us-east-1:123456789012:x', stackName: 'Countersign' }, clients).notify(NOTICE)
    expect(QueuedNotice.parse(JSON.parse(JSON.parse(wire.requests[0]?.body ?? '').MessageBody))).toEqual(NOTICE)
  })

  it.each([...NoticeKind.options, 'self-check', 'seal'] as const)('%s is a kind that the reader of the queue takes', (kind) => {
    expect(QueuedNotice.parse({ ...NOTICE, kind })).toMatchObject({ kind })
  })

  it('go to the person on call and to everybody, each whatever becomes of the other', async () => {
    const sent: string[] = []
    const to = (name: string, isDown = false): Notifier => ({
      async notify() {
        if (isDown) throw new Error(`${name} is down`)
        sent.push(name)
      },
    })
    await notifyBoth(to('pager'), to('topic')).notify(NOTICE)
    expect(sent.splice(0)).toEqual(['pager', 'topic'])
    await expect(notifyBoth(to('pager', true), to('topic')).notify(NOTICE)).rejects.toThrow('pager is down')
    await expect(notifyBoth(to('pager'), to('topic', true)).notify(NOTICE)).rejects.toThrow('topic is down')
    expect(sent).toEqual(['topic', 'pager'])
  })

  it('throw where the queue does not take them: the notice is still owed', async () => {
    const wire = await serve((): WireAnswer => json({ __type: 'com.amazonaws.sqs#QueueDoesNotExist', message: 'gone' }, 400))
    const clients = { sqs: sqsClient(wire.options), sns: snsClient(wire.options) }
    const notifier = noticesTo(
      { queueUrl: 'https://sqs.us-east-1.amazonaws.com/123456789012/x', topicArn: 'arn:x', stackName: 'Countersign' },
      clients,
    )
    await expect(notifier.notify(NOTICE)).rejects.toMatchObject({ name: 'QueueDoesNotExist' })
  })

  it('are handed to review without waiting for it, tried twice', async () => {
    let answers = 0
    const wire = await serve(() => {
      answers += 1
      return answers === 1 ? { status: 500 } : { status: 202 }
    })
    await lambdaReviewInvoker(shortTimeoutLambdaClient(wire.options), 'review').press({
      body: Buffer.from('payload=ü'),
      timestamp: '1',
      signature: 'v0=0',
    })
    expect(wire.requests).toHaveLength(2)
    expect(wire.requests[1]?.headers['x-amz-invocation-type']).toBe('Event')
    expect(JSON.parse(wire.requests[1]?.body ?? '')).toEqual({
      signed: { body: Buffer.from('payload=ü').toString('base64'), timestamp: '1', signature: 'v0=0' },
    })
  })
})
