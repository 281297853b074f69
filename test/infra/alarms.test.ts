import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Template } from 'aws-cdk-lib/assertions'
import { beforeAll, describe, expect, it } from 'vitest'
import { ALARM_TEXTS } from '../../infra/alarm-texts.ts'
import { WARNINGS } from '../../infra/warnings.ts'
import { AdvisorFallback } from '../../shared/domain/assessment.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { ALL_REPORTS } from '../reports.ts'
import { templateOf } from './template-of.ts'

const ROOT = join(import.meta.dirname, '..', '..')

interface AlarmProperties {
  readonly AlarmName: string
  readonly AlarmDescription: string
  readonly AlarmActions: readonly unknown[]
  readonly OKActions: readonly unknown[]
  readonly MetricName: string
  readonly Namespace: string
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: unknown }[]
  readonly Threshold: number
  readonly Period: number
  readonly EvaluationPeriods: number
  readonly TreatMissingData: string
  readonly ComparisonOperator: string
}

/** The stack with everything that can be switched on, and the one with nothing. */
let whole: Template
let plain: Template
beforeAll(() => {
  const policy = parsePolicy({ version: 2, rotation: { users: ['*:user/ci-*'] }, learning: { autoTighten: true } })
  whole = templateOf({
    settings: {
      slack: { secretName: 'countersign/slack', channel: 'C0123ABCD' },
      reports: ALL_REPORTS,
      logExposures: { logGroups: ['/ecs/shop'] },
    },
    policy,
  })
  plain = templateOf({ settings: {}, policy: parsePolicy({ version: 2 }) })
})

const alarmsOf = (template: Template) =>
  Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties as AlarmProperties)

/** The logical ids, or the names, that the alarms of a metric are about. */
function watched(template: Template, metric: string): string[] {
  return alarmsOf(template)
    .filter(({ MetricName }) => MetricName === metric)
    .map(({ Dimensions: [dimension] = [] }) => idIn(dimension?.Value))
    .sort()
}

function idIn(value: unknown): string {
  const { Ref, 'Fn::GetAtt': attribute } = value as { Ref?: string; 'Fn::GetAtt'?: [string] }
  return Ref ?? attribute?.[0] ?? String(value)
}

const idsOf = (template: Template, type: string) => Object.keys(template.findResources(type)).sort()

/** Calls of the log whose name is no literal, and the names that they may log. */
const COMPUTED: Readonly<Record<string, readonly string[]>> = {
  'refusal.event': [...textOf('shared/contain/refuse-unordered.ts').matchAll(/\bevent: '([^']+)'/g)].map(([, name = '']) => name),
  '`advisor.fallback.${answer.cause}`': AdvisorFallback.options
    .filter((cause) => cause !== 'absent')
    .map((cause) => `advisor.fallback.${cause}`),
}

