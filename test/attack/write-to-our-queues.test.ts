import type { ChangeMessageVisibilityBatchCommand, SQSClient } from '@aws-sdk/client-sqs'
import type { Context, SQSRecord } from 'aws-lambda'
import { beforeAll, describe, expect, it } from 'vitest'
import { sqsBatch } from '../../functions/sqs-batch.ts'
import { sqsDeliveries } from '../../shared/aws/deliveries.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { embedded, exposed, KEY } from '../embedded.ts'
import { idOf, isDenied } from '../infra/queue-policy.ts'
import { templateOf } from '../infra/template-of.ts'

const ADMIN = 'arn:aws:iam::123456789012:role/Admin'
const OPERATOR = 'arn:aws:iam::123456789012:role/Operators'
const DEPLOYING = 'arn:aws:iam::123456789012:role/cdk-hnb659fds-cfn-exec-role-123456789012-us-east-1'
const HOT = 'arn:aws:sqs:us-east-1:123456789012:hot'
const BOOTSTRAP = 'arn:aws:sqs:us-east-1:123456789012:bootstrap'

let template: ReturnType<typeof templateOf>
let withoutOperator: ReturnType<typeof templateOf>

beforeAll(() => {
  const policy = parsePolicy({ version: 2, rotation: { users: ['*:user/ci-*'] }, learning: { autoTighten: true } })
  const slack = { secretName: 'countersign/slack', channel: 'C0123ABCD' }
  template = templateOf({ settings: { slack, operatorRoleArn: OPERATOR }, policy })
  withoutOperator = templateOf({ settings: {}, policy: parsePolicy({ version: 2 }) })
})

const queue = (prefix: string) => idOf(template, 'AWS::SQS::Queue', prefix)
const roleOf = (name: string) => `${idOf(template, 'AWS::IAM::Role', `${name}ResponderRole`)}.Arn`
const denied = (prefix: string, action: string, asker: Parameters<typeof isDenied>[3]) =>
  isDenied(template, queue(prefix), `sqs:${action}`, asker)

/** The handle that SQS gave for a message to the one that received it. */
const HANDLE = 'AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a'

/** SQS with one message handed out in each queue of the stack. It refuses every other handle, as the service does. */
const sqs = {
  async send({ input }: ChangeMessageVisibilityBatchCommand) {
    const isHandedOut = ({ ReceiptHandle }: { ReceiptHandle?: string | undefined }) => ReceiptHandle === HANDLE
    return { Successful: input.Entries?.filter(isHandedOut).map(({ Id }) => ({ Id })), Failed: [] }
  },
} as unknown as SQSClient

/** One message as respond gets it from a queue, and what became of the account. */
async function delivered(body: unknown, eventSourceARN: string, receiptHandle = HANDLE) {
  const { ports, respond, account } = await embedded()
  const asked: string[] = []
  const batch = sqsBatch({
    respond,
    bootstrap: async (accessKeyId) => void asked.push(accessKeyId),
    backfill: async (incidentId) => void asked.push(incidentId),
    queues: { events: new Set([HOT]), tasks: new Set([BOOTSTRAP]) },
    deliveries: sqsDeliveries(sqs, new Map([HOT, BOOTSTRAP].map((arn) => [arn, `https://sqs.example.com/${arn.split(':').pop()}`]))),
    pause: { random: () => 0.5 },
    log: ports.log,
  })
  const Records = [{ messageId: 'm', body: JSON.stringify(body), eventSourceARN, receiptHandle } as SQSRecord]
  const { batchItemFailures } = await batch({ Records }, { getRemainingTimeInMillis: () => 1000 } as Context)
  const [key] = await account.listAccessKeys('ci-build')
  return { key: key?.status, isGivenBack: batchItemFailures.length === 1, asked }
}

