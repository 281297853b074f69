import { REPORT_BUS_SOURCE, REPORT_DETAIL_TYPES } from '../../shared/domain/exposure-report.ts'
import { AGENTS } from './cast.ts'
import { randomOf } from './random.ts'
import { ACCOUNT, type Call, type CloudTrailRecord, denied, HOME_REGION, recordOf } from './record.ts'
import { MINUTE, SECOND } from './story.ts'

/** The user whose key stands in the ticket. */
export const LEAKED_USER = 'ci-release'

/** How long after the ticket the key is used, and after that GuardDuty says so: it needs up to five minutes. */
const [FIRST_USE_MS, FINDING_MS] = [40 * SECOND, 5 * MINUTE]

/** What a party says, and when it arrives (epoch ms). */
export interface ArrivingReport {
  readonly arrivesAt: number
  readonly event: object
}

/** A leak in a ticket: the calls of who found the key there, and what others say of it. */
export interface Leak {
  readonly accessKeyId: string
  readonly records: readonly CloudTrailRecord[]
  readonly reports: readonly ArrivingReport[]
}

type Step = Omit<Call, 'time'> & { readonly after: number; readonly isRefused?: boolean }

const STEPS: readonly Step[] = [
  { service: 'sts', name: 'GetCallerIdentity', after: 0 },
  { service: 'iam', name: 'ListUsers', after: 25, isRefused: true },
  { service: 's3', name: 'ListBuckets', after: 40, isRefused: true },
  { service: 'ec2', name: 'DescribeInstances', after: 55 },
  { service: 'iam', name: 'CreateUser', request: { userName: 'release-bot' }, after: 70, isRefused: true },
  { service: 'secretsmanager', name: 'ListSecrets', after: 85, isRefused: true },
  { service: 'ec2', name: 'DescribeRegions', after: 100 },
  { service: 'route53', name: 'ListHostedZones', after: 150 },
  { service: 'route53', name: 'ListHostedZones', after: 190 },
  { service: 'ec2', name: 'DescribeInstances', after: 305 },
  { service: 'route53', name: 'ListHostedZones', after: 320 },
  { service: 'route53', name: 'ChangeResourceRecordSets', request: { hostedZoneId: 'Z0123456789ABCDEFGHIJ' }, after: 340 },
]

/** Makes the story of a key that somebody writes into a ticket at a time (epoch ms). The same seed gives the same story. */
export function leakIn({ account, at, seed }: { account: Account; at: number; seed: number }): Leak {
  const random = randomOf(seed + 1)
  const user = account.UserDetailList.find(({ UserName }) => UserName === LEAKED_USER)
  const accessKeyId = account.AccessKeys.findLast(({ UserName }) => UserName === LEAKED_USER)?.AccessKeyId ?? ''
  const principalId = user?.UserId ?? ''
  const arn = `arn:aws:iam::${ACCOUNT}:user/${LEAKED_USER}`
  const userIdentity = { type: 'IAMUser', principalId, arn, accountId: ACCOUNT, accessKeyId, userName: LEAKED_USER }
  // A network of Tor exits, which is not that of the first intruder: they have nothing to do with each other.
  const address = `185.220.101.${random.whole(2, 250)}`
  const caller = { userIdentity, address, agent: AGENTS.boto }
  const records = STEPS.map(({ after, isRefused, ...step }) => {
    const error = isRefused === true ? { error: denied(arn, `${step.service}:${step.name}`) } : {}
    return recordOf(caller, { ...step, ...error, time: at + FIRST_USE_MS + after * SECOND }, random)
  })
  const foundAt = at + FIRST_USE_MS + FINDING_MS
  const who = { accessKeyId, principalId, userType: 'IAMUser', userName: LEAKED_USER }
  return {
    accessKeyId,
    records,
    reports: [
      { arrivesAt: at + 2 * SECOND, event: ticketOf(accessKeyId, at) },
      { arrivesAt: foundAt, event: findingOf(who, address, foundAt) },
    ],
  }
}

/** What the story has to know of the account. */
interface Account {
  readonly UserDetailList: readonly { readonly UserName: string; readonly UserId?: string | undefined }[]
  readonly AccessKeys: readonly { readonly UserName: string; readonly AccessKeyId: string }[]
}

function ticketOf(credentialId: string, at: number): object {
  const detail = {
    version: 1,
    id: `jira:OPS-7:comment:10001:${credentialId}`,
    source: 'jira',
    credentialId,
    grade: 'with-secret',
    place: 'ticket OPS-7, a comment',
    seenAt: at,
  }
  return envelope(REPORT_BUS_SOURCE, REPORT_DETAIL_TYPES.exposure, { at, detail })
}

function findingOf(accessKeyDetails: object, ipAddressV4: string, at: number): object {
  const detector = `arn:aws:guardduty:${HOME_REGION}:${ACCOUNT}:detector/12abc34d567e8fa901bc2d34e56789f0`
  const call = { api: 'GetCallerIdentity', serviceName: 'sts.amazonaws.com', callerType: 'Remote IP', remoteIpDetails: { ipAddressV4 } }
  const detail = {
    schemaVersion: '2.0',
    accountId: ACCOUNT,
    region: HOME_REGION,
    partition: 'aws',
    id: 'b6c1a2d3e4f5061728394a5b6c7d8e9f',
    arn: `${detector}/finding/b6c1a2d3e4f5061728394a5b6c7d8e9f`,
    type: 'UnauthorizedAccess:IAMUser/TorIPCaller',
    resource: { resourceType: 'AccessKey', accessKeyDetails },
    service: { serviceName: 'guardduty', archived: false, count: 1, action: { actionType: 'AWS_API_CALL', awsApiCallAction: call } },
    severity: 5,
    createdAt: new Date(at).toISOString(),
    updatedAt: new Date(at).toISOString(),
  }
  return envelope('aws.guardduty', 'GuardDuty Finding', { at, detail })
}

function envelope(source: string, detailType: string, { at, detail }: { at: number; detail: object }): object {
  const time = new Date(at).toISOString()
  return { version: '0', id: `${source}-${at}`, 'detail-type': detailType, source, account: ACCOUNT, time, region: HOME_REGION, detail }
}
