import type { Context, SQSEvent } from 'aws-lambda'
import { sqsBatch } from '../../functions/sqs-batch.ts'
import { absentAdvisor } from '../../shared/memory/advisor.ts'
import { memoryAdvisorBudget } from '../../shared/memory/advisor-budget.ts'
import { silentLog } from '../../shared/memory/log.ts'
import { pipeline } from '../../shared/pipeline.ts'
import type { RespondPorts } from '../../shared/ports/respond.ts'
import type { Design, Lane } from './design.ts'
import type { MeteredStores } from './metered-stores.ts'
import type { SimulatedQueue } from './simulated-queue.ts'
import type { VirtualTime } from './virtual-time.ts'

export const ACCOUNT = '123456789012'

/** What a call to AWS takes, in milliseconds: the median. Each call takes another time, log-normal with sigma 0.4, so that one in a hundred takes 2.5 times as long. */
export const LATENCIES = { read: 5, write: 7, queue: 10, iam: 40, invoke: 20 } as const

/** Processor time for one event on a function of 1,024 MB, in milliseconds. */
export const CPU_MS = 0.5

/** Until a function is called for a message that can be received; of the first call of an environment, and after its answer. Milliseconds. */
const HOST = { poll: 15, coldStart: 500, remove: 10 } as const

/** Lambda begins with five batches at a time, and adds 300 a minute. */
const SCALING = { first: 5, everyMs: 200 } as const

const TIMEOUT_MS = 60_000

/** The stack under load: workers on queues, which share stores. */
export interface World {
  readonly time: VirtualTime
  readonly random: () => number
  readonly stores: MeteredStores
  readonly iam: RespondPorts['iam']
  readonly design: Design
  /** When contain was invoked first, by the id of the incident. */
  readonly contained: Map<string, number>
  /** Invocations that took longer than the function may. */
  timeouts: number
  /** Invocations in all, and the milliseconds that they took, without the start of an environment. */
  invocations: number
  billedMs: number
}

/** Works on a queue with the function's own code until the queue is empty. */
export function work(queue: SimulatedQueue, lane: Lane, world: World): void {
  for (let worker = 0; worker < lane.workers; worker++) void poll(queue, lane, world, Math.max(0, worker - SCALING.first) * SCALING.everyMs)
}

async function poll(queue: SimulatedQueue, { batchSize, windowMs }: Lane, world: World, startsAfterMs: number): Promise<void> {
  const { time } = world
  await time.sleep(startsAfterMs)
  let environment: ReturnType<typeof environmentOf> | undefined
  while (queue.isOpen()) {
    const at = queue.nextAt() ?? Number.POSITIVE_INFINITY
    if (at > time.now()) {
      // What is hidden for long may be shown earlier by somebody else.
      await time.sleep(Math.min(1000, at - time.now()) + 1)
      continue
    }
    await time.sleep(HOST.poll)
    const batch = queue.receive(batchSize, time.now())
    for (const until = time.now() + windowMs; batch.length < batchSize && time.now() < until; ) {
      await time.sleep(Math.min(100, until - time.now()))
      batch.push(...queue.receive(batchSize - batch.length, time.now()))
    }
    if (batch.length === 0) continue
    if (environment === undefined) {
      await time.sleep(HOST.coldStart)
      environment = environmentOf(queue, world)
    }
    const startedAt = time.now()
    for (const message of batch) message.handedAt ??= startedAt
    const event = { Records: batch.map(({ id, body, receives }) => recordOf(id, JSON.stringify({ id, ...body() }), receives)) } as SQSEvent
    const context = { awsRequestId: 'r', getRemainingTimeInMillis: () => startedAt + TIMEOUT_MS - time.now() } as Context
    const answer = await Promise.race([environment.handler(event, context), time.sleep(TIMEOUT_MS)])
    world.invocations++
    world.billedMs += time.now() - startedAt
    if (answer === undefined) {
      world.timeouts++
      environment.stop()
      environment = undefined
      continue
    }
    const failed = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
    await time.sleep(HOST.remove)
    for (const message of batch) if (!failed.has(message.id)) queue.remove(message)
  }
}

