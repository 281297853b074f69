import { afterEach, describe, expect, it } from 'vitest'
import { cloudWatchClient, snsClient, stsClient } from '../../shared/aws/clients.ts'
import { awsStackHealth } from '../../shared/aws/stack-health.ts'
import { NOW } from '../embedded.ts'
import { json, type Loopback, loopback, type WireAnswer } from './loopback.ts'

const MINUTE = 60_000
const TOPIC = 'arn:aws:sns:us-east-1:123456789012:notices'
const PAGES = 'arn:aws:sns:us-east-1:123456789012:pages'
const HOT = 'arn:aws:sqs:us-east-1:123456789012:Countersign-hot'

const wires: Loopback[] = []
afterEach(async () => {
  await Promise.all(wires.splice(0).map((wire) => wire.close()))
})

const seconds = (...times: number[]) => times.map((time) => time / 1000)

interface Answers {
  readonly metrics?: readonly object[]
  readonly subscriptions?: Readonly<Record<string, readonly string[]>>
  readonly date?: string
  readonly denied?: boolean
}

/** CloudWatch, SNS and STS on loopback. */
async function healthOf({ metrics = [], subscriptions = {}, date, denied = false }: Answers, onCallTopicArn: string | undefined = TOPIC) {
  const wire = await loopback(({ headers, body }): WireAnswer => {
    if (denied) return json({ __type: 'AccessDenied', message: 'no' }, 403)
    if (headers['x-amz-target'] !== undefined) return json({ MetricDataResults: metrics })
    const query = new URLSearchParams(body)
    if (query.get('Action') === 'GetCallerIdentity')
      return {
        headers: { 'content-type': 'text/xml', ...(date !== undefined && { date }) },
        body: '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/ann</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>',
      }
    const members = (subscriptions[query.get('TopicArn') ?? ''] ?? []).map(
      (arn) => `<member><SubscriptionArn>${arn}</SubscriptionArn></member>`,
    )
    return {
      headers: { 'content-type': 'text/xml' },
      body: `<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions>${members.join('')}</Subscriptions></ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>`,
    }
  })
  wires.push(wire)
  const clients = {
    cloudWatch: cloudWatchClient(wire.options),
    sns: snsClient(wire.options),
    sts: stsClient(wire.options),
    clock: { now: () => NOW },
  }
  return { wire, health: awsStackHealth({ topicArn: TOPIC, onCallTopicArn, queues: { hot: HOT } }, clients) }
}

describe('how a stack does, by AWS', () => {
  it('asks in one call for the heartbeats, the lag and what waits in each queue', async () => {
    const { health, wire } = await healthOf({})
    await health.arrivals(NOW)
    expect(wire.requests).toHaveLength(1)
    const { MetricDataQueries, StartTime, EndTime } = JSON.parse(wire.requests[0]?.body ?? '')
    expect([StartTime, EndTime]).toEqual(seconds(NOW - 180 * MINUTE, NOW))
    expect(MetricDataQueries.map(({ MetricStat: { Metric } }: { MetricStat: { Metric: object } }) => Metric)).toEqual([
      { Namespace: 'Countersign', MetricName: 'respond.heartbeats', Dimensions: [{ Name: 'service', Value: 'countersign' }] },
      { Namespace: 'Countersign', MetricName: 'respond.lag', Dimensions: [{ Name: 'service', Value: 'countersign' }] },
      { Namespace: 'AWS/SQS', MetricName: 'ApproximateAgeOfOldestMessage', Dimensions: [{ Name: 'QueueName', Value: 'Countersign-hot' }] },
    ])
  })

  it('takes the end of the last five minutes in which a heartbeat was counted, and what waited in the last quarter of an hour', async () => {
    const { health } = await healthOf({
      metrics: [
        { Id: 'heartbeats', Timestamps: seconds(NOW - 10 * MINUTE, NOW - 15 * MINUTE), Values: [1, 1] },
        { Id: 'lag', Timestamps: seconds(NOW - 180 * MINUTE), Values: [95_000] },
        { Id: 'queue0', Timestamps: seconds(NOW - MINUTE, NOW - 2 * MINUTE, NOW - 60 * MINUTE), Values: [3, 7, 900] },
      ],
    })
    expect(await health.arrivals(NOW)).toEqual({ lastHeartbeat: NOW - 5 * MINUTE, oldestSeconds: { hot: 7 }, lagMs: 95_000 })
  })

  it.each<[string, object[]]>([
    ['nothing was counted', []],
    ['none was counted', [{ Id: 'heartbeats', Timestamps: seconds(NOW - MINUTE), Values: [0] }]],
  ])('knows of no heartbeat where %s', async (_, metrics) => {
    expect(await (await healthOf({ metrics })).health.arrivals(NOW)).toEqual({
      lastHeartbeat: undefined,
      oldestSeconds: {},
      lagMs: undefined,
    })
  })

  it('never takes a heartbeat of the minutes that are not over for one of the future', async () => {
    const metrics = [{ Id: 'heartbeats', Timestamps: seconds(NOW - MINUTE), Values: [1] }]
    expect((await (await healthOf({ metrics })).health.arrivals(NOW)).lastHeartbeat).toBe(NOW)
  })

  it.each([
    ['ahead', -90_000, 89_500],
    ['behind', 90_000, -90_500],
  ])('says how far the clock of this machine is %s', async (_, off, ahead) => {
    const { health } = await healthOf({ date: new Date(NOW + off).toUTCString() })
    expect(await health.clockAhead()).toBe(ahead)
  })

  it('says that it is not known where the answer has no valid date', async () => {
    await expect((await healthOf({ date: 'soon' })).health.clockAhead()).rejects.toThrow('has no date')
  })

  it('counts who subscribed and who has not confirmed, of the notices and of the pages where these are apart', async () => {
    const subscriptions = { [TOPIC]: [`${TOPIC}:1`, 'PendingConfirmation'], [PAGES]: [`${PAGES}:1`, `${PAGES}:2`, 'Deleted'] }
    expect(await (await healthOf({ subscriptions }, PAGES)).health.subscribers()).toEqual({
      notices: { confirmed: 1, pending: 1 },
      pages: { confirmed: 2, pending: 0 },
    })
    expect((await (await healthOf({ subscriptions }, TOPIC)).health.subscribers()).pages).toBeUndefined()
  })

  it('throws where AWS refuses, and takes that for nothing', async () => {
    const { health } = await healthOf({ denied: true })
    for (const ask of [() => health.arrivals(NOW), health.clockAhead, health.subscribers]) await expect(ask()).rejects.toThrow()
  })
})
