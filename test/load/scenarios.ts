import { AuthorizationDetails } from '../../shared/domain/authorization-details.ts'
import { memoryIam } from '../../shared/memory/iam.ts'
import { applyPolicy, parsePolicy } from '../../shared/record/policy-in-force.ts'
import { arnOf, call, exposed, NOW } from '../embedded.ts'
import type { Design } from './design.ts'
import { type Meter, meteredStores } from './metered-stores.ts'
import { type SimulatedMessage, type SimulatedQueue, simulatedQueue } from './simulated-queue.ts'
import { ACCOUNT, type World, work } from './simulated-stack.ts'
import { chance, virtualTime } from './virtual-time.ts'

/** An event that is sent at a time in milliseconds from the start. `isBeside`: it is looked at apart from the others. */
interface Sent {
  readonly lane: keyof Design['lanes']
  readonly atMs: number
  readonly body: (id: string, time: number) => object
  readonly isBeside?: true
}

/** What is sent to a stack. */
export interface Load {
  readonly events: readonly Sent[]
  /** Exposures of keys of others, which are confirmed. */
  readonly exposures: readonly { readonly atMs: number; readonly user: string }[]
}

/** What became of a load. Times in milliseconds. */
export interface Outcome {
  readonly messages: readonly SimulatedMessage[]
  readonly beside: readonly SimulatedMessage[]
  readonly meter: Meter
  readonly timeouts: number
  readonly invocations: number
  readonly billedMs: number
  /** From the exposure's sending to the invocation of contain. `Infinity`: not within the time that was simulated. */
  readonly containments: readonly number[]
  readonly tookMs: number
}

const userName = (at: number) => `user-${String(at).padStart(4, '0')}`
const keyOf = (user: string) =>
  `AKIA${user
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
    .padEnd(16, '0')}`

/** A call by a user's key, in the envelope of EventBridge. */
function callBy(user: string, action: string, parts: { readonly from?: string; readonly request?: object } = {}) {
  return (id: string, time: number) => ({
    source: `aws.${action.split(':')[0]}`,
    'detail-type': 'AWS API Call via CloudTrail',
    account: ACCOUNT,
    time: new Date(time).toISOString(),
    detail: call(action, { id, time, user, key: keyOf(user), ...parts }),
  })
}

/** `count` calls of STS by one key within a second. None of them is evidence. */
export function burst(count: number): Load {
  const body = callBy('flooding', 'sts:GetCallerIdentity')
  return { events: Array.from({ length: count }, (_, at) => ({ lane: 'tokens', atMs: (1000 * at) / count, body })), exposures: [] }
}

/** Users made at an even rate, by the key that floods or by another one. Each of them is evidence, joins the incident and belongs to its lineage. */
export function rampage(count: number, perSecond: number, by = 'flooding'): Load {
  const events = Array.from({ length: count }, (_, at) => ({
    lane: 'hot' as const,
    atMs: (1000 * at) / perSecond,
    body: callBy(by, 'iam:CreateUser', { from: '198.51.100.7', request: { userName: `made-${at}` } }),
  }))
  return { events, exposures: [] }
}

/** Calls by many users, drawn at random, at an even rate. One in a hundred is evidence, which opens an incident or joins one. */
export function crowd(
  count: number,
  { users, perSecond, seed, lane = 'bulk' }: { users: number; perSecond: number; seed: number; lane?: Sent['lane'] },
): Load {
  const random = chance(seed)
  const actions = ['s3:PutBucketTagging', 'ec2:RunInstances', 'ecs:UpdateService', 'sqs:CreateQueue', 'dynamodb:CreateTable']
  const events = Array.from({ length: count }, (_, at) => ({
    lane,
    atMs: (1000 * at) / perSecond,
    body: callBy(
      userName(Math.floor(random() * users)),
      random() < 0.01 ? 'lambda:UpdateFunctionCode' : (actions[Math.floor(random() * actions.length)] as string),
    ),
  }))
  return { events, exposures: [] }
}

/** A load, and beside it the exposures of keys of others: one each `everyMs`. */
export function withExposures({ events }: Load, count: number, everyMs: number): Load {
  return { events, exposures: Array.from({ length: count }, (_, at) => ({ atMs: 1000 + at * everyMs, user: userName(at) })) }
}

