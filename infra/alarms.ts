import { Duration, Stack } from 'aws-cdk-lib'
import { Alarm, type AlarmProps, ComparisonOperator, type IMetric, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Topic } from 'aws-cdk-lib/aws-sns'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { HEARTBEAT_MS, LATE_SECONDS, SEALED_HOURS, SILENT_MS } from '../shared/domain/expected-times.ts'
import { OWN_METRIC as METRIC } from '../shared/domain/own-metric.ts'
import { type AlarmKind, describeAlarm } from './alarm-texts.ts'
import { WARNINGS } from './warnings.ts'

type ConsumedQueue = keyof typeof LATE_SECONDS

/** Without a heartbeat for so many of its periods in a row the stack is silent. Other events may come from other accounts and regions, or again and again from a queue. */
const SILENT_PERIODS = SILENT_MS / HEARTBEAT_MS

const DAY_MINUTES = 1_440

/** What the functions count. */
export const OWN_METRIC = { namespace: METRIC.namespace, dimensionsMap: { service: METRIC.service }, statistic: 'Sum' } as const

/** The warnings of a function that a stack may lack, by how they begin. */
const OPTIONAL = ['rotate', 'learn', 'slack', 'archive', 'webhook', 'fetch-alert', 'logs'] as const

/** How often a kind of warning has to be counted before its alarm stands; once in a quarter of an hour where nothing is said. */
const PATIENCE: Readonly<Partial<Record<AlarmKind, Pick<AlarmProps, 'threshold' | 'evaluationPeriods'> & { readonly minutes?: number }>>> =
  {
    // CloudTrail is asked again in every sweep, and a message is delivered again within minutes.
    LookupsFailing: { threshold: 0, evaluationPeriods: 3 },
    MessagesFailing: { threshold: 0, evaluationPeriods: 3, minutes: 5 },
    Conflicts: { threshold: 0, evaluationPeriods: 3, minutes: 5 },
    // Two runs in a row, a day apart: what fails once is archived in the next.
    ArchiveFailing: { threshold: 0, evaluationPeriods: 2, minutes: DAY_MINUTES },
    ArchiveRefused: { threshold: 0, evaluationPeriods: 1, minutes: DAY_MINUTES },
    // Three sweeps in a row, in a quarter of an hour.
    TrailUnread: { threshold: 2, evaluationPeriods: 1 },
  }

export interface AlarmsProps {
  readonly topic: Topic
  /** The queues whose messages functions take. */
  readonly consumed: Readonly<Partial<Record<ConsumedQueue, Queue>>>
  /** All dead-letter queues. */
  readonly failures: readonly Queue[]
  /** All functions by their names, such as `contain`. */
  readonly functions: Readonly<Record<string, LambdaFunction>>
  /** Those whose errors leave no dead letter, and those whose errors cannot wait for one. */
  readonly watched: readonly string[]
}

/** The alarms of the stack, on the topic of the notices: each says when it stands and when it is over. */
export class Alarms extends Construct {
  private readonly made: Alarm[] = []
  private readonly topic: Topic

  constructor(scope: Construct, id: string, { topic, consumed, failures, functions, watched }: AlarmsProps) {
    super(scope, id)
    this.topic = topic
    for (const queue of failures) {
      const metric = queue.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1), statistic: 'Maximum' })
      this.add(`${queue.node.id}Waiting`, 'Waiting', { metric, threshold: 0 }, queue.node.id)
    }
    for (const [name, queue] of Object.entries(consumed)) {
      const metric = queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(1), statistic: 'Maximum' })
      this.add(`${name}Late`, 'Late', { metric, threshold: LATE_SECONDS[name as ConsumedQueue] }, name)
    }
    for (const [name, one] of Object.entries(functions)) {
      const about = `${name[0]?.toUpperCase()}${name.slice(1)}`
      const errors = one.metricErrors({ period: Duration.minutes(1) })
      if (watched.includes(name)) this.add(`${about}Errors`, 'Errors', { metric: errors, threshold: 0 }, about)
      const metric = one.metricThrottles({ period: Duration.minutes(5) })
      // The queues of respond deliver a message again that met no free place.
      this.add(`${about}Throttled`, 'Throttled', { metric, threshold: 0, evaluationPeriods: name === 'respond' ? 3 : 1 }, about)
    }
    this.addOwn(Object.keys(functions))
  }

  /** The ARNs of the alarms, which publish to the topic. */
  get arns(): readonly string[] {
    return this.made.map(({ alarmArn }) => alarmArn)
  }

  /** Alarms on what the functions count themselves. */
  private addOwn(functions: readonly string[]): void {
    const isThere = (event: string) => !OPTIONAL.some((name) => event.startsWith(`${name}.`) && !functions.includes(name))
    const several = new Set<AlarmKind>(['ContainmentFailing', 'ReportUnreadable', 'StoredUnreadable', 'Unordered'])
    for (const [event, warning] of Object.entries(WARNINGS)) {
      if ('none' in warning || !isThere(event)) continue
      const { alarm: kind } = warning
      // Longer than the five minutes between two sweeps, so that one alarm stands and does not come again.
      const { minutes = 15, ...patience } = PATIENCE[kind] ?? {}
      const metric = new Metric({ ...OWN_METRIC, metricName: event, period: Duration.minutes(minutes) })
      const named = several.has(kind) ? `${kind}-${event}` : kind
      this.add(named, kind, { threshold: 0, ...patience, metric }, several.has(kind) ? event : undefined)
    }
    // A function that does not run says nothing, so missing data counts as silence.
    const silence = {
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
    }
    const arrived = new Metric({ ...OWN_METRIC, metricName: 'respond.heartbeats', period: Duration.millis(HEARTBEAT_MS) })
    this.add('Silent', 'Silent', { ...silence, metric: arrived, evaluationPeriods: SILENT_PERIODS })
    const sealed = new Metric({ ...OWN_METRIC, metricName: 'seal.done', period: Duration.hours(1) })
    this.add('SealMissing', 'SealMissing', { ...silence, metric: sealed, evaluationPeriods: SEALED_HOURS })
  }

  private add(
    name: string,
    kind: AlarmKind,
    props: { readonly metric: IMetric; readonly threshold: number } & Partial<AlarmProps>,
    about?: string,
  ): void {
    const alarm = new Alarm(this, name, {
      alarmName: `${Stack.of(this).stackName}-${name}`,
      alarmDescription: describeAlarm(kind, about),
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...props,
    })
    const action = new SnsAction(this.topic)
    alarm.addAlarmAction(action)
    alarm.addOkAction(action)
    this.made.push(alarm)
  }
}
