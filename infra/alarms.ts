import { Duration } from 'aws-cdk-lib'
import { Alarm, ComparisonOperator, type IMetric, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Topic } from 'aws-cdk-lib/aws-sns'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { Queues } from './queues.ts'

/** An event that waits longer than this in the hot queue is late: a containment should take seconds. */
const HOT_AGE_SECONDS = 60

export interface AlarmsProps {
  readonly topic: Topic
  readonly queues: Queues
  readonly contain: LambdaFunction
  readonly sweep: LambdaFunction
  /** The other dead-letter queues: those of functions and rules. */
  readonly failures: readonly Queue[]
}

/** Alarms on the notice topic: for every dead letter, every failed containment or sweep, a record that is not as it was sealed, and a hot queue that is late. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, { topic, queues, contain, sweep, failures }: AlarmsProps) {
    super(scope, id)
    const action = new SnsAction(topic)
    const alarm = (name: string, metric: IMetric, threshold: number) => {
      new Alarm(this, name, {
        metric,
        threshold,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      }).addAlarmAction(action)
    }
    const period = Duration.minutes(1)
    for (const queue of [...queues.deadLetters, ...failures]) {
      alarm(`${queue.node.id}Waiting`, queue.metricApproximateNumberOfMessagesVisible({ period, statistic: 'Maximum' }), 0)
    }
    alarm('ContainErrors', contain.metricErrors({ period }), 0)
    alarm('SweepErrors', sweep.metricErrors({ period }), 0)
    alarm('IncidentUnreadable', warning('sweep.incident.unreadable'), 0)
    alarm('SealDiscrepancy', warning('seal.discrepancy'), 0)
    alarm('SealUncompared', warning('seal.uncompared'), 0)
    alarm('SealConflict', warning('seal.conflict'), 0)
    alarm('HotLate', queues.hot.metricApproximateAgeOfOldestMessage({ period, statistic: 'Maximum' }), HOT_AGE_SECONDS)
  }
}

/** How often a warning of that name was logged. Longer than the five minutes between two sweeps, so that one alarm stands and does not come again. */
function warning(event: string): Metric {
  const period = Duration.minutes(15)
  return new Metric({ namespace: 'Countersign', metricName: event, dimensionsMap: { service: 'countersign' }, statistic: 'Sum', period })
}