/** The id of the message of an event. EventBridge has an id for each event as well. */
const idIn = (input: unknown) => (input as { id: string }).id

const QUEUE_ARN = `arn:aws:sqs:us-east-1:${ACCOUNT}:load`

const recordOf = (messageId: string, body: string, receives: number) => ({
  messageId,
  body,
  receiptHandle: messageId,
  eventSourceARN: QUEUE_ARN,
  attributes: { ApproximateReceiveCount: String(receives) },
})

/** The function as one execution environment has it: the handler of respond on ports that take their time. `stop`: nothing of it goes on. */
function environmentOf(queue: SimulatedQueue, { time, random, stores, iam, design, contained }: World) {
  let isStopped = false
  let located = 0
  const takes = (median: number) => median * Math.exp(0.4 * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()))
  const pass = (ms: number) => (isStopped ? new Promise<void>(() => {}) : time.sleep(ms))
  const call = async <T>(median: number, effect: () => T | Promise<T>): Promise<T> => {
    const ms = takes(median)
    await pass(ms / 2)
    const result = await effect()
    await pass(ms / 2)
    return result
  }
  const slow = <T extends object>(port: T, medianOf: (name: string) => number): T =>
    Object.fromEntries(
      Object.entries(port).map(([name, member]) => [
        name,
        (...words: unknown[]) => call(medianOf(name), () => (member as (...all: unknown[]) => unknown)(...words)),
      ]),
    ) as T
  const table = (name: string) => (/^(save|set|add|append)/.test(name) ? LATENCIES.write : LATENCIES.read)
  const identities = slow(stores.identities, table)
  /** What was read last, for a design that does not read versions again. */
  const versions = new Map<string, number>()
  const pause = { wait: (ms: number) => pass(ms), random }
  const ports: RespondPorts = {
    identities: {
      ...identities,
      async load(ids) {
        const found = await identities.load(ids)
        for (const [id, { state }] of found) versions.set(id, state?.version ?? 0)
        // The work on what was read comes before it is written.
        const cpuMs = located * CPU_MS
        located = 0
        await pass(cpuMs)
        return found
      },
      versions: (ids) => (design.isPatient ? identities.versions(ids) : Promise.resolve(versions)),
    },
    incidents: slow(stores.incidents, table),
    record: slow(stores.record, table),
    iam: slow(iam, () => LATENCIES.iam),
    blastRadiusOf: undefined,
    advisor: absentAdvisor,
    budget: memoryAdvisorBudget(),
    notifier: { notify: () => call(LATENCIES.queue, () => {}) },
    containInvoker: {
      contain: (id) => call(LATENCIES.invoke, () => void contained.set(id, contained.get(id) ?? time.now())),
    },
    bootstrapQueue: { bootstrap: () => call(LATENCIES.queue, () => {}) },
    account: ACCOUNT,
    history: { lookup: async () => [] },
    geoIp: {
      locate(address) {
        located++
        return { country: address.startsWith('198.51.100.') ? 'RO' : 'US', network: undefined }
      },
    },
    clock: time,
    pause: design.isPatient ? pause : undefined,
    log: silentLog,
  }
  const respond = pipeline(ports, undefined, { kind: 'event-bus', accounts: new Set([ACCOUNT]) })
  const handler = sqsBatch({
    async respond(inputs, remainingMs) {
      const result = await respond(inputs, remainingMs)
      for (const [at, input] of inputs.entries()) if (!result.failed.has(at)) queue.decide(idIn(input), time.now())
      return result
    },
    bootstrap: async () => undefined,
    backfill: async () => undefined,
    queues: { events: new Set([QUEUE_ARN]), tasks: new Set() },
    deliveries: {
      undelivered: () => call(LATENCIES.queue, () => new Map()),
      redeliver: (messages) =>
        call(LATENCIES.queue, () => {
          if (design.isPatient) for (const { messageId, afterSeconds } of messages) queue.hide(messageId, afterSeconds, time.now())
          return new Map()
        }),
    },
    pause,
    limits: design.limits,
    log: silentLog,
  })
  return {
    handler,
    stop() {
      isStopped = true
    },
  }
}
