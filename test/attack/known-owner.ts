import { REPORT_BUS_SOURCE, REPORT_DETAIL_TYPES } from '../../shared/domain/exposure-report.ts'
import { pipeline } from '../../shared/pipeline.ts'
import type { Advisor } from '../../shared/ports/advisor.ts'
import { ACCOUNT, embedded } from '../embedded.ts'
import { accountOf, asCall, type Call, recordOf } from '../scenarios/case.ts'

export const DAY = 86_400_000
export const MINUTE = 60_000
/** When the history of the owner ends. */
export const TODAY = Date.UTC(2026, 2, 2, 12)

/** Networks of the ranges that are kept for documents: the owner works from the first. */
const PLACES = [
  ['192.0.2.', 'US', { asn: 64496, organisation: 'Example Broadband' }],
  ['198.51.100.', 'RO', { asn: 64497, organisation: 'Example Hosting' }],
  ['203.0.113.', 'DE', { asn: 64498, organisation: 'Example Telecom' }],
] as const
const geoIp = {
  locate(address: string) {
    const [, country, network] = PLACES.find(([prefix]) => address.startsWith(prefix)) ?? []
    return { country, network }
  },
}

/** What the owner does every day, harm among it. */
const ORDINARY = ['s3:GetObject', 's3:PutObject', 's3:ListBucket', 'sts:GetCallerIdentity', 's3:DeleteBucket'].map((call) => asCall(call))

/** The user `ci-build` with a history of `days` days, under the table of evidence that the default policy has. */
export async function knownOwner(parts: { policy?: object; advisor?: Advisor; days?: number; account?: object } = {}) {
  const world = await embedded({
    account: parts.account ?? accountOf({}),
    policy: {
      version: 3,
      evidence: undefined,
      advisor: { enabled: parts.advisor !== undefined, band: [40, 95], maxShift: 30, deadlineSeconds: 5 },
      ...parts.policy,
    },
    ...(parts.advisor === undefined ? {} : { advisor: parts.advisor }),
  })
  const respond = pipeline({ ...world.ports, geoIp })
  let made = 0
  const recorded = (call: Call, time: number) => recordOf(call, { id: `call-${time}-${made++}`, time, n: made })
  for (let day = parts.days ?? 20; day > 0; day--) await respond(ORDINARY.map((call, n) => recorded(call, TODAY - day * DAY + n * MINUTE)))
  return { ...world, respond, recorded }
}

/** What `webhook` or `logs` hands on of a key. */
export function seenIn(
  source: string,
  credentialId: string,
  parts: { id: string; grade: string; time: number; place?: string; seenAt?: number },
) {
  const { id, grade, time, place = 'OPS-7', seenAt = time } = parts
  return {
    version: '0',
    id: `event-${id}`,
    account: ACCOUNT,
    region: 'us-east-1',
    time: new Date(time).toISOString(),
    source: REPORT_BUS_SOURCE,
    'detail-type': REPORT_DETAIL_TYPES.exposure,
    detail: { version: 1, id, source, credentialId, grade, place, seenAt },
  }
}

/** A finding that somebody imported to Security Hub about a user, under the product of the account; `finding` replaces members of it. */
export function imported(
  resource: object,
  { id, time, label, type, finding = {} }: { id: string; time: number; label: string; type: string; finding?: object },
) {
  return {
    version: '0',
    id: `event-${id}`,
    account: ACCOUNT,
    region: 'us-east-1',
    time: new Date(time).toISOString(),
    source: 'aws.securityhub',
    'detail-type': 'Security Hub Findings - Imported',
    detail: {
      findings: [
        {
          SchemaVersion: '2018-10-08',
          Id: id,
          ProductArn: `arn:aws:securityhub:us-east-1:${ACCOUNT}:product/${ACCOUNT}/default`,
          GeneratorId: 'somebody',
          AwsAccountId: ACCOUNT,
          Types: [type],
          UpdatedAt: new Date(time).toISOString(),
          Severity: { Label: label },
          RecordState: 'ACTIVE',
          Workflow: { Status: 'NEW' },
          Resources: [resource],
          ...finding,
        },
      ],
    },
  }
}
