import { describe, expect, it } from 'vitest'
import { memoryChangeRecord } from '../../shared/memory/change-record.ts'
import type { FailedMessage } from '../../shared/ports/failures.ts'
import { REDRIVE_SUBJECT } from '../../shared/record/redrives.ts'
import { redrive } from '../../shared/review/redrive.ts'
import { restore, setAside } from '../../shared/review/set-aside.ts'
import { arnOf, call, NOW } from '../embedded.ts'
import { enveloped, failureQueue, memorySetAside, queueCalled } from '../failure-queue.ts'

const by = arnOf('lead')
const reason = 'the table was full'

const event = (id: string) => JSON.stringify(enveloped(call('iam:CreateUser', { id })))

function world() {
  const ports = { record: memoryChangeRecord(), setAside: memorySetAside(), clock: { now: () => NOW } }
  const entries = async () => (await ports.record.list(REDRIVE_SUBJECT)).map(({ actor, target, to, why }) => ({ actor, target, to, why }))
  return { ports, entries, aside: ports.setAside.all }
}

/** What Lambda writes of an invocation that failed three times. */
const invocation = (requestId: string, requestPayload: unknown) =>
  JSON.stringify({
    version: '1.0',
    requestContext: {
      requestId,
      functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:Countersign-contain:$LATEST',
      condition: 'RetriesExhausted',
    },
    requestPayload,
    responsePayload: { errorType: 'ThrottlingException', errorMessage: 'Rate exceeded' },
  })
const containing = { kind: 'function', name: 'Countersign-contain' } as const

