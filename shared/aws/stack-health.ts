import { type CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from '@aws-sdk/client-cloudwatch'
import { paginateListSubscriptionsByTopic, type SNSClient } from '@aws-sdk/client-sns'
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts'
import { HEARTBEAT_MS } from '../domain/expected-times.ts'
import { OWN_METRIC } from '../domain/own-metric.ts'
import { HOUR_MS, MINUTE_MS } from '../domain/time.ts'
import { ResponderError } from '../errors.ts'
import type { Clock } from '../ports/runtime.ts'
import type { StackHealth, Subscribers } from '../ports/stack-health.ts'

/** Where a stack is looked at. `queues`: the ARNs of the queues that functions take messages from, by their names. */
export interface HealthPlaces {
  readonly topicArn: string
  readonly onCallTopicArn: string | undefined
  readonly queues: Readonly<Record<string, string>>
}

export interface HealthClients {
  readonly cloudWatch: CloudWatchClient
  readonly sns: SNSClient
  readonly sts: STSClient
  readonly clock: Clock
}

/** How far back heartbeats are looked for, and the ages of messages. */
const BACK_MS = 3 * HOUR_MS
const AGES_MS = 15 * MINUTE_MS

/** The Date header is cut to whole seconds. */
const HALF_A_SECOND_MS = 500

const HEARTBEATS = 'heartbeats'
const LAG = 'lag'

/** Asks CloudWatch, SNS and the clock of AWS about a stack, with the rights of whoever runs the command. */
export function awsStackHealth({ topicArn, onCallTopicArn, queues }: HealthPlaces, clients: HealthClients): StackHealth {
  const names = Object.keys(queues)
  return {
    async arrivals(now) {
      const own = { Namespace: OWN_METRIC.namespace, Dimensions: [{ Name: 'service', Value: OWN_METRIC.service }] }
      const queries: MetricDataQuery[] = [
        measure(HEARTBEATS, { Metric: { ...own, MetricName: 'respond.heartbeats' }, Period: HEARTBEAT_MS / 1000, Stat: 'Sum' }),
        measure(LAG, { Metric: { ...own, MetricName: 'respond.lag' }, Period: BACK_MS / 1000, Stat: 'p99' }),
        ...names.map((name, at) => measure(`queue${at}`, { Metric: ageOf(queues[name] ?? ''), Period: 60, Stat: 'Maximum' })),
      ]
      const { MetricDataResults = [] } = await clients.cloudWatch.send(
        new GetMetricDataCommand({ MetricDataQueries: queries, StartTime: new Date(now - BACK_MS), EndTime: new Date(now) }),
      )
      const found = new Map(MetricDataResults.map(({ Id, Timestamps = [], Values = [] }) => [Id, points(Timestamps, Values)]))
      const beats = (found.get(HEARTBEATS) ?? []).filter(({ value }) => value > 0).map(({ at }) => at)
      const oldest = (at: number) => (found.get(`queue${at}`) ?? []).filter((point) => point.at >= now - AGES_MS).map(({ value }) => value)
      return {
        lastHeartbeat: beats.length === 0 ? undefined : Math.min(now, Math.max(...beats) + HEARTBEAT_MS),
        oldestSeconds: Object.fromEntries(names.flatMap((name, at) => (oldest(at).length === 0 ? [] : [[name, Math.max(...oldest(at))]]))),
        lagMs: found.get(LAG)?.at(0)?.value,
      }
    },
    async clockAhead() {
      const before = clients.clock.now()
      const date = await dateOf(clients.sts)
      return (before + clients.clock.now()) / 2 - (date + HALF_A_SECOND_MS)
    },
    async subscribers() {
      const isShared = onCallTopicArn === undefined || onCallTopicArn === topicArn
      return {
        notices: await subscribersOf(topicArn, clients.sns),
        pages: isShared ? undefined : await subscribersOf(onCallTopicArn, clients.sns),
      }
    },
  }
}

function measure(Id: string, MetricStat: NonNullable<MetricDataQuery['MetricStat']>): MetricDataQuery {
  return { Id, MetricStat, ReturnData: true }
}

function ageOf(arn: string) {
  const Dimensions = [{ Name: 'QueueName', Value: arn.slice(arn.lastIndexOf(':') + 1) }]
  return { Namespace: 'AWS/SQS', MetricName: 'ApproximateAgeOfOldestMessage', Dimensions }
}

function points(times: readonly Date[], values: readonly number[]): { at: number; value: number }[] {
  return times.map((time, at) => ({ at: time.getTime(), value: values[at] ?? 0 }))
}

/** The time (epoch ms) in the Date header of an answer of AWS. */
async function dateOf(client: STSClient): Promise<number> {
  let date: string | undefined
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args)
      date = headerOf(result.response, 'date')
      return result
    },
    { step: 'deserialize', priority: 'low', name: 'dateOfAnswer', override: true },
  )
  await client.send(new GetCallerIdentityCommand({}))
  const at = Date.parse(date ?? '')
  if (Number.isNaN(at)) throw new ResponderError('store.unavailable', 'the answer of AWS has no date')
  return at
}

function headerOf(response: unknown, name: string): string | undefined {
  const { headers } = Object(response) as { headers?: Readonly<Record<string, string>> }
  return headers?.[name]
}

async function subscribersOf(TopicArn: string, client: SNSClient): Promise<Subscribers> {
  let confirmed = 0
  let pending = 0
  for await (const { Subscriptions = [] } of paginateListSubscriptionsByTopic({ client }, { TopicArn }))
    for (const { SubscriptionArn = '' } of Subscriptions) {
      // SNS says `PendingConfirmation`, or `Deleted`, in place of an ARN.
      if (SubscriptionArn.startsWith('arn:')) confirmed += 1
      else if (SubscriptionArn === 'PendingConfirmation') pending += 1
    }
  return { confirmed, pending }
}
