import { Duration } from 'aws-cdk-lib'
import {
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  MathExpression,
  Metric,
  PeriodOverride,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { ACTIONS } from '../shared/domain/action.ts'
import { OWN_METRIC } from './alarms.ts'

/**
 * List prices of us-east-1 in November 2026, in USD: of Lambda on ARM by GB and second and by run, of SQS by request, and of DynamoDB on demand by read and write
 * unit. @see https://aws.amazon.com/lambda/pricing https://aws.amazon.com/sqs/pricing https://aws.amazon.com/dynamodb/pricing/on-demand
 */
const PRICES = { gbSecond: 0.0000133334, run: 0.0000002, sqsRequest: 0.0000004, read: 0.000000125, write: 0.000000625 } as const

/** Requests of SQS for a message: it is sent, received and deleted. respond asks for it once more before it believes it. */
const REQUESTS_PER_MESSAGE = 4

export interface StackDashboardProps {
  /** The functions by their names, with the memory of each in MB. */
  readonly functions: readonly { readonly entry: string; readonly function: LambdaFunction; readonly memorySize: number }[]
  readonly queues: readonly Queue[]
  readonly table: Table
}

/** A dashboard of what the stack sees, does and costs. */
export class StackDashboard extends Construct {
  constructor(scope: Construct, id: string, { functions, queues, table }: StackDashboardProps) {
    super(scope, id)
    const hourly = Duration.hours(1)
    const own = (metricName: string, label: string, statistic = 'Sum') =>
      new Metric({ ...OWN_METRIC, metricName, label, statistic, period: Duration.minutes(5) })
    const graph = (title: string, left: IMetric[], label: string) =>
      new GraphWidget({ title, left, leftYAxis: { label, showUnits: false, min: 0 }, width: 12, height: 6 })
    const rows: IWidget[][] = [
      [
        graph('Events in', [own('respond.events', 'events')], 'events'),
        graph('Lag from call to decision', [own('respond.lag', 'p50', 'p50'), own('respond.lag', 'p99', 'p99')], 'ms'),
      ],
      [
        graph(
          'Decisions',
          ACTIONS.map((action) => own(`decision.${action}`, action)),
          'decisions',
        ),
        graph(
          'Containments',
          [
            own('contain.contained', 'contained'),
            own('contain.restricted', 'restricted'),
            own('contain.asking', 'not contained, people are asked'),
          ],
          'runs',
        ),
      ],
      [
        graph(
          'Waiting for people',
          [own('sweep.asking', 'incidents that ask', 'Maximum'), own('sweep.open', 'open incidents', 'Maximum')],
          'incidents',
        ),
        graph(
          'Oldest message',
          queues.map((queue) => queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', label: queue.node.id })),
          's',
        ),
      ],
      [
        graph(
          'Errors and throttles',
          functions.flatMap(({ entry, function: one }) => [
            one.metricErrors({ label: `${entry} errors` }),
            one.metricThrottles({ label: `${entry} throttles` }),
          ]),
          'runs',
        ),
        graph('Estimated cost', [lambdaCost(functions, hourly), queueCost(queues, hourly), tableCost(table, hourly)], 'USD an hour'),
      ],
    ]
    const dashboard = new Dashboard(this, 'Dashboard', { periodOverride: PeriodOverride.INHERIT, defaultInterval: Duration.hours(24) })
    for (const row of rows) dashboard.addWidgets(...row)
    const priced = `Estimated from invocations and requests by list prices of us-east-1: Lambda ${PRICES.gbSecond} USD a GB-second and ${PRICES.run} a run, SQS ${PRICES.sqsRequest} a request (${REQUESTS_PER_MESSAGE} a message), DynamoDB ${PRICES.read} a read and ${PRICES.write} a write. Without alarms, logs, traces, models, storage, free tiers, and polls of empty queues.`
    dashboard.addWidgets(new TextWidget({ markdown: priced, width: 24, height: 2 }))
  }
}

function lambdaCost(functions: StackDashboardProps['functions'], period: Duration): MathExpression {
  const usingMetrics: Record<string, IMetric> = {}
  const terms = functions.map(({ function: one, memorySize }, at) => {
    usingMetrics[`d${at}`] = one.metricDuration({ statistic: 'Sum', period })
    usingMetrics[`i${at}`] = one.metricInvocations({ statistic: 'Sum', period })
    const perMs = (memorySize / 1024 / 1000) * PRICES.gbSecond
    return `FILL(d${at},0)*${perMs.toFixed(15)}+FILL(i${at},0)*${PRICES.run.toFixed(7)}`
  })
  return new MathExpression({ expression: terms.join('+'), usingMetrics, label: 'Lambda', period })
}

function queueCost(queues: readonly Queue[], period: Duration): MathExpression {
  const usingMetrics = Object.fromEntries(
    queues.map((queue, at) => [`s${at}`, queue.metricNumberOfMessagesSent({ statistic: 'Sum', period })]),
  )
  const sent = Object.keys(usingMetrics).map((name) => `FILL(${name},0)`)
  const expression = `(${sent.join('+')})*${(REQUESTS_PER_MESSAGE * PRICES.sqsRequest).toFixed(7)}`
  return new MathExpression({ expression, usingMetrics, label: 'SQS', period })
}

function tableCost(table: Table, period: Duration): MathExpression {
  const usingMetrics = {
    r: table.metricConsumedReadCapacityUnits({ statistic: 'Sum', period }),
    w: table.metricConsumedWriteCapacityUnits({ statistic: 'Sum', period }),
  }
  const expression = `FILL(r,0)*${PRICES.read.toFixed(9)}+FILL(w,0)*${PRICES.write.toFixed(9)}`
  return new MathExpression({ expression, usingMetrics, label: 'DynamoDB', period })
}