/** A load, and beside it the events of another one, which begins a second later and is looked at apart. */
export function beside({ events, exposures }: Load, other: Load): Load {
  return {
    events: [...events, ...other.events.map((event) => ({ ...event, atMs: event.atMs + 1000, isBeside: true as const }))],
    exposures,
  }
}

/** Beyond this time nothing is simulated: a message that is not done by then is late. */
const LONGEST_MS = 6 * 3_600_000

/** Sends a load to a stack of a design, and lets time pass until every message is done or dead. */
export async function run({ events, exposures }: Load, design: Design, seed: number): Promise<Outcome> {
  const time = virtualTime(NOW)
  const stores = meteredStores()
  const users = ['flooding', 'other', ...new Set(exposures.map(({ user }) => user))]
  const iam = memoryIam(
    AuthorizationDetails.parse({
      UserDetailList: users.map((UserName) => ({ UserName, Arn: arnOf(UserName) })),
      AccessKeys: users.map((UserName) => ({ UserName, AccessKeyId: keyOf(UserName), Status: 'Active' })),
    }),
  )
  const policy = parsePolicy({ version: 2, mode: 'contain' })
  await applyPolicy(stores.record, { policy, by: 'load', why: 'load', at: new Date(NOW).toISOString() })
  stores.meter.usefulWrites = 0
  const world: World = { time, random: chance(seed), stores, iam, design, contained: new Map(), timeouts: 0, invocations: 0, billedMs: 0 }
  // Lanes that a design does not tell apart are one queue.
  const queues = new Map(Object.values(design.lanes).map((lane) => [lane, simulatedQueue(design.queue)]))
  const queueOf = (lane: keyof Design['lanes']) => queues.get(design.lanes[lane]) as SimulatedQueue
  const sent = events.map(({ lane, atMs, body }, at) => queueOf(lane).send(`e${at}`, NOW + atMs, () => body(`e${at}`, NOW + atMs)))
  for (const { atMs, user } of exposures)
    queueOf('confirmed').send(`exposed-${user}`, NOW + atMs, () => exposed(keyOf(user), user, NOW + atMs))
  for (const [lane, queue] of queues) work(queue, lane, world)
  await time.run(() => time.now() > NOW + LONGEST_MS || [...queues.values()].every((queue) => !queue.isOpen()))
  const containedAt = new Map<string, number>()
  for (const [id, at] of world.contained) {
    const incident = await stores.incidents.get(id)
    if (incident !== undefined) containedAt.set(incident.value.identity.name, at)
  }
  return {
    messages: sent.filter((_, at) => events[at]?.isBeside === undefined),
    beside: sent.filter((_, at) => events[at]?.isBeside),
    meter: stores.meter,
    timeouts: world.timeouts,
    invocations: world.invocations,
    billedMs: world.billedMs,
    containments: exposures.map(({ atMs, user }) => (containedAt.get(user) ?? Number.POSITIVE_INFINITY) - NOW - atMs),
    tookMs: time.now() - NOW,
  }
}

/** The same load so many times, each with other latencies, as one outcome. One burst of a hundred calls says little of the next. */
export async function runOften(load: Load, design: Design, { seed, times }: { seed: number; times: number }): Promise<Outcome> {
  const outcomes: Outcome[] = []
  for (let at = 0; at < times; at++) outcomes.push(await run(load, design, seed + at))
  const sum = (of: (outcome: Outcome) => number) => outcomes.reduce((total, outcome) => total + of(outcome), 0)
  return {
    messages: outcomes.flatMap(({ messages }) => messages),
    beside: outcomes.flatMap((outcome) => outcome.beside),
    meter: {
      usefulWrites: sum(({ meter }) => meter.usefulWrites),
      wastedWrites: sum(({ meter }) => meter.wastedWrites),
      conflicts: sum(({ meter }) => meter.conflicts),
      reads: sum(({ meter }) => meter.reads),
    },
    timeouts: sum(({ timeouts }) => timeouts),
    invocations: sum(({ invocations }) => invocations),
    billedMs: sum(({ billedMs }) => billedMs),
    containments: outcomes.flatMap(({ containments }) => containments),
    tookMs: sum(({ tookMs }) => tookMs),
  }
}
