import { Duration } from 'aws-cdk-lib'
import { Alarm, ComparisonOperator, type IMetric, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Topic } from 'aws-cdk-lib/aws-sns'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { Queues } from './queues.ts'

/** An event that waits longer than this in a queue without a batching window is late: a containment should take seconds. */
const LATE_SECONDS = 60

/** Without a seal for so many hours in a row an alarm stands: a day, and two hours for the three attempts of a run. */
const SEALED_HOURS = 26

/** What the functions count. */
const OWN_METRIC = { namespace: 'Countersign', dimensionsMap: { service: 'countersign' }, statistic: 'Sum' } as const

export interface AlarmsProps {
  readonly topic: Topic
  readonly queues: Queues
  readonly contain: LambdaFunction
  readonly sweep: LambdaFunction
  /** The other dead-letter queues: those of functions and rules. */
  readonly failures: readonly Queue[]
}

/** Alarms on the notice topic: for every dead letter, every failed containment or sweep, a record that is not as it was sealed or not sealed at all, and a queue that is late. */
export class Alarms extends Construct {
  /** The ARNs of the alarms, which publish to the topic. */
  readonly arns: readonly string[]

  constructor(scope: Construct, id: string, { topic, queues, contain, sweep, failures }: AlarmsProps) {
    super(scope, id)
    const action = new SnsAction(topic)
    const arns: string[] = []
    // The topic takes messages of these alarms alone.
    const tell = (made: Alarm) => {
      made.addAlarmAction(action)
      arns.push(made.alarmArn)
    }
    const alarm = (name: string, metric: IMetric, threshold: number, says: string) => {
      const made = new Alarm(this, name, {
        alarmDescription: describe(name, says),
        metric,
        threshold,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      })
      tell(made)
    }
    const period = Duration.minutes(1)
    for (const queue of [...queues.deadLetters, ...failures]) {
      const metric = queue.metricApproximateNumberOfMessagesVisible({ period, statistic: 'Maximum' })
      alarm(
        `${queue.node.id}Waiting`,
        metric,
        0,
        'A message could not be processed and waits in a dead-letter queue: what it says was not done.',
      )
    }
    alarm(
      'ContainErrors',
      contain.metricErrors({ period }),
      0,
      'A run of contain failed: a credential may still be in use, or not be given back.',
    )
    alarm('SweepErrors', sweep.metricErrors({ period }), 0, 'A sweep failed: nobody is reminded, paged or told of a changed resource.')
    alarm(
      'IncidentUnreadable',
      warning('sweep.incident.unreadable'),
      0,
      'An item of the table cannot be read: its incident is not looked after.',
    )
    alarm('SealDiscrepancy', warning('seal.discrepancy'), 0, 'The record is not as it was sealed: somebody may have rewritten it.')
    alarm('SealUncompared', warning('seal.uncompared'), 0, 'A part of the record was not compared with its last seal.')
    alarm('SealConflict', warning('seal.conflict'), 0, 'The seals themselves are in doubt: no new one was made.')
    const missing = new Alarm(this, 'SealMissing', {
      alarmDescription: describe(
        'SealMissing',
        'No seal of the record was made for more than a day: since then it can be rewritten unseen.',
      ),
      metric: new Metric({ ...OWN_METRIC, metricName: 'seal.done', period: Duration.hours(1) }),
      threshold: 1,
      evaluationPeriods: SEALED_HOURS,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      // A function that does not run says nothing.
      treatMissingData: TreatMissingData.BREACHING,
    })
    tell(missing)
    for (const [name, queue] of [
      ['ConfirmedLate', queues.confirmed],
      ['HotLate', queues.hot],
      ['TokensLate', queues.tokens],
    ] as const) {
      const age = queue.metricApproximateAgeOfOldestMessage({ period, statistic: 'Maximum' })
      alarm(name, age, LATE_SECONDS, 'Events wait for more than a minute: a stolen key works for as long.')
    }
    this.arns = arns
  }
}

function describe(name: string, says: string): string {
  return `${says} See docs/operations.md, "Alarms": ${name}.`
}

/** How often a warning of that name was logged. Longer than the five minutes between two sweeps, so that one alarm stands and does not come again. */
function warning(event: string): Metric {
  const period = Duration.minutes(15)
  return new Metric({ ...OWN_METRIC, metricName: event, period })
}
