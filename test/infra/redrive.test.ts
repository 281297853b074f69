import type { Template } from 'aws-cdk-lib/assertions'
import { beforeAll, describe, expect, it } from 'vitest'
import { type FailurePlace, failurePlaceOf } from '../../shared/aws/failure-queues.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { ALL_REPORTS } from '../reports.ts'
import { isDenied } from './queue-policy.ts'
import { templateOf } from './template-of.ts'

const OPERATOR = 'arn:aws:iam::123456789012:role/Operators'
const ADMIN = 'arn:aws:iam::123456789012:role/Admin'
const DEPLOYING = 'arn:aws:iam::123456789012:role/cdk-hnb659fds-cfn-exec-role-123456789012-us-east-1'

/** What moving messages out of a dead-letter queue takes, by https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html */
const ON_DEAD_LETTERS = [
  'StartMessageMoveTask',
  'CancelMessageMoveTask',
  'ListMessageMoveTasks',
  'ReceiveMessage',
  'DeleteMessage',
  'GetQueueAttributes',
]
const BY_COMMAND = 'ChangeMessageVisibility'

let template: Template
let plain: Template

beforeAll(() => {
  const policy = parsePolicy({ version: 2, rotation: { users: ['*:user/ci-*'] }, learning: { autoTighten: true } })
  const slack = { secretName: 'countersign/slack', channel: 'C0123ABCD' }
  template = templateOf({ settings: { slack, operatorRoleArn: OPERATOR, reports: ALL_REPORTS }, policy })
  plain = templateOf({ settings: {}, policy: parsePolicy({ version: 2 }) })
})

interface Properties {
  readonly RedrivePolicy?: { readonly deadLetterTargetArn: { readonly 'Fn::GetAtt': readonly [string, string] } }
  readonly RedriveAllowPolicy?: unknown
}

function queuesOf(of: Template): Map<string, Properties> {
  return new Map(Object.entries(of.findResources('AWS::SQS::Queue')).map(([id, { Properties = {} }]) => [id, Properties]))
}

/** The queues that something is fed into to be worked on, and their dead-letter queues. */
function pairs(): [fed: string, deadLetters: string][] {
  return [...queuesOf(template)].flatMap(([id, { RedrivePolicy }]) =>
    RedrivePolicy === undefined ? [] : [[id, RedrivePolicy.deadLetterTargetArn['Fn::GetAtt'][0]]],
  )
}

const deadLetters = (of = template) => [...queuesOf(of)].filter(([, { RedrivePolicy }]) => RedrivePolicy === undefined).map(([id]) => id)

/** What the policy of a queue allows, and to whom. */
function allowed(of: Template, id: string): { Action: string | string[]; Principal: unknown; Condition: unknown }[] {
  return Object.values(of.findResources('AWS::SQS::QueuePolicy'))
    .filter(({ Properties }) => Properties.Queues.some(({ Ref }: { Ref: string }) => Ref === id))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .filter(({ Effect, Principal }) => Effect === 'Allow' && Principal.Service === undefined)
}

describe('the policies of the queues', () => {
  it('allow the operators what a redrive takes, on the dead-letter queues and on the queues behind them, and nobody else anything of it', () => {
    expect(deadLetters().length).toBeGreaterThan(10)
    const condition = { ArnEquals: { 'aws:PrincipalArn': OPERATOR } }
    for (const id of deadLetters()) {
      const [statement, ...others] = allowed(template, id)
      expect(others, id).toEqual([])
      expect(statement?.Condition, id).toEqual(condition)
      expect([statement?.Action].flat().sort(), id).toEqual([...ON_DEAD_LETTERS, BY_COMMAND].map((action) => `sqs:${action}`).sort())
      // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_AddPermission.html
      expect([statement?.Action].flat().length).toBeLessThanOrEqual(7)
      for (const action of ['StartMessageMoveTask', 'CancelMessageMoveTask', 'ReceiveMessage', 'DeleteMessage', BY_COMMAND]) {
        expect(isDenied(template, id, `sqs:${action}`, { principal: OPERATOR }), `${id} ${action}`).toBe(false)
        for (const principal of [ADMIN, DEPLOYING])
          expect(isDenied(template, id, `sqs:${action}`, { principal }), `${id} ${action}`).toBe(true)
      }
    }
    expect(
      pairs()
        .map(([id]) => id.slice(0, -8))
        .sort(),
    ).toEqual([
      'ContainReverify',
      'NoticeQueue',
      'QueuesBackfill',
      'QueuesBootstrap',
      'QueuesBulk',
      'QueuesConfirmed',
      'QueuesHot',
      'QueuesTokens',
    ])
    for (const [fed] of pairs()) {
      expect(
        allowed(template, fed).map(({ Action, Condition }) => [Action, Condition]),
        fed,
      ).toEqual([[['sqs:GetQueueAttributes', 'sqs:SendMessage'], condition]])
      expect(isDenied(template, fed, 'sqs:SendMessage', { principal: OPERATOR }), fed).toBe(false)
      expect(isDenied(template, fed, 'sqs:SendMessage', { principal: ADMIN }), fed).toBe(true)
    }
  })

  it('allow nobody where no operators are named, and deny everybody', () => {
    for (const id of queuesOf(plain).keys()) {
      expect(allowed(plain, id), id).toEqual([])
      expect(isDenied(plain, id, 'sqs:ReceiveMessage', { principal: OPERATOR }), id).toBe(true)
    }
    for (const id of deadLetters(plain)) expect(isDenied(plain, id, 'sqs:StartMessageMoveTask', { principal: OPERATOR }), id).toBe(true)
  })

  it('let no queue of somebody else have its dead letters in one of the stack that no queue of the stack has them in, those of events least of all', () => {
    const behindQueues = new Set(pairs().map(([, id]) => id))
    const others = [...queuesOf(template)].filter(([id]) => !behindQueues.has(id))
    expect(others.map(([id]) => id)).toEqual(expect.arrayContaining(pairs().map(([fed]) => fed)))
    for (const [id, { RedriveAllowPolicy }] of others) expect(RedriveAllowPolicy, id).toEqual({ redrivePermission: 'denyAll' })
  })
})

