import { describe, expect, it } from 'vitest'
import { memoryNotifier } from '../../shared/memory/notifier.ts'
import type { DeployedResource, Facts } from '../../shared/ports/deployment.ts'
import { expectedFacts } from '../../shared/review/expected-facts.ts'
import { selfCheck } from '../../shared/review/self-check.ts'
import { NOW } from '../embedded.ts'

const MINUTE = 60_000
const of = (type: string, name: string, properties: Facts = {}, deployedAt = 0): DeployedResource => ({
  type: `AWS::${type}`,
  name,
  properties,
  deployedAt,
})
const QUEUE_ARN = 'arn:aws:sqs:us-east-1:123456789012:hot'
const TOPIC = 'arn:aws:sns:us-east-1:123456789012:topic'
const factsOf = (resource: DeployedResource, others: DeployedResource[] = []) => expectedFacts(resource, [resource, ...others])

describe('what has to be true of the responder', () => {
  it.each<[string, DeployedResource, Facts]>([
    [
      'a rule, on unless it was deployed off',
      of('Events::Rule', 'rule', {
        EventPattern: { source: ['aws.iam'] },
        Targets: [
          { Id: 'a', Arn: QUEUE_ARN },
          { Id: 'b', Arn: TOPIC },
        ],
      }),
      { State: 'ENABLED', EventPattern: { source: ['aws.iam'] }, Targets: [QUEUE_ARN, TOPIC] },
    ],
    [
      'a rule that was deployed in another state, without targets',
      of('Events::Rule', 'rule', { State: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS', EventPattern: {} }),
      { State: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS', EventPattern: {}, Targets: [] },
    ],
    [
      'a mapping',
      of('Lambda::EventSourceMapping', 'm', { FunctionName: 'respond', EventSourceArn: QUEUE_ARN }),
      { State: 'Enabled', Function: 'respond', EventSourceArn: QUEUE_ARN },
    ],
    [
      'a mapping that was deployed off',
      of('Lambda::EventSourceMapping', 'm', { Enabled: false, FunctionName: 'respond', EventSourceArn: QUEUE_ARN }),
      { State: 'Disabled', Function: 'respond', EventSourceArn: QUEUE_ARN },
    ],
    [
      'an alarm',
      of('CloudWatch::Alarm', 'a', { AlarmActions: [TOPIC], MetricName: 'Errors', Threshold: 1 }),
      { ActionsEnabled: true, AlarmActions: [TOPIC], MetricName: 'Errors', Threshold: 1 },
    ],
    [
      'an alarm that was deployed silent',
      of('CloudWatch::Alarm', 'a', { ActionsEnabled: false, MetricName: 'Errors', Threshold: 1 }),
      { ActionsEnabled: false, AlarmActions: [], MetricName: 'Errors', Threshold: 1 },
    ],
    [
      'a schedule',
      of('Scheduler::Schedule', 's', { ScheduleExpression: 'rate(5 minutes)', Target: { Arn: 'arn:x' } }),
      { State: 'ENABLED', ScheduleExpression: 'rate(5 minutes)', Target: 'arn:x' },
    ],
    [
      'a schedule that was deployed off, with a target that cannot be read',
      of('Scheduler::Schedule', 's', { State: 'DISABLED', ScheduleExpression: 'rate(5 minutes)', Target: ['arn:x'] }),
      { State: 'DISABLED', ScheduleExpression: 'rate(5 minutes)', Target: undefined },
    ],
    [
      'the table',
      of('DynamoDB::Table', 't', {
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        TimeToLiveSpecification: { AttributeName: 'ttl' },
        ResourcePolicy: { PolicyDocument: {} },
      }),
      { DeletionProtection: true, PointInTimeRecovery: true, TimeToLive: 'ttl', HasResourcePolicy: true },
    ],
    [
      'a table without any of that',
      of('DynamoDB::Table', 't', { PointInTimeRecoverySpecification: null, TimeToLiveSpecification: 'ttl' }),
      { DeletionProtection: false, PointInTimeRecovery: false, TimeToLive: null, HasResourcePolicy: false },
    ],
  ])('%s', (_, resource, facts) => expect(factsOf(resource)).toEqual(facts))

  it('of a function: its own settings, and how many mappings and permissions are its own', () => {
    const others = [
      of('Lambda::EventSourceMapping', 'm1', { FunctionName: 'respond' }),
      of('Lambda::EventSourceMapping', 'm2', { FunctionName: 'respond' }),
      of('Lambda::EventSourceMapping', 'm3', { FunctionName: 'contain' }),
      of('Lambda::Permission', 'p1', { FunctionName: 'respond' }),
      of('Lambda::Permission', 'p2', { FunctionName: 'arn:aws:lambda:us-east-1:123456789012:function:respond' }),
      of('Lambda::Permission', 'p3', { FunctionName: 'arn:aws:lambda:us-east-1:123456789012:function:not-respond' }),
      of('Lambda::Permission', 'p4', { FunctionName: 'contain' }),
      of('Lambda::Permission', 'p5', { FunctionName: { Ref: 'respond' } }),
      of('Lambda::Url', 'u1', { FunctionName: 'respond' }),
    ]
    const properties = {
      Role: 'arn:aws:iam::123456789012:role/respond',
      Handler: 'index.handler',
      Environment: { Variables: { TABLE: 'table' } },
      ReservedConcurrentExecutions: 4,
    }
    expect(factsOf(of('Lambda::Function', 'respond', properties), others)).toEqual({
      Role: properties.Role,
      Handler: 'index.handler',
      Environment: { TABLE: 'table' },
      ReservedConcurrency: 4,
      IsChangedSince: false,
      Mappings: 2,
      Permissions: 2,
    })
    expect(factsOf(of('Lambda::Function', 'idle'), others)).toMatchObject({
      Environment: {},
      ReservedConcurrency: null,
      Mappings: 0,
      Permissions: 0,
    })
  })

  it('of a queue: what its own policies allow and deny, and where its dead letters go', () => {
    const statement = (Effect: string, Sid: string) => ({
      Effect,
      Sid,
      Action: 'sqs:SendMessage',
      Principal: '*',
      Condition: { Bool: { x: 'y' } },
    })
    const policyFor = (Queues: unknown, ...Statement: unknown[]) => of('SQS::QueuePolicy', 'p', { Queues, PolicyDocument: { Statement } })
    const others = [
      policyFor(['hot'], statement('Deny', 'OnlyItsSenders'), statement('Allow', 'Rules')),
      policyFor(['bulk', 'hot'], statement('Deny', 'Tls')),
      policyFor(['bulk'], statement('Allow', 'NotOfThisQueue')),
      policyFor('hot', statement('Allow', 'NoListOfQueues')),
      policyFor({ includes: 'hot' }, statement('Allow', 'NoListEither')),
      of('SNS::TopicPolicy', 't', { Queues: ['hot'], PolicyDocument: { Statement: [statement('Allow', 'OfAnotherType')] } }),
    ]
    const partsOf = (Sid: string) => ({ Sid, Action: 'sqs:SendMessage', Condition: { Bool: { x: 'y' } } })
    expect(factsOf(of('SQS::Queue', 'hot', { RedrivePolicy: { deadLetterTargetArn: QUEUE_ARN } }), others)).toEqual({
      Allowed: [partsOf('Rules')],
      Denied: [partsOf('OnlyItsSenders'), partsOf('Tls')],
      DeadLetters: QUEUE_ARN,
    })
    expect(factsOf(of('SQS::Queue', 'cold'), others)).toEqual({ Allowed: [], Denied: [], DeadLetters: null })
  })

  it('is nothing of a type that is not checked, whatever its name', () => {
    expect(factsOf(of('S3::Bucket', 'b'))).toBeUndefined()
    expect(factsOf(of('Events::Rules', 'b'))).toBeUndefined()
  })
})

/** A self-check over resources, of which `live` answers what there is of each by its name. */
function checking(resources: DeployedResource[], live: Record<string, Facts | undefined | Error>, isUnderWay = false) {
  const notifier = memoryNotifier()
  const warned: unknown[] = []
  let now = NOW
  const world = {
    notices: notifier.notices,
    warned,
    live,
    reading: 0,
    mostAtOnce: 0,
    setNow: (time: number) => {
      now = time
    },
    check: selfCheck({
      deployment: {
        deployed: async () => ({ resources, isUnderWay }),
        async live({ name }) {
          world.reading += 1
          world.mostAtOnce = Math.max(world.mostAtOnce, world.reading)
          await Promise.resolve()
          world.reading -= 1
          const facts = live[name]
          if (facts instanceof Error) throw facts
          return facts
        },
      },
      notifier,
      clock: { now: () => now },
      log: { info: () => {}, warn: (event: string, fields?: object) => void warned.push([event, fields]) },
    }),
  }
  return world
}

const SCHEDULE = of('Scheduler::Schedule', 'sweep', { ScheduleExpression: 'rate(5 minutes)', Target: { Arn: 'arn:x' } })
const SOUND = { State: 'ENABLED', ScheduleExpression: 'rate(5 minutes)', Target: 'arn:x' }

describe('the self-check', () => {
  it('finds nothing where all is as it was deployed, and tells nobody', async () => {
    const { check, notices, warned } = checking([SCHEDULE, of('S3::Bucket', 'not-checked')], { sweep: SOUND })
    expect(await check()).toEqual([])
    expect([notices, warned]).toEqual([[], []])
  })

  it('tells people of each fact that differs, of what is gone, and of what cannot be read', async () => {
    const other = (name: string) => ({ ...SCHEDULE, name })
    const resources = [SCHEDULE, other('gone'), other('unread')]
    const { check, notices, warned } = checking(resources, {
      sweep: { ...SOUND, State: 'DISABLED', Target: undefined },
      gone: undefined,
      unread: Object.assign(new Error('no'), { name: 'AccessDenied' }),
    })
    const lines = [
      'sweep State: "DISABLED", deployed as "ENABLED"',
      'sweep Target: null, deployed as "arn:x"',
      'gone is gone',
      'unread could not be read: AccessDenied',
    ]
    expect(await check()).toEqual(lines)
    expect(warned).toEqual(lines.map((line) => ['self-check.difference', { line }]))
    expect(notices).toEqual([
      {
        incidentId: 'none',
        kind: 'self-check',
        priority: 100,
        title: 'Self-check: 4 things to look at in the responder itself',
        body: expect.any(String),
      },
    ])
    const [first, ...rest] = (notices[0]?.body ?? '').split('\n')
    expect(first).toContain('not as they were deployed')
    expect(rest.slice(0, -1)).toEqual(lines)
    expect(rest.at(-1)).toContain('find who did in CloudTrail')
  })

  it('tells the same once, something else anew, and the same again after all was well', async () => {
    const { check, notices, live } = checking([SCHEDULE], { sweep: undefined })
    await check()
    await check()
    expect(notices.map(({ title }) => title)).toEqual(['Self-check: 1 thing to look at in the responder itself'])
    live.sweep = { ...SOUND, State: 'DISABLED' }
    await check()
    expect(notices).toHaveLength(2)
    live.sweep = SOUND
    await check()
    expect(notices).toHaveLength(2)
    live.sweep = { ...SOUND, State: 'DISABLED' }
    expect(await check()).toHaveLength(1)
    expect(notices).toHaveLength(3)
  })

  it('says what it could not read of the stack, or that the stack is being deployed, and compares nothing then', async () => {
    const { check } = checking([SCHEDULE], {}, true)
    expect(await check()).toEqual(['the stack is being deployed at this moment'])
    const deployment = {
      deployed: () => Promise.reject(Object.assign(new Error('no'), { name: 'Throttling' })),
      live: async () => undefined,
    }
    const ports = { deployment, notifier: memoryNotifier(), clock: { now: () => NOW }, log: { info: () => {}, warn: () => {} } }
    expect(await selfCheck(ports)()).toEqual(['what was deployed could not be read: Throttling'])
  })

  it('tells of a deployment for ten minutes after the newest resource of it', async () => {
    const resources = [{ ...SCHEDULE, deployedAt: NOW - 60 * MINUTE }, of('S3::Bucket', 'b', {}, NOW)]
    const { check, setNow } = checking(resources, { sweep: SOUND })
    setNow(NOW + 10 * MINUTE - 1)
    expect(await check()).toEqual([`the stack was deployed at ${new Date(NOW).toISOString()}`])
    setNow(NOW + 10 * MINUTE)
    expect(await check()).toEqual([])
  })

  it('does not mind the order of a list, nor a list of one for its item, nor members that say nothing, at any depth', async () => {
    const EventPattern = { detail: [{ b: ['x', 'y'], a: ['z'] }, { c: 1 }] }
    const rule = of('Events::Rule', 'rule', { EventPattern, Targets: [{ Arn: 'arn:a' }, { Arn: 'arn:b' }] })
    const same = {
      detail: [
        { c: 1, d: undefined },
        { a: 'z', b: ['y', 'x'] },
      ],
    }
    const facts = { State: 'ENABLED', EventPattern: same, Targets: ['arn:b', 'arn:a'] }
    const { check, live } = checking([rule], { rule: facts })
    expect(await check()).toEqual([])
    for (const different of [
      { detail: [{ c: 1 }, { a: 'z', b: ['y'] }] },
      { detail: [{ c: 1 }, { a: 'z', b: ['y', 'x', 'x'] }] },
      { detail: [{ c: '1' }, { a: 'z', b: ['y', 'x'] }] },
      { detail: [{ c: 1 }, { a: 'z', b: ['y', 'x'], d: null }] },
      { detail: [{ a: 'z', b: ['y', 'x'] }] },
      null,
    ]) {
      live.rule = { ...facts, EventPattern: different }
      expect(await check(), JSON.stringify(different)).toHaveLength(1)
    }
  })

  it('reads eight resources at a time, and all of them', async () => {
    const resources = Array.from({ length: 20 }, (_, n) => ({ ...SCHEDULE, name: `schedule-${n}` }))
    const world = checking(resources, {})
    expect(await world.check()).toEqual(resources.map(({ name }) => `${name} is gone`))
    expect(world.mostAtOnce).toBe(8)
  })

  it('puts thirty lines into a notice and into the log, and counts the rest', async () => {
    const namesOf = (count: number) => Array.from({ length: count }, (_, n) => ({ ...SCHEDULE, name: `schedule-${n}` }))
    const full = checking(namesOf(30), {})
    await full.check()
    expect(full.notices[0]?.body.split('\n')).toHaveLength(32)
    const over = checking(namesOf(33), {})
    await over.check()
    expect(over.notices[0]?.title).toContain('33 things')
    expect(over.notices[0]?.body.split('\n').slice(30, 32)).toEqual(['schedule-29 is gone', '… and 3 more'])
    expect(over.warned).toHaveLength(30)
  })
})