function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** Every name that the code logs as a warning. */
function warnings(): string[] {
  const files = ['shared', 'functions'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name)),
  )
  const named = files.flatMap((file) => [...textOf(file).matchAll(/\blog\.warn\(\s*([^\s,)]+)/g)].map(([, name = '']) => name))
  return [...new Set(named.flatMap((name) => COMPUTED[name] ?? [/^'([^']+)'$/.exec(name)?.[1] ?? `not a literal: ${name}`]))].sort()
}

describe('the alarms', () => {
  it('have a name, and tell people when they stand and when they are over', () => {
    for (const template of [plain, whole]) {
      const alarms = alarmsOf(template)
      expect(new Set(alarms.map(({ AlarmName }) => AlarmName)).size).toBe(alarms.length)
      for (const { AlarmName, AlarmActions, OKActions } of alarms) {
        expect(AlarmName).toMatch(/^Countersign-[A-Z]/)
        expect(AlarmActions, AlarmName).toHaveLength(1)
        expect(OKActions, AlarmName).toEqual(AlarmActions)
      }
    }
  })

  it('say what happened, what it means and what to do first, within the 1,024 characters that CloudWatch keeps', () => {
    for (const { AlarmName, AlarmDescription } of alarmsOf(whole)) {
      expect(AlarmDescription, AlarmName).toMatch(/^.+\. .+\. First: .+\. Runbook: docs\/operations\.md#[a-z]+$/)
      expect(AlarmDescription.length, AlarmName).toBeLessThanOrEqual(1024)
    }
  })

  it('name a section of the operations guide that is there, with steps in it', () => {
    const guide = textOf('docs/operations.md')
    const sections = new Map(
      guide.split(/^#{2,4} /m).map((section) => [section.split('\n')[0]?.toLowerCase().replaceAll(' ', '-'), section]),
    )
    const anchors = new Set(alarmsOf(whole).map(({ AlarmDescription }) => AlarmDescription.split('#')[1]))
    expect([...anchors].sort()).toEqual(
      Object.keys(ALARM_TEXTS)
        .map((kind) => kind.toLowerCase())
        .sort(),
    )
    for (const anchor of anchors) expect(sections.get(anchor)?.length ?? 0, anchor).toBeGreaterThan(150)
  })

  it('watch the age of every queue that a function takes from, and every dead-letter queue for a message', () => {
    for (const template of [plain, whole]) {
      const queues = template.findResources('AWS::SQS::Queue')
      const isConsumed = (id: string) => queues[id]?.Properties.RedrivePolicy !== undefined
      const all = idsOf(template, 'AWS::SQS::Queue')
      expect(watched(template, 'ApproximateAgeOfOldestMessage')).toEqual(all.filter(isConsumed))
      expect(watched(template, 'ApproximateNumberOfMessagesVisible')).toEqual(all.filter((id) => !isConsumed(id)))
    }
  })

  it('watch every function for throttles, and for errors where these leave no dead letter that has an alarm', () => {
    for (const template of [plain, whole]) {
      const own = idsOf(template, 'AWS::Lambda::Function').filter((id) => id.includes('ResponderFunction'))
      expect(watched(template, 'Throttles')).toEqual(own)
      const kept = Object.values(template.findResources('AWS::Lambda::EventInvokeConfig'))
        .filter(({ Properties }) => Properties.DestinationConfig?.OnFailure !== undefined)
        .map(({ Properties }) => idIn(Properties.FunctionName))
      // CloudFormation itself says where the function failed that puts the policy there.
      const bare = own.filter((id) => !kept.includes(id) && !id.startsWith('Seed'))
      expect(watched(template, 'Errors')).toEqual(expect.arrayContaining(bare))
      expect(bare.some((id) => id.startsWith('Respond'))).toBe(true)
    }
  })

  it('count every warning of the code, or say why one needs no alarm', () => {
    expect(warnings()).toEqual(Object.keys(WARNINGS).sort())
    const counted = new Set(alarmsOf(whole).map(({ MetricName }) => MetricName))
    for (const [event, one] of Object.entries(WARNINGS)) {
      if ('alarm' in one) expect(counted, event).toContain(event)
      else expect(one.none.length, event).toBeGreaterThan(15)
    }
  })

  it('are none on what a stack without rotation, learning, Slack, reports and log groups cannot count', () => {
    const foreign = alarmsOf(plain).filter(({ MetricName }) => /^(rotate|learn|slack|webhook|fetch-alert|logs)\./.test(MetricName))
    expect(foreign).toEqual([])
  })

  it('stand where no event arrived for an hour, also where nothing runs at all', () => {
    expect(alarmsOf(plain).find(({ AlarmName }) => AlarmName === 'Countersign-Silent')).toMatchObject({
      Namespace: 'Countersign',
      MetricName: 'respond.heartbeats',
      Period: 300,
      EvaluationPeriods: 12,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    })
  })

  it('hear the heartbeat: a call that the sweep makes, by its own session alone, by the queue of all other events', () => {
    const [[, rule] = []] = Object.entries(plain.findResources('AWS::Events::Rule')).filter(([id]) => id.startsWith('Heartbeat'))
    const { EventPattern, State, Targets } = rule?.Properties ?? {}
    expect(State).toBe('ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS')
    expect(EventPattern).toMatchObject({ source: ['aws.cloudtrail'], detail: { eventName: ['DescribeTrails'] } })
    expect(JSON.stringify(EventPattern.detail.userIdentity)).toMatch(/SweepResponderRole.*Countersign-sweep/)
    expect(Targets.map(({ Arn }: { Arn: unknown }) => idIn(Arn))).toEqual([expect.stringMatching(/^QueuesBulk/)])
    // The sweep runs more often than the alarm looks, and is allowed the call.
    plain.hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression: 'rate(5 minutes)' })
  })
})
