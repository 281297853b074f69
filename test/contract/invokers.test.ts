import { createHash } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { lambdaClient, snsClient, sqsClient } from '../../shared/aws/clients.ts'
import { lambdaContainInvoker, lambdaRotateInvoker, sqsBackfillQueue, sqsBootstrapQueue } from '../../shared/aws/invokers.ts'
import { snsNotifier } from '../../shared/aws/notifier.ts'
import { memoryBackfillQueue, memoryBootstrapQueue, memoryContainInvoker, memoryRotateInvoker } from '../../shared/memory/invokers.ts'
import { memoryNotifier } from '../../shared/memory/notifier.ts'
import type { Notice } from '../../shared/ports/notices.ts'
import { json, type Loopback, loopback, PUBLISHED, type WireAnswer, type WireRequest } from './loopback.ts'

const TOPIC = 'arn:aws:sns:us-east-1:123456789012:notices'
const QUEUE = 'https://sqs.us-east-1.amazonaws.com/123456789012/bootstrap'
const NOTICE: Notice = {
  incidentId: 'inc-1',
  kind: 'contained',
  priority: 57,
  title: 'Contained ci-deploy: risk 95, please release or confirm it',
  body: 'Incident inc-1\nWho: arn:aws:iam::123456789012:user/ci-deploy',
}

const wires: Loopback[] = []
afterEach(async () => {
  await Promise.all(wires.splice(0).map((wire) => wire.close()))
})

async function serve(...answers: WireAnswer[]): Promise<Loopback> {
  const last = answers.at(-1) as WireAnswer
  const wire = await loopback(() => answers.shift() ?? last)
  wires.push(wire)
  return wire
}

const broken: WireAnswer = { status: 500, body: '' }

/** Each way to hand an incident on: how to make it, and what was handed on. */
const CONTAIN_INVOKERS = [
  {
    name: 'in memory',
    async make() {
      const handed: string[] = []
      const subject = memoryContainInvoker(async (id) => handed.push(id))
      return { subject, handedOn: async () => subject.settled().then(() => handed) }
    },
  },
  {
    name: 'by Lambda',
    async make() {
      const wire = await serve({ status: 202 })
      const subject = lambdaContainInvoker(lambdaClient(wire.options), 'contain')
      return { subject, handedOn: async () => wire.requests.map(({ body }) => JSON.parse(body).incidentId) }
    },
  },
]

describe.each(CONTAIN_INVOKERS)('the invoker of contain $name', ({ make }) => {
  it('hands on the id, once for each call', async () => {
    const { subject, handedOn } = await make()
    await subject.contain('inc-1')
    await subject.contain('inc-2')
    expect(await handedOn()).toEqual(['inc-1', 'inc-2'])
  })
})

describe('the invoker of contain by Lambda', () => {
  it('sends the id and nothing else, and does not wait for the outcome', async () => {
    const wire = await serve({ status: 202 })
    await lambdaContainInvoker(lambdaClient(wire.options), 'contain').contain('inc-1')
    const { path, headers, body } = wire.requests[0] as WireRequest
    expect(path).toContain('/functions/contain/invocations')
    expect(headers['x-amz-invocation-type']).toBe('Event')
    expect(JSON.parse(body)).toEqual({ incidentId: 'inc-1' })
  })

  it('tries again where Lambda fails', async () => {
    const wire = await serve(broken, { status: 202 })
    await lambdaContainInvoker(lambdaClient(wire.options), 'contain').contain('inc-1')
    expect(wire.requests).toHaveLength(2)
  })

  it('throws where the call is not taken, so that the event is delivered again', async () => {
    const refused = { status: 404, headers: { 'x-amzn-errortype': 'ResourceNotFoundException' }, body: '{"Message":"no function"}' }
    const wire = await serve(refused)
    const subject = lambdaContainInvoker(lambdaClient(wire.options), 'contain')
    await expect(subject.contain('inc-1')).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })
})

describe('the invoker of contain in memory', () => {
  it('does not make its caller wait, nor fail with it', async () => {
    let isOpen = (): void => {}
    const subject = memoryContainInvoker(async () => {
      await new Promise<void>((resolve) => {
        isOpen = resolve
      })
      throw new Error('contain failed')
    })
    await subject.contain('inc-1')
    const settled = subject.settled()
    await Promise.resolve()
    isOpen()
    await expect(settled).rejects.toThrow('contain failed')
  })
})

describe.each([
  {
    name: 'in memory',
    async make() {
      const subject = memoryBootstrapQueue()
      return { subject, asked: () => subject.asked }
    },
  },
  {
    name: 'by SQS',
    async make() {
      const wire = await loopback(({ body }) => json({ MessageId: '1', MD5OfMessageBody: md5Of(JSON.parse(body).MessageBody) }))
      wires.push(wire)
      const subject = sqsBootstrapQueue(sqsClient(wire.options), QUEUE)
      const messageOf = ({ body }: WireRequest) => JSON.parse(JSON.parse(body).MessageBody).bootstrap
      return { subject, asked: () => wire.requests.map(messageOf) }
    },
  },
])('the bootstrap queue $name', ({ make }) => {
  it('asks for the past of a key', async () => {
    const { subject, asked } = await make()
    await subject.bootstrap('AKIAIOSFODNN7EXAMPLE', 'arn:aws:iam::123456789012:user/ci')
    expect(asked()).toEqual(['AKIAIOSFODNN7EXAMPLE'])
  })
})

