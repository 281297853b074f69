import { cpuUsage } from 'node:process'
import { ScanCommand } from '@aws-sdk/lib-dynamodb'
import { dynamoChangeRecord } from '../../shared/aws/change-record.ts'
import { dynamoIdentityStore } from '../../shared/aws/identity-store.ts'
import { dynamoIncidentStore } from '../../shared/aws/incident-store.ts'
import { dynamoReachStore } from '../../shared/aws/reach-store.ts'
import { AuthorizationDetails } from '../../shared/domain/authorization-details.ts'
import { absentAdvisor } from '../../shared/memory/advisor.ts'
import { memoryAdvisorBudget } from '../../shared/memory/advisor-budget.ts'
import { memoryChangeRecord } from '../../shared/memory/change-record.ts'
import { memoryIam } from '../../shared/memory/iam.ts'
import { memoryIdentityStore } from '../../shared/memory/identity-store.ts'
import { memoryIncidentStore } from '../../shared/memory/incident-store.ts'
import { silentLog } from '../../shared/memory/log.ts'
import { pipeline } from '../../shared/pipeline.ts'
import type { RespondPorts } from '../../shared/ports/respond.ts'
import { applyPolicy, parsePolicy } from '../../shared/record/policy-in-force.ts'
import { embeddedTable } from '../contract/embedded-table.ts'
import { arnOf, exposed } from '../embedded.ts'
import { ordinaryEvents } from '../infra/delivered-events.ts'
import type { Design } from '../load/design.ts'
import { meterTable, sizesOf } from './metered-table.ts'

const ACCOUNT = '123456789012'
/** What is measured comes a month after what was learned, at the same times of day and days of the week. */
const LATER_MS = 28 * 86_400_000
const LEARNED_BATCH = 200
/** Events of a lane that are measured, at most. */
const MOST = 400

const MONTH = ordinaryEvents(1)
const ENDS_AT = Date.parse(MONTH.at(-1)?.time as string)
const EXPOSED = Array.from({ length: 40 }, (_, at) => `exposed-${at}`)

type LaneName = keyof Design['lanes']
type Event = ReturnType<typeof ordinaryEvents>[number]

/** What one event takes on average. */
export interface Units {
  readonly events: number
  readonly calls: number
  readonly writes: number
  readonly reads: number
}

/**
 * Measures what the events of ordinary days take by the responder's own code on an emulated table, whose identities have learned a month of the same days. `cpuMs` is the processor time of one event on this
 * machine with stores in memory.
 */
export async function measureUnits(lane: LaneName, batchSize: number) {
  const embedded = await embeddedTable()
  try {
    const { table } = embedded
    const meter = meterTable(table)
    const stores = {
      identities: dynamoIdentityStore(table),
      incidents: dynamoIncidentStore(table),
      record: dynamoChangeRecord(table),
      reach: dynamoReachStore(table),
    }
    const play = await learned(stores)
    const events = eventsOf(lane)
    meter.start()
    await play(events, batchSize)
    const { calls, writes, reads } = meter.read()
    const { Items = [] } = await table.client.send(new ScanCommand({ TableName: table.name }))
    const per = (sum: number) => sum / events.length
    const units: Units = { events: events.length, calls: per(calls), writes: per(writes), reads: per(reads) }
    return { units, cpuMs: await measureCpu(events, batchSize), sizes: sizesOf(Items) }
  } finally {
    await embedded.close()
  }
}

async function measureCpu(events: readonly object[], batchSize: number): Promise<number> {
  const play = await learned({ identities: memoryIdentityStore(), incidents: memoryIncidentStore(), record: memoryChangeRecord() })
  const before = cpuUsage()
  await play(events, batchSize)
  const { user, system } = cpuUsage(before)
  return (user + system) / 1000 / events.length
}

/** A responder that has learned the month. Returns what plays more events in batches, with a clock that shows their times. */
async function learned(stores: Pick<RespondPorts, 'identities' | 'incidents' | 'record' | 'reach'>) {
  let now = 0
  const ports: RespondPorts = {
    ...stores,
    iam: memoryIam(AuthorizationDetails.parse({ UserDetailList: EXPOSED.map((UserName) => ({ UserName, Arn: arnOf(UserName) })) })),
    blastRadiusOf: undefined,
    advisor: absentAdvisor,
    budget: memoryAdvisorBudget(),
    notifier: { notify: async () => {} },
    containInvoker: { contain: async () => {} },
    bootstrapQueue: { bootstrap: async () => {} },
    account: ACCOUNT,
    history: { lookup: async () => [] },
    geoIp: { locate: () => ({ country: 'US', network: undefined }) },
    clock: { now: () => now },
    log: silentLog,
  }
  const policy = parsePolicy({ version: 2, mode: 'contain' })
  await applyPolicy(stores.record, { policy, by: 'capacity', why: 'capacity', at: new Date(ENDS_AT).toISOString() })
  const respond = pipeline(ports, undefined, { kind: 'event-bus', accounts: new Set([ACCOUNT]) })
  const play = async (events: readonly object[], size: number) => {
    for (const batch of batchesOf(events, size)) {
      now = Math.max(...batch.map((event) => Date.parse((event as { time: string }).time)))
      const { failed } = await respond(batch)
      if (failed.size > 0) throw new Error(`an event failed: ${[...failed.values()][0]}`)
    }
  }
  await play(MONTH, LEARNED_BATCH)
  return play
}

/** The events of a lane, a month later: of the ordinary ones evenly drawn where there are many, and exposures where AWS reports them. */
function eventsOf(lane: LaneName): object[] {
  if (lane === 'confirmed') return EXPOSED.map((user, at) => exposed(`AKIAEXPOSED${String(at).padStart(9, '0')}`, user, ENDS_AT + LATER_MS))
  return ofLane(MONTH, lane)
}

function ofLane(days: readonly Event[], lane: LaneName): Event[] {
  const all = days.filter(({ detail }) => laneOf(detail as Detail) === lane)
  const step = Math.max(1, Math.floor(all.length / MOST))
  return all.filter((_, at) => at % step === 0).map(later)
}

interface Detail {
  readonly eventSource: string
  readonly readOnly?: boolean
  readonly userIdentity?: { readonly accessKeyId?: string; readonly type?: string }
}

/** The lane that the event rules choose, in short: what AWS's services do themselves is not delivered. */
function laneOf({ eventSource, readOnly, userIdentity }: Detail): LaneName | undefined {
  if (userIdentity?.type === 'AWSService') return undefined
  if (eventSource === 'signin.amazonaws.com' || (eventSource === 'iam.amazonaws.com' && readOnly !== true)) return 'hot'
  return eventSource === 'sts.amazonaws.com' && userIdentity?.accessKeyId?.startsWith('AKIA') ? 'tokens' : 'bulk'
}

function later(event: Event): Event {
  const time = new Date(Date.parse(event.time as string) + LATER_MS).toISOString().replace('.000Z', 'Z')
  const detail = event.detail as Record<string, unknown>
  return { ...event, id: `later-${event.id}`, time, detail: { ...detail, eventID: `later-${detail.eventID}`, eventTime: time } }
}

function batchesOf<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size))
}
