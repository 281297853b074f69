import { randomUUID } from 'node:crypto'
import { enforce } from '../../shared/contain/enforce.ts'
import { memoryReverifyQueue } from '../../shared/memory/invokers.ts'
import { pipeline } from '../../shared/pipeline.ts'
import type { DrillAccount, DrillCall } from '../../shared/ports/drill.ts'
import { applyPolicy, parsePolicy } from '../../shared/record/policy-in-force.ts'
import { review } from '../../shared/review/review.ts'
import type { DrillTarget } from '../drill/drill-ports.ts'
import type { DrillTime } from '../drill/watch.ts'
import { emptyPorts, QUARANTINE_POLICY } from '../memory-ports.ts'
import { simulatedClock } from '../simulated-clock.ts'
import { DELIVERY_MS } from './play.ts'
import { ACCOUNT, type CloudTrailRecord } from './record.ts'

/** How a simulation differs from the usual one. `deliveryMs`: how long after a call its event arrives. */
export interface Simulation {
  readonly policy?: object
  readonly deliveryMs?: number
  readonly stop?: AbortSignal
  readonly caller?: string
}

/** The address of whoever runs a simulated drill, of those that are kept for documentation (RFC 5737). */
const HERE = '192.0.2.10'

/** What a user without rights is refused: all but asking who it is. */
const CALLS = ['sts:GetCallerIdentity', 's3:ListBuckets', 'iam:ListUsers', 'secretsmanager:ListSecrets'] as const

/**
 * An account in memory with the whole responder: each call of the drill's key gives the record that CloudTrail would write, and arrives when time has gone on for so long. IAM, table
 * and people are this process's own, and time is simulated.
 */
export async function simulatedDrill({
  policy = {},
  deliveryMs = DELIVERY_MS,
  stop,
  caller = `arn:aws:iam::${ACCOUNT}:user/you`,
}: Simulation = {}) {
  const clock = simulatedClock()
  clock.moveTo(Math.floor(Date.now() / 1000) * 1000)
  const base = emptyPorts({ geoIp: { locate: () => ({ country: undefined, network: undefined }) } })
  const ports = {
    ...base,
    account: ACCOUNT,
    clock,
    pager: base.notifier,
    reverifyQueue: memoryReverifyQueue(),
    quarantinePolicyArn: QUARANTINE_POLICY,
    containInvoker: { contain: (id: string) => enforce(id, ports) },
  }
  const inForce = parsePolicy({ version: 3, mode: 'contain', ...policy })
  await applyPolicy(ports.record, {
    policy: inForce,
    by: 'local:drill',
    why: 'the policy of the simulation',
    at: new Date(clock.now()).toISOString(),
  })
  const respond = pipeline(ports)
  const arriving: { readonly at: number; readonly record: CloudTrailRecord }[] = []
  const users = new Map<string, string>()
  const arnOf = (path: string, name: string) => `arn:aws:iam::${ACCOUNT}:user${path}${name}`
  const detailsOf = (name: string) => ports.iam.authorizationDetails().UserDetailList.find(({ UserName }) => UserName === name)
  const account: DrillAccount = {
    id: ACCOUNT,
    arnOf,
    async createUser(path, name) {
      const arn = arnOf(path, name)
      users.set(name, arn)
      ports.iam.addObserved({ id: arn, kind: 'iam-user', name, account: ACCOUNT }, undefined)
      return arn
    },
    async createKey(name) {
      const key = await ports.iam.createAccessKey(name)
      if (typeof key === 'string') throw new Error(`the simulated IAM made no key: ${key}`)
      return key
    },
    async userAsItIs(name) {
      const details = users.has(name) ? detailsOf(name) : undefined
      if (details === undefined) return undefined
      const inline = details.UserPolicyList.map(({ PolicyName }) => PolicyName)
      const attached = details.AttachedManagedPolicies.map(({ PolicyArn }) => PolicyArn)
      return { keys: await ports.iam.listAccessKeys(name), inline, attached }
    },
    callsWith(key) {
      const callOf = (action: string): DrillCall => ({
        action,
        async make() {
          const name = (await ports.iam.ownerNameOf(key.id)) ?? ''
          const status = (await ports.iam.listAccessKeys(name)).find(({ id }) => id === key.id)?.status
          if (status !== 'Active') return 'key-unknown'
          const answer = action === CALLS[0] ? 'accepted' : 'refused'
          const by = { userName: name, arn: users.get(name) ?? '', accessKeyId: key.id }
          arriving.push({
            at: clock.now() + deliveryMs,
            record: recordOf(action, by, { at: clock.now(), isRefused: answer === 'refused' }),
          })
          return answer
        },
      })
      const [first, ...others] = CALLS
      return [callOf(first), ...others.map(callOf)]
    },
    async deleteKey(name, accessKeyId) {
      await ports.iam.deleteAccessKey(name, accessKeyId)
    },
    async deleteUser(name) {
      const user = await account.userAsItIs(name)
      if (user === undefined) return true
      if (user.keys.length + user.inline.length + user.attached.length > 0) return false
      return users.delete(name)
    },
  }
  const time: DrillTime = {
    now: clock.now,
    async wait(ms) {
      clock.moveTo(clock.now() + ms)
      const due = arriving.filter(({ at }) => at <= clock.now())
      for (const one of due) arriving.splice(arriving.indexOf(one), 1)
      if (due.length > 0) await respond(due.map(({ record }) => record))
    },
    stop: stop ?? new AbortController().signal,
  }
  const target: DrillTarget = {
    name: 'a simulated account',
    options: '',
    caller,
    incidents: ports.incidents,
    record: ports.record,
    notifier: ports.notifier,
    review: (id, verdict) => review(id, { ...verdict, by: caller }, ports),
    close: async () => {},
  }
  const note = `Simulated in this process: no AWS account is touched, and the event of each call arrives ${deliveryMs / 1000} s after it. With --stack it is done in an account.`
  return { target, account, time, note, notices: ports.notifier.notices, iam: ports.iam }
}

interface DrillUser {
  readonly userName: string
  readonly arn: string
  readonly accessKeyId: string
}

/** The record that CloudTrail would write of a read. */
function recordOf(action: string, by: DrillUser, { at, isRefused }: { at: number; isRefused: boolean }): CloudTrailRecord {
  const [service = '', eventName = ''] = action.split(':')
  return {
    eventVersion: '1.11',
    eventID: randomUUID(),
    eventTime: new Date(at).toISOString(),
    eventSource: `${service}.amazonaws.com`,
    eventName,
    eventType: 'AwsApiCall',
    awsRegion: 'us-east-1',
    sourceIPAddress: HERE,
    userAgent: 'aws-sdk-js/3',
    readOnly: true,
    managementEvent: true,
    recipientAccountId: ACCOUNT,
    userIdentity: { type: 'IAMUser', accountId: ACCOUNT, ...by },
    requestParameters: null,
    responseElements: null,
    ...(isRefused ? { errorCode: 'AccessDenied', errorMessage: `User: ${by.arn} is not authorized to perform: ${action}` } : {}),
  }
}