describe('the bootstrap queue by SQS', () => {
  it('asks nobody where there is no queue', async () => {
    const wire = await serve(broken)
    await sqsBootstrapQueue(sqsClient(wire.options), undefined).bootstrap('AKIAIOSFODNN7EXAMPLE', 'arn:aws:iam::123456789012:user/ci')
    expect(wire.requests).toEqual([])
  })

  it('throws where the queue does not take it', async () => {
    const gone = json({ __type: 'com.amazonaws.sqs#QueueDoesNotExist', message: 'gone' }, 400)
    const subject = sqsBootstrapQueue(sqsClient((await serve(gone)).options), QUEUE)
    await expect(subject.bootstrap('AKIAIOSFODNN7EXAMPLE', 'arn:aws:iam::123456789012:user/ci')).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
    })
  })
})

describe.each([
  {
    name: 'in memory',
    async make() {
      const notifier = memoryNotifier()
      return { notifier, told: () => notifier.notices.map(({ title, body }) => ({ title, body })) }
    },
  },
  {
    name: 'by SNS',
    async make() {
      const wire = await serve(PUBLISHED)
      return { notifier: snsNotifier(snsClient(wire.options), TOPIC), told: () => wire.requests.map(messageIn) }
    },
  },
])('the notifier $name', ({ make }) => {
  it('tells the title and the body', async () => {
    const { notifier, told } = await make()
    await notifier.notify(NOTICE)
    expect(told()).toEqual([{ title: NOTICE.title, body: NOTICE.body }])
  })
})

describe('the notifier by SNS', () => {
  it.each([
    ['longer than SNS takes', 'x'.repeat(300), 'x'.repeat(99)],
    ['not ASCII', 'Contained café\n→ now', 'Contained caf??? now'],
    ['led by a space', '  Contained', 'Contained'],
  ])('makes a subject of a title that is %s', async (_, title, subject) => {
    const wire = await serve(PUBLISHED)
    await snsNotifier(snsClient(wire.options), TOPIC).notify({ ...NOTICE, title })
    expect(messageIn(wire.requests[0] as WireRequest).title).toBe(subject)
  })

  it('throws where nobody could be told', async () => {
    const denied = {
      status: 403,
      headers: { 'content-type': 'text/xml' },
      body: '<ErrorResponse><Error><Type>Sender</Type><Code>AuthorizationError</Code><Message>no</Message></Error></ErrorResponse>',
    }
    const notifier = snsNotifier(snsClient((await serve(denied)).options), TOPIC)
    await expect(notifier.notify(NOTICE)).rejects.toMatchObject({ name: 'AuthorizationErrorException' })
  })
})

/** SQS answers with it, and the SDK checks it. */
function md5Of(text: string): string {
  return createHash('md5').update(text).digest('hex')
}

function messageIn({ body }: WireRequest): { title: string | null; body: string | null } {
  const words = new URLSearchParams(body)
  return { title: words.get('Subject'), body: words.get('Message') }
}

/** Invokers and queues that carry an incident's id, and nothing else. */
const ID_CARRIERS = [
  {
    name: 'to rotate, in memory',
    async make() {
      const subject = memoryRotateInvoker()
      return { hand: subject.rotate, handed: () => subject.asked.map((incidentId) => ({ incidentId })) }
    },
  },
  {
    name: 'to rotate, by Lambda',
    async make() {
      const wire = await serve({ status: 202 })
      const subject = lambdaRotateInvoker(lambdaClient(wire.options), 'rotate')
      return { hand: subject.rotate, handed: () => wire.requests.map(({ body }) => JSON.parse(body)) }
    },
  },
  {
    name: 'to trace, in memory',
    async make() {
      const subject = memoryBackfillQueue()
      return { hand: subject.backfill, handed: () => subject.asked.map((trace) => ({ trace })) }
    },
  },
  {
    name: 'to trace, by SQS',
    async make() {
      const wire = await loopback(({ body }) => {
        const MD5OfMessageBody = createHash('md5').update(JSON.parse(body).MessageBody).digest('hex')
        return json({ MessageId: '1', MD5OfMessageBody })
      })
      wires.push(wire)
      const subject = sqsBackfillQueue(sqsClient(wire.options), QUEUE)
      return { hand: subject.backfill, handed: () => wire.requests.map(({ body }) => JSON.parse(JSON.parse(body).MessageBody)) }
    },
  },
]

describe.each(ID_CARRIERS)('the carrier $name', ({ name, make }) => {
  it('hands on the id and nothing else, once for each call', async () => {
    const { hand, handed } = await make()
    await hand('inc-000000000001')
    await hand('inc-000000000002')
    const key = name.startsWith('to trace') ? 'trace' : 'incidentId'
    expect(handed()).toEqual([{ [key]: 'inc-000000000001' }, { [key]: 'inc-000000000002' }])
  })
})