describe('a redrive of a dead-letter queue', () => {
  it('puts every message back, the oldest first, and writes down who did it and which they were', async () => {
    const { ports, entries } = world()
    const { queue, held, sent } = failureQueue('hot', [
      { id: 'late', body: event('late'), sentAt: 3 },
      { id: 'first', body: event('first'), sentAt: 1, movedFrom: 'arn:aws:sqs:us-east-1:123456789012:hot' },
    ])
    expect(await redrive(queue, { by, reason }, ports)).toEqual({ putBack: 2, merged: 0, setAside: [], left: 0 })
    expect(sent.map(({ body }) => body)).toEqual([event('first'), event('late')])
    expect(held.size).toBe(0)
    const moved = [
      { message: 'first', sent: 'sent-hot-1' },
      { message: 'late', sent: 'sent-hot-2' },
    ]
    expect(await entries()).toEqual([
      { actor: by, target: 'queue:hot', to: { begins: { waiting: 2 } }, why: reason },
      { actor: by, target: 'queue:hot', to: { moved }, why: reason },
    ])
  })

  it('puts a report that was not delivered into the queue of its rule, and has an alert of GitHub asked for again', async () => {
    const confirmed = {
      url: 'https://sqs.us-east-1.amazonaws.com/123456789012/confirmed',
      arn: 'arn:aws:sqs:us-east-1:123456789012:confirmed',
    }
    const report = JSON.stringify({
      ...enveloped(call('iam:CreateUser', { id: 'r' })),
      source: 'countersign.reports',
      detail: { version: 1 },
    })
    const undelivered = failureQueue('reports', [{ id: 'r', body: report, sentAt: 1, attributes: { TARGET_ARN: confirmed.arn } }], {
      kind: 'rules',
      queues: [confirmed],
    })
    expect(await redrive(undelivered.queue, { by, reason }, world().ports)).toMatchObject({ putBack: 1, setAside: [] })
    expect(undelivered.sent).toEqual([expect.objectContaining({ body: report, to: confirmed.arn })])
    const alert = { repository: 'acme/api', number: 42, isPublic: false }
    const failed = failureQueue('fetchalert', [{ id: 'a', body: invocation('a', alert), sentAt: 1 }], {
      kind: 'function',
      name: 'Countersign-fetch-alert',
    })
    expect(await redrive(failed.queue, { by, reason }, world().ports)).toMatchObject({ putBack: 1 })
    expect(failed.sent.map(({ body }) => JSON.parse(body))).toEqual([alert])
  })

  it('moves more than one window of messages', async () => {
    const { ports } = world()
    const messages = Array.from({ length: 250 }, (_, at) => ({ id: `m${at}`, body: event(`e${at}`), sentAt: at }))
    const { queue, held, sent } = failureQueue('bulk', messages)
    expect(await redrive(queue, { by, reason }, ports)).toMatchObject({ putBack: 250 })
    expect([held.size, new Set(sent.map(({ body }) => body)).size]).toEqual([0, 250])
  })

  it('puts no more back than it is told to, and needs a reason', async () => {
    const { ports } = world()
    const { queue, held } = failureQueue('hot', [{ body: event('a') }, { body: event('b') }, { body: event('c') }])
    expect(await redrive(queue, { by, reason, limit: 2 }, ports)).toMatchObject({ putBack: 2 })
    expect(held.size).toBe(1)
    await expect(redrive(queue, { by, reason: ' ' }, ports)).rejects.toMatchObject({ code: 'usage' })
  })

  it('sets aside what cannot be read, and what comes from a queue of somebody else, and sends neither', async () => {
    const { ports, aside, entries } = world()
    const theirs = 'arn:aws:sqs:us-east-1:123456789012:theirs'
    const { queue, held, sent } = failureQueue('hot', [
      { id: 'broken', body: '{"source":' },
      { id: 'task', body: '{"bootstrap":"AKIAIOSFODNN7EXAMPLE"}' },
      { id: 'forged', body: event('forged'), movedFrom: theirs },
    ])
    const { putBack, setAside: all } = await redrive(queue, { by, reason }, ports)
    expect([putBack, all.map(({ id }) => id).sort(), held.size, sent]).toEqual([0, ['broken', 'forged', 'task'], 0, []])
    expect(aside.get('broken')).toMatchObject({ queue: 'hot', body: '{"source":', by, why: 'it cannot be read: not JSON' })
    expect(aside.get('task')?.why).toBe('it cannot be read: no event of EventBridge')
    expect(aside.get('forged')?.why).toBe('it comes from a queue that is none of this stack')
    expect((await entries()).at(-1)?.to).toEqual({ moved: expect.arrayContaining([{ message: 'broken' }]) })
  })

  it('sets a message aside that came back a second time, whole', async () => {
    const { ports, aside } = world()
    const { queue, sent, fail, held } = failureQueue('hot', [{ id: 'poison', body: event('x') }])
    for (const times of [1, 2]) {
      expect(await redrive(queue, { by, reason }, ports)).toMatchObject({ putBack: 1, setAside: [] })
      fail(`sent-hot-${times}`, event('x'))
    }
    expect(await redrive(queue, { by, reason }, ports)).toMatchObject({
      putBack: 0,
      setAside: [{ id: 'sent-hot-2', why: 'it came back 2 times' }],
    })
    expect([sent.length, held.size, aside.get('sent-hot-2')?.body]).toEqual([2, 0, event('x')])
  })

  it('leaves what comes back while it runs', async () => {
    const { ports } = world()
    const made = failureQueue('hot', [{ id: 'poison', body: event('x') }])
    const queue = {
      ...made.queue,
      async send(body: string) {
        const id = await made.queue.send(body)
        made.fail(id, body)
        return id
      },
    }
    expect(await redrive(queue, { by, reason }, ports)).toMatchObject({ putBack: 1, left: 1 })
    expect([made.sent.length, made.held.size, made.hidden.has('sent-hot-1')]).toEqual([1, 1, false])
  })

  it('loses nothing where a message is not taken: what went is written down, the others are shown again', async () => {
    const { ports, entries } = world()
    const made = failureQueue('hot', [
      { id: 'a', body: event('a'), sentAt: 1 },
      { id: 'b', body: event('b'), sentAt: 2 },
      { id: 'c', body: event('c'), sentAt: 3 },
    ])
    const send = async (body: string) => {
      if (body === event('b')) throw Object.assign(new Error('not now'), { name: 'RequestThrottled' })
      return made.queue.send(body)
    }
    const failed = redrive({ ...made.queue, send }, { by, reason }, ports)
    await expect(failed).rejects.toMatchObject({ code: 'redrive.incomplete', message: expect.stringContaining('hot: 1 put back') })
    expect([[...made.held.keys()], [...made.hidden].filter((id) => made.held.has(id))]).toEqual([['b', 'c'], []])
    expect((await entries()).at(-1)?.to).toEqual({ moved: [{ message: 'a', sent: 'sent-hot-1' }] })
  })

  it('deletes nothing that it could not write down', async () => {
    const { ports } = world()
    const made = failureQueue('hot', [{ id: 'a', body: event('a') }])
    let appends = 0
    const record = {
      ...ports.record,
      append: async (...words: Parameters<typeof ports.record.append>) => {
        if (++appends > 1) throw new Error('the table is away')
        return ports.record.append(...words)
      },
    }
    await expect(redrive(made.queue, { by, reason }, { ...ports, record })).rejects.toThrow('the table is away')
    expect([...made.held.keys()]).toEqual(['a'])
  })

  it('sends an event that was not delivered to the queue of its rule, and to no other', async () => {
    const { ports, aside } = world()
    const [hot, bulk] = [queueCalled('hot'), queueCalled('bulk')]
    const undelivered = (id: string, TARGET_ARN: string) => ({
      id,
      body: event(id),
      attributes: { TARGET_ARN, ERROR_CODE: 'NO_PERMISSIONS' },
    })
    const { queue, sent } = failureQueue('undelivered', [undelivered('a', bulk.arn), undelivered('b', `${bulk.arn}-of-theirs`)], {
      kind: 'rules',
      queues: [hot, bulk],
    })
    await redrive(queue, { by, reason }, ports)
    expect(sent).toEqual([{ id: 'sent-undelivered-1', body: event('a'), to: bulk.arn }])
    expect([...aside.keys()]).toEqual(['b'])
  })

  it('invokes a function again with what it was invoked with, once for the same, and knows an invocation that failed again', async () => {
    const { ports, aside } = world()
    const asked = { incidentId: 'inc-0123456789ab' }
    const { queue, sent, fail, held } = failureQueue(
      'contain',
      [
        { id: 'm1', body: invocation('r1', asked) },
        { id: 'm2', body: invocation('r2', asked) },
      ],
      containing,
    )
    expect(await redrive(queue, { by, reason }, ports)).toMatchObject({ putBack: 1, merged: 1 })
    expect([sent, held.size]).toEqual([[{ id: 'sent-contain-1', body: JSON.stringify(asked), to: undefined }], 0])
    fail('m3', invocation('sent-contain-1', asked))
    await redrive(queue, { by, reason }, ports)
    fail('m4', invocation('sent-contain-2', asked))
    expect(await redrive(queue, { by, reason }, ports)).toMatchObject({ putBack: 0, setAside: [{ id: 'm4', why: 'it came back 2 times' }] })
    expect(aside.get('m4')?.queue).toBe('contain')
  })

  it('invokes contain with an incident id and nothing else', async () => {
    const { ports } = world()
    const { queue, sent } = failureQueue(
      'contain',
      [{ body: invocation('r', { incidentId: 'inc-0123456789ab', text: 'of somebody' }) }],
      containing,
    )
    expect(await redrive(queue, { by, reason }, ports)).toMatchObject({ setAside: [{ why: 'it cannot be read: no incident id' }] })
    expect(sent).toEqual([])
  })

  it('does not press a button of Slack again', async () => {
    const { ports } = world()
    const { queue, held } = failureQueue('review', [{ body: invocation('r', { signed: {} }) }], {
      kind: 'function',
      name: 'Countersign-review',
    })
    await expect(redrive(queue, { by, reason }, ports)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('press the button again'),
    })
    expect(held.size).toBe(1)
  })
})

