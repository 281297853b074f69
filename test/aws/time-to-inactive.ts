import { GetUserCommand } from '@aws-sdk/client-iam'
import { dynamoAdvisorBudget } from '../../shared/aws/advisor-budget.ts'
import { dynamoBreaker } from '../../shared/aws/breaker.ts'
import { dynamoChangeRecord } from '../../shared/aws/change-record.ts'
import { type ClientOptions, dynamo, iamClient } from '../../shared/aws/clients.ts'
import { awsIam } from '../../shared/aws/iam.ts'
import { dynamoIdentityStore } from '../../shared/aws/identity-store.ts'
import { dynamoIncidentStore } from '../../shared/aws/incident-store.ts'
import { enforce } from '../../shared/contain/enforce.ts'
import { absentAdvisor } from '../../shared/memory/advisor.ts'
import { silentLog } from '../../shared/memory/log.ts'
import { pipeline } from '../../shared/pipeline.ts'
import type { BreakerLane } from '../../shared/ports/stores.ts'
import type { Keys } from './stack-on-moto.ts'

const RUNS = 9

interface Span {
  readonly start: number
  readonly end: number
  readonly name: string
}

/**
 * The fast path in this process, on the SDK against moto: from an AWS Health event to the end of UpdateAccessKey. Lambda's invoke
 * is a call of a function here, so it is not counted. Each run has a user of its own.
 */
export async function timeToInactive(about: {
  options: ClientOptions
  table: string
  account: string
  newUser: (name: string) => Promise<Keys>
}): Promise<{ calls: number; ms: number; bareMs: number; runs: number; inactive: number }> {
  const spans: Span[] = []
  const client = noted(dynamo(about.options), spans)
  const table = { client, name: about.table }
  const iam = awsIam(noted(iamClient(about.options), spans), about.account)
  const ports = {
    identities: dynamoIdentityStore(table),
    incidents: dynamoIncidentStore(table),
    record: dynamoChangeRecord(table),
    breaker: { ...dynamoBreaker(table), reserve: async (lane: BreakerLane, id: string) => dynamoBreaker(table).reserve(lane, id, 1000) },
    iam,
    blastRadiusOf: undefined,
    notifier: { notify: async () => {} },
    pager: { notify: async () => {} },
    advisor: absentAdvisor,
    budget: dynamoAdvisorBudget(table),
    containInvoker: { contain: (id: string) => enforce(id, ports) },
    bootstrapQueue: { bootstrap: async () => {} },
    history: { lookup: async () => [] },
    geoIp: { locate: () => ({ country: undefined, network: undefined }) },
    reverifyQueue: { verifyLater: async () => {} },
    clock: { now: () => Date.now() },
    account: about.account,
    quarantinePolicyArn: `arn:aws:iam::${about.account}:policy/quarantine`,
    log: silentLog,
  }
  const respond = pipeline(ports)
  const times: number[] = []
  const depths: number[] = []
  let inactive = 0
  for (let run = 0; run <= RUNS; run++) {
    const name = `timed-${run}`
    const { accessKeyId } = await about.newUser(name)
    spans.length = 0
    const startedAt = performance.now()
    await respond([reportOf(accessKeyId, about.account, run)])
    const off = spans.find((span) => span.name === 'UpdateAccessKey')
    if (off === undefined) throw new Error(`the key of ${name} was not switched off`)
    // The first run opens connections.
    if (run === 0) continue
    if ((await iam.listAccessKeys(name))[0]?.status === 'Inactive') inactive += 1
    times.push(off.end - startedAt)
    depths.push(depthOf(off, spans))
  }
  const calls = Math.max(...depths)
  return { calls, ms: Math.round(median(times)), bareMs: await bare(about.options, calls), runs: RUNS, inactive }
}

/** What so many calls take one after the other: the share of moto. */
async function bare(options: ClientOptions, calls: number): Promise<number> {
  const iam = iamClient(options)
  const times: number[] = []
  for (let run = 0; run <= RUNS; run++) {
    const startedAt = performance.now()
    for (let at = 0; at < calls; at++) await iam.send(new GetUserCommand({ UserName: 'admin' }))
    if (run > 0) times.push(performance.now() - startedAt)
  }
  return Math.round(median(times))
}

/** How many calls, each begun after the one before had ended, lead to a call, itself counted. */
function depthOf(last: Span, spans: readonly Span[]): number {
  const before = spans.filter(({ end }) => end <= last.start)
  return 1 + Math.max(0, ...before.filter(({ end }) => !before.some(({ start }) => start >= end)).map((span) => depthOf(span, spans)))
}

function noted<T extends object>(client: T, spans: Span[]): T {
  const target = client as T & { send(command: object, ...rest: unknown[]): Promise<unknown> }
  const send = target.send.bind(target)
  target.send = async (command, ...rest) => {
    const start = performance.now()
    try {
      return await send(command, ...rest)
    } finally {
      spans.push({ start, end: performance.now(), name: command.constructor.name.replace(/Command$/, '') })
    }
  }
  return client
}

function reportOf(accessKeyId: string, account: string, run: number): object {
  return {
    source: 'aws.health',
    'detail-type': 'AWS Health Event',
    account,
    time: new Date().toISOString(),
    detail: {
      service: 'RISK',
      eventTypeCode: 'AWS_RISK_CREDENTIALS_EXPOSED',
      eventArn: `arn:aws:health:us-east-1::event/RISK/timed/${run}`,
      affectedEntities: [{ entityValue: accessKeyId }],
    },
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0
}
