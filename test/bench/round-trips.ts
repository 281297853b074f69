import type { AddressInfo } from 'node:net'
import dynalite from 'dynalite'
import { dynamoAdvisorBudget } from '../../shared/aws/advisor-budget.ts'
import { dynamoBreaker } from '../../shared/aws/breaker.ts'
import { dynamoChangeRecord } from '../../shared/aws/change-record.ts'
import { dynamo, iamClient, lambdaClient, snsClient } from '../../shared/aws/clients.ts'
import { awsIam } from '../../shared/aws/iam.ts'
import { dynamoIdentityStore } from '../../shared/aws/identity-store.ts'
import { dynamoIncidentStore } from '../../shared/aws/incident-store.ts'
import { lambdaContainInvoker } from '../../shared/aws/invokers.ts'
import { snsNotifier } from '../../shared/aws/notifier.ts'
import { dynamoReachStore } from '../../shared/aws/reach-store.ts'
import { createTable } from '../../shared/aws/table.ts'
import { enforce } from '../../shared/contain/enforce.ts'
import { absentAdvisor } from '../../shared/memory/advisor.ts'
import { silentLog } from '../../shared/memory/log.ts'
import { pipeline } from '../../shared/pipeline.ts'
import { applyPolicy, parsePolicy } from '../../shared/record/policy-in-force.ts'
import { reportOf } from '../scenarios/case.ts'
import { fakeAws } from './fake-aws.ts'
import type { Figures } from './measure.ts'

const KEY = 'AKIAIOSFODNN7EXAMPLE'
const CREDENTIALS = { accessKeyId: 'bench', secretAccessKey: 'bench' }

interface Call {
  readonly name: string
  readonly start: number
  readonly end: number
}

type Send = { send(command: unknown, ...rest: unknown[]): Promise<unknown> }

const NOW = new Date()
const health = {
  source: 'aws.health',
  'detail-type': 'AWS Health Event',
  time: NOW.toISOString(),
  account: '123456789012',
  detail: {
    service: 'RISK',
    eventTypeCode: 'AWS_RISK_CREDENTIALS_EXPOSED',
    eventArn: 'arn:aws:health:us-east-1::event/RISK/x/1',
    affectedEntities: [{ entityValue: KEY }],
  },
}
/** A finding of GuardDuty about the key, and GitHub's word that it works. */
const reported = [
  reportOf(
    { reported: KEY, by: 'guardduty', type: 'UnauthorizedAccess:IAMUser/TorIPCaller', severity: 8, grade: 'id-only' },
    { id: 'g', time: NOW.getTime() },
  ),
  reportOf({ reported: KEY, by: 'github', type: '', severity: 0, grade: 'verified' }, { id: 'a', time: NOW.getTime() }),
]

/** Counts the serial round trips from an event to an inactive key, on the SDK clients that the functions use. */
export async function roundTrips(): Promise<Figures> {
  const ofHealth = await pathOf([health])
  const ofFinding = await pathOf(reported)
  const unit = (path: readonly string[]) => `serial round trips, cold: ${path.join(' → ')}`
  return {
    'contain.roundTrips': { value: ofHealth.length, unit: unit(ofHealth), target: '<= 7' },
    'reported.roundTrips': { value: ofFinding.length, unit: `of a finding with an exposure: ${unit(ofFinding)}`, target: '<= 7' },
  }
}

/** The longest chain of calls from events to the call that makes the key inactive. */
async function pathOf(events: readonly object[]): Promise<string[]> {
  const database = dynalite({ createTableMs: 0 })
  await new Promise<void>((resolve) => database.listen(0, '127.0.0.1', resolve))
  const aws = await fakeAws({ userName: 'ci-deploy', accessKeyId: KEY })
  const options = (endpoint: string) => ({ region: 'us-east-1', endpoint, credentials: CREDENTIALS })
  const name = 'bench'
  const client = dynamo(options(`http://127.0.0.1:${(database.address() as AddressInfo).port}`))
  await createTable(client, name)
  const policy = parsePolicy({ version: 2, mode: 'contain' })
  await applyPolicy(dynamoChangeRecord({ client, name }), { policy, by: 'bench', why: 'bench', at: new Date().toISOString() })

  /** The adapters of one function on clients of its own, which note every call. */
  const portsOf = (calls: Call[]) => {
    const table = { client: counted(dynamo(options(`http://127.0.0.1:${(database.address() as AddressInfo).port}`)), calls), name }
    return {
      identities: dynamoIdentityStore(table),
      reach: dynamoReachStore(table),
      incidents: dynamoIncidentStore(table),
      record: dynamoChangeRecord(table),
      breaker: dynamoBreaker(table),
      iam: awsIam(counted(iamClient(options(aws.url)), calls), '123456789012'),
      blastRadiusOf: undefined,
      notifier: snsNotifier(counted(snsClient(options(aws.url)), calls), 'arn:aws:sns:us-east-1:123456789012:notices'),
      pager: snsNotifier(counted(snsClient(options(aws.url)), calls), 'arn:aws:sns:us-east-1:123456789012:on-call'),
      advisor: absentAdvisor,
      budget: dynamoAdvisorBudget(table),
      containInvoker: lambdaContainInvoker(counted(lambdaClient(options(aws.url)), calls), 'contain'),
      bootstrapQueue: { bootstrap: async () => {} },
      history: { lookup: async () => [] },
      geoIp: { locate: () => ({ country: undefined, network: undefined }) },
      clock: { now: () => Date.now() },
      reverifyQueue: { verifyLater: async () => {} },
      account: '123456789012',
      quarantinePolicyArn: 'arn:aws:iam::123456789012:policy/quarantine',
      log: silentLog,
    }
  }
  const respondCalls: Call[] = []
  const containCalls: Call[] = []

  // A pipeline made anew has no policy in its cache: the worst case, a cold start.
  const responding = pipeline(portsOf(respondCalls))(events)
  const incidentId = await aws.invoked
  // Contain runs in its own function while respond goes on; what respond does after its call delays nobody.
  await enforce(incidentId, portsOf(containCalls))
  await responding
  database.close()
  aws.close()
  if (aws.statusOfKey() !== 'Inactive') throw new Error('the key is not inactive: the figure would mean nothing')
  return [...criticalPath(respondCalls, 'Invoke'), ...criticalPath(containCalls, 'UpdateAccessKey')]
}

/** A client that notes each of its calls. */
function counted<T extends object>(client: T, calls: Call[]): T {
  const target = client as T & Send
  const send = target.send.bind(target)
  target.send = async (command: unknown, ...rest: unknown[]) => {
    const start = performance.now()
    try {
      return await send(command, ...rest)
    } finally {
      calls.push({ name: (command as object).constructor.name.replace('Command', ''), start, end: performance.now() })
    }
  }
  return client
}

/** The longest chain of calls, each begun after the one before had ended, that ends in the call of a name. */
function criticalPath(calls: readonly Call[], last: string): string[] {
  const end = calls.find(({ name }) => name === last)
  if (end === undefined) throw new Error(`no call of ${last}`)
  const before = [...calls].filter((call) => call.end <= end.start).sort((a, b) => a.start - b.start)
  const chains: { call: Call; path: string[] }[] = []
  for (const call of [...before, end]) {
    const longest = chains
      .filter((chain) => chain.call.end <= call.start)
      .reduce<string[]>((most, { path }) => (path.length > most.length ? path : most), [])
    chains.push({ call, path: [...longest, call.name] })
  }
  return chains.at(-1)?.path ?? []
}