describe('a message that a person sets aside', () => {
  it('leaves its queue, is kept whole, and goes back when somebody says so', async () => {
    const { ports, aside, entries } = world()
    const messages: Partial<FailedMessage>[] = Array.from({ length: 25 }, (_, at) => ({ id: `m${at}`, body: event(`e${at}`), sentAt: at }))
    const { queue, held, hidden, sent } = failureQueue('hot', messages)
    await setAside(queue, { id: 'm3', by, reason: 'it is under investigation' }, ports)
    expect([held.size, held.has('m3'), [...hidden].filter((id) => held.has(id)), aside.get('m3')]).toEqual([
      24,
      false,
      [],
      { id: 'm3', queue: 'hot', body: event('e3'), sentAt: 3, setAsideAt: NOW, by, why: 'it is under investigation' },
    ])
    await restore([queue], { id: 'm3', by, reason }, ports)
    expect([sent.map(({ body }) => body), aside.size]).toEqual([[event('e3')], 0])
    expect((await entries()).map(({ to }) => to)).toEqual([
      { moved: [{ message: 'm3' }] },
      { moved: [{ message: 'm3', sent: 'sent-hot-1' }] },
    ])
  })

  it('is not put back where its consumer could not read it', async () => {
    const { ports, aside } = world()
    const { queue, sent } = failureQueue('hot', [{ id: 'broken', body: 'x' }])
    await redrive(queue, { by, reason }, ports)
    await expect(restore([queue], { id: 'broken', by, reason }, ports)).rejects.toMatchObject({ code: 'usage' })
    expect([sent, aside.size]).toEqual([[], 1])
  })

  it('is unknown where the queue or the table has none of that id', async () => {
    const { ports } = world()
    const { queue, hidden } = failureQueue('hot', [{ id: 'a', body: event('a') }])
    await expect(setAside(queue, { id: 'b', by, reason }, ports)).rejects.toMatchObject({ code: 'message.unknown' })
    expect(hidden.size).toBe(0)
    await expect(restore([queue], { id: 'b', by, reason }, ports)).rejects.toMatchObject({ code: 'message.unknown' })
  })
})
