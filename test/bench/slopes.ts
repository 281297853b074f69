import { deflateRawSync } from 'node:zlib'
import { emptyPorts } from '../../local/memory-ports.ts'
import { foldInto } from '../../shared/detect/fold.ts'
import { emptyState } from '../../shared/domain/identity-state.ts'
import type { Signal } from '../../shared/domain/signal.ts'
import { packState } from '../../shared/domain/state-codec.ts'
import { pipeline } from '../../shared/pipeline.ts'
import { applyPolicy, parsePolicy } from '../../shared/record/policy-in-force.ts'
import { enricher } from '../../shared/sense/enrich/enrich.ts'
import { normalise } from '../../shared/sense/normalise.ts'
import { type Figures, median, rounded } from './measure.ts'

const EVENTS = 20_000
const BATCH = 1_000
const ROUNDS = 3
const START = Date.UTC(2026, 0, 1)
const ACTIONS = ['s3:ListBuckets', 'ec2:DescribeInstances', 'ecr:PutImage', 'sqs:SendMessage', 'lambda:GetFunction']

function record(at: number, user: number, time: number): object {
  const [service, eventName] = (ACTIONS[at % ACTIONS.length] as string).split(':')
  return {
    eventID: `e-${user}-${at}-${time}`,
    eventTime: new Date(time).toISOString(),
    eventSource: `${service}.amazonaws.com`,
    eventName,
    awsRegion: 'us-east-1',
    sourceIPAddress: '192.0.2.10',
    userAgent: 'aws-cli/2.15.0',
    readOnly: at % 3 === 0,
    userIdentity: {
      type: 'IAMUser',
      arn: `arn:aws:iam::123456789012:user/u${user}`,
      accountId: '123456789012',
      userName: `u${user}`,
      accessKeyId: `AKIA${String(user).padStart(16, '0')}`,
    },
  }
}

const geoIp = { locate: () => ({ country: 'US', network: { asn: 64496, organisation: 'Example' } }) }

async function freshPipeline() {
  const ports = emptyPorts({ geoIp })
  await applyPolicy(ports.record, { policy: parsePolicy({ version: 2 }), by: 'bench', why: 'bench', at: new Date(0).toISOString() })
  return pipeline(ports)
}

/** Microseconds for an event, where `identities` were all seen before and the events are spread over ten of them. */
async function costWith(identities: number): Promise<number> {
  const run = await freshPipeline()
  for (let user = 0; user < identities; user += BATCH) {
    await run(Array.from({ length: Math.min(BATCH, identities - user) }, (_, at) => record(0, user + at, START)))
  }
  const events = Array.from({ length: EVENTS }, (_, at) =>
    record(at, (at % 10) * Math.floor(identities / 10), START + 3_600_000 + at * 1000),
  )
  return timed(run, events)
}

/** Microseconds for an event of ten identities with a history of so many days, 500 calls a day. */
async function costAfter(days: number): Promise<number> {
  const run = await freshPipeline()
  for (let day = 0; day < days; day++)
    await run(Array.from({ length: 500 }, (_, at) => record(at, at % 10, START + day * 86_400_000 + at * 60_000)))
  const events = Array.from({ length: EVENTS }, (_, at) => record(at, at % 10, START + days * 86_400_000 + at * 1000))
  return timed(run, events)
}

async function timed(run: Awaited<ReturnType<typeof freshPipeline>>, events: readonly object[]): Promise<number> {
  const startedAt = performance.now()
  for (let at = 0; at < events.length; at += BATCH) {
    const { failed } = await run(events.slice(at, at + BATCH))
    if (failed.size > 0) throw new Error('events failed: the figure would mean nothing')
  }
  return ((performance.now() - startedAt) * 1000) / events.length
}

/** In turns, and the median of the ratios: the machine's mood falls on both sides of each. */
async function ratio(many: () => Promise<number>, few: () => Promise<number>): Promise<number> {
  await few()
  const ratios: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const base = await few()
    ratios.push((await many()) / base)
  }
  return median(ratios)
}

/** What an identity with ten million calls takes in the store: the calls are as different as the bounds can tell apart. */
function stateBytes(): number {
  const enrich = enricher({
    geoIp: {
      locate: (address) => ({
        country: `C${address.split('.')[3]}`.slice(0, 2),
        network: { asn: 64_000 + Number(address.split('.')[3]), organisation: 'x' },
      }),
    },
    own: { sessions: new Set(), stackName: undefined, names: new Set() },
  })({ blocklist: [] })
  const normalised = normalise(record(0, 1, START))
  if (normalised.kind !== 'signals') throw new Error(normalised.reason)
  const model = enrich(normalised.signals[0] as Signal)
  const state = emptyState(model.identity)
  for (let at = 0; at < TEN_MILLION; at++) {
    const { origin } = model
    foldInto(state, {
      ...model,
      id: `event-${at}`,
      time: START + at * 250,
      action: `service${at % 40}:OperationNumber${at % 997}`,
      service: `service${at % 40}`,
      region: `region-${at % 30}`,
      outcome: at % 11 === 0 ? 'denied' : 'success',
      credential: { id: `ASIA${String(at % 50).padStart(16, '0')}`, kind: 'session' },
      origin: { ...origin, country: `C${at % 20}`, network: `AS${64_000 + (at % 60)}`, agentFamily: `family-${at % 20}` },
    })
  }
  return deflateRawSync(packState(state)).length
}

const TEN_MILLION = 10_000_000

/** Cost does not grow with the number of identities or the length of history, and neither does the state. */
export async function slopes(): Promise<Figures> {
  const identities = await ratio(
    () => costWith(100_000),
    () => costWith(10),
  )
  const history = await ratio(
    () => costAfter(90),
    () => costAfter(1),
  )
  return {
    'cost.identities': { value: rounded(identities), unit: '× µs per event, 100,000 identities ÷ 10', target: '<= 1.5' },
    'cost.history': { value: rounded(history), unit: '× µs per event, 90 days of history ÷ 1', target: '<= 1.5' },
    'state.bytes': { value: stateBytes(), unit: 'bytes stored of an identity with 10 million calls', target: '<= 16384' },
  }
}