describe('an intruder who may send messages to any queue of the account wants a key of somebody else stopped', () => {
  it('by an exposure that the Health rule delivered, the key is stopped', async () => {
    expect(await delivered(exposed(), HOT)).toMatchObject({ key: 'Inactive', isGivenBack: false })
  })

  it('by the same exposure in the queue of tasks nothing is stopped, and the message ends where an alarm stands', async () => {
    expect(await delivered(exposed(), BOOTSTRAP)).toEqual({ key: 'Active', isGivenBack: true, asked: [] })
  })

  it('by the same exposure from a queue of their own, mapped to our function, nothing is stopped', async () => {
    expect(await delivered(exposed(), 'arn:aws:sqs:us-east-1:123456789012:theirs')).toEqual({ key: 'Active', isGivenBack: true, asked: [] })
  })

  it('by a task in the queue of tasks the past of a key is looked up, by the same task among events it is not', async () => {
    expect(await delivered({ bootstrap: KEY }, BOOTSTRAP)).toMatchObject({ isGivenBack: false, asked: [KEY] })
    expect(await delivered({ bootstrap: KEY }, HOT)).toMatchObject({ isGivenBack: true, asked: [] })
  })

  it('by invoking the function with the batch of a queue, made up to the letter, nothing is stopped and no task is run', async () => {
    expect(await delivered(exposed(), HOT, 'AQEBmadeUpByTheIntruder')).toEqual({ key: 'Active', isGivenBack: true, asked: [] })
    expect(await delivered({ bootstrap: KEY }, BOOTSTRAP, '')).toEqual({ key: 'Active', isGivenBack: true, asked: [] })
  })

  it.each([
    ['QueuesBootstrap', ['Respond'], ['Contain', 'Review', 'Rotate', 'Sweep']],
    ['QueuesBackfill', ['Respond', 'Sweep'], ['Contain', 'Review', 'Rotate']],
    ['ContainReverify', ['Contain'], ['Respond', 'Sweep', 'Review']],
    ['NoticeQueue', ['Respond', 'Contain', 'Sweep', 'Review', 'Rotate', 'Seal'], ['Learn', 'Slack']],
  ])('%s takes messages of the functions that have something to say there, and of no administrator', (prefix, senders, others) => {
    expect(denied(prefix, 'SendMessage', { principal: ADMIN })).toBe(true)
    for (const name of senders) expect(denied(prefix, 'SendMessage', { principal: roleOf(name) }), name).toBe(false)
    for (const name of others) expect(denied(prefix, 'SendMessage', { principal: roleOf(name) }), name).toBe(true)
  })

  it.each(['QueuesConfirmed', 'QueuesHot', 'QueuesTokens', 'QueuesBulk', 'RulesUndelivered'])(
    '%s takes events of the rules of the stack, and of no rule that an intruder made beside them',
    (prefix) => {
      const rules = Object.keys(template.findResources('AWS::Events::Rule')).map((id) => `${id}.Arn`)
      expect(rules.filter((source) => !denied(prefix, 'SendMessage', { source })).length).toBeGreaterThan(0)
      expect(denied(prefix, 'SendMessage', { source: 'arn:aws:events:us-east-1:123456789012:rule/theirs' })).toBe(true)
      expect(denied(prefix, 'SendMessage', { principal: ADMIN })).toBe(true)
      expect(denied(prefix, 'SendMessage', { principal: roleOf('Respond') })).toBe(true)
    },
  )
})

describe('an intruder wants messages gone before they are worked on', () => {
  const CONSUMERS = [
    ['QueuesConfirmed', 'Respond'],
    ['QueuesHot', 'Respond'],
    ['QueuesTokens', 'Respond'],
    ['QueuesBulk', 'Respond'],
    ['QueuesBootstrap', 'Respond'],
    ['QueuesBackfill', 'Respond'],
    ['ContainReverify', 'Contain'],
    ['NoticeQueue', 'Review'],
  ] as const

  it.each(CONSUMERS)('%s gives its messages to %s and to nobody else', (prefix, consumer) => {
    for (const action of ['ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility']) {
      expect(denied(prefix, action, { principal: roleOf(consumer) }), action).toBe(false)
      expect(denied(prefix, action, { principal: ADMIN }), action).toBe(true)
      expect(denied(prefix, action, { principal: roleOf('Seal') }), action).toBe(true)
    }
  })

  it('no queue may be emptied, opened or deleted but by a deployment, dead letters no less', () => {
    for (const id of Object.keys(template.findResources('AWS::SQS::Queue')))
      for (const action of ['PurgeQueue', 'SetQueueAttributes', 'AddPermission', 'DeleteQueue']) {
        expect(isDenied(template, id, `sqs:${action}`, { principal: ADMIN }), `${id} ${action}`).toBe(true)
        expect(isDenied(template, id, `sqs:${action}`, { principal: DEPLOYING }), `${id} ${action}`).toBe(false)
      }
  })

  it('the operators whom the deployment names send dead letters on again; without such a role nobody does', () => {
    for (const [from, to] of [
      ['QueuesHotDeadLetters', 'QueuesHot'],
      ['ContainReverifyFailures', 'ContainReverify'],
    ] as const) {
      for (const action of ['ReceiveMessage', 'DeleteMessage']) expect(denied(from, action, { principal: OPERATOR }), action).toBe(false)
      expect(denied(to, 'SendMessage', { principal: OPERATOR })).toBe(false)
    }
    const lonely = idOf(withoutOperator, 'AWS::SQS::Queue', 'QueuesHotDeadLetters')
    expect(isDenied(withoutOperator, lonely, 'sqs:ReceiveMessage', { principal: OPERATOR })).toBe(true)
    // SQS itself moves messages there, and Lambda with the role of the function.
    expect(isDenied(withoutOperator, lonely, 'sqs:SendMessage', {})).toBe(false)
    expect(denied('SweepSweepFailures', 'SendMessage', { principal: roleOf('Sweep') })).toBe(false)
  })
})