describe('the outputs of the stack', () => {
  const placesOf = (of: Template): FailurePlace[] =>
    Object.entries(of.toJSON().Outputs as Record<string, { Value: unknown }>).flatMap(
      ([key, { Value }]) => failurePlaceOf(key, textOf(Value)) ?? [],
    )

  it('name every dead-letter queue, and where its messages are put back', () => {
    for (const of of [template, plain])
      expect(
        placesOf(of)
          .map(({ url }) => url)
          .sort(),
      ).toEqual(deadLetters(of).sort())
    const byName = new Map(placesOf(template).map((place) => [place.name, place]))
    expect([...byName.keys()].sort()).toEqual([
      'archive',
      'backfill',
      'bootstrap',
      'bulk',
      'confirmed',
      'contain',
      'fetchalert',
      'hot',
      'inventory',
      'learn',
      'notices',
      'reports',
      'reverify',
      'review',
      'rotate',
      'seal',
      'sweep',
      'tokens',
      'undelivered',
    ])
    const behind = new Map(pairs().map(([fed, dead]) => [dead, fed]))
    for (const { name, url, destination } of byName.values()) {
      if (destination.kind === 'queue')
        expect(destination, name).toEqual({ kind: 'queue', url: behind.get(url), arn: `${behind.get(url)}.Arn` })
      if (destination.kind === 'function') expect(destination.name).toMatch(new RegExp(`^${name}ResponderFunction`, 'i'))
      if (destination.kind === 'rules')
        expect(destination.queues.map(({ arn }) => arn.replace(/[0-9A-F]{8}\.Arn$/, ''))).toEqual([
          'QueuesConfirmed',
          'QueuesHot',
          'QueuesTokens',
          'QueuesBulk',
        ])
    }
  })
})

describe('what holds data', () => {
  /** Resources that keep what they were given. Topics and functions keep nothing. */
  const HOLDING = ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::SQS::Queue', 'AWS::Logs::LogGroup', 'AWS::SecretsManager::Secret']

  it('stays when the stack is deleted, and when a resource is replaced; what is on its way to a function that goes does not', () => {
    const feeds = new Set(pairs().map(([fed]) => fed))
    const all = Object.entries(
      template.toJSON().Resources as Record<string, { Type: string; DeletionPolicy?: string; UpdateReplacePolicy?: string }>,
    )
    const holding = all.filter(([id, { Type }]) => HOLDING.includes(Type) && !feeds.has(id))
    expect(new Set(holding.map(([, { Type }]) => Type))).toEqual(
      new Set(['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::SQS::Queue', 'AWS::Logs::LogGroup']),
    )
    expect(
      holding
        .filter(([, { DeletionPolicy, UpdateReplacePolicy }]) => DeletionPolicy !== 'Retain' || UpdateReplacePolicy !== 'Retain')
        .map(([id]) => id),
    ).toEqual([])
  })
})

/** A value of an output, with each reference as its logical id, and `.Arn` where it asks for that. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  const { Ref, 'Fn::GetAtt': att, 'Fn::Join': join } = value as { Ref?: string; 'Fn::GetAtt'?: string[]; 'Fn::Join'?: [string, unknown[]] }
  if (join !== undefined) return join[1].map(textOf).join(join[0])
  return Ref ?? att?.join('.') ?? JSON.stringify(value)
}
