import { type Place, partitionOfRegion } from '../../domain/arn.ts'
import { BEDROCK_KEY_NAME, ExposureReport, REPORT_BUS_SOURCE, REPORT_DETAIL_TYPES, RuntimeAlert } from '../../domain/exposure-report.ts'
import { accountOfKey } from '../../domain/key-account.ts'
import { timeOf } from '../../domain/record-time.ts'
import { workloadIn } from '../../domain/workload-sessions.ts'
import { type Fields, textOf } from '../fields.ts'
import type { Normalised } from '../normalised.ts'
import { healthEntityOf } from './health-entity.ts'
import { type Meant, meantBy } from './named-principal.ts'
import { reportSignal } from './report-signal.ts'
import { timeSaid } from './time-said.ts'
import { unnamed } from './workload.ts'

/** True for an event of the stack's own bus for reports. `believe` says whether it is believed. */
export function isOwnReport(event: Fields): boolean {
  return event.source === REPORT_BUS_SOURCE
}

/** The signal of what `webhook`, `logs` or `ingest` handed on. What does not fit the schema is unreadable, so that nothing of it is lost. */
export function ownReportSignals(event: Fields): Normalised {
  const account = textOf(event.account, 12)
  const region = textOf(event.region, 32) ?? 'unknown'
  if (account === undefined) return { kind: 'unreadable', reason: 'report without account' }
  const at = { account, region, sentAt: timeOf(event.time) }
  switch (event['detail-type']) {
    case REPORT_DETAIL_TYPES.exposure:
      return exposureSignals(event.detail, at)
    case REPORT_DETAIL_TYPES.runtime:
      return runtimeSignals(event.detail, at)
    default:
      return { kind: 'unreadable', reason: 'report of an unknown kind' }
  }
}

interface At {
  readonly account: string
  readonly region: string
  /** When one of our own functions handed it on, which no party chooses. Epoch milliseconds. */
  readonly sentAt: number | undefined
}

function exposureSignals(detail: unknown, { account, region, sentAt }: At): Normalised {
  const parsed = ExposureReport.safeParse(detail)
  if (!parsed.success) return { kind: 'unreadable', reason: `report of an exposure: ${faultOf(parsed.error)}` }
  const { id, source, credentialId, grade, place, url, seenAt } = parsed.data
  const of = accountOfKey(credentialId) ?? account
  const meant = meantByCredential(credentialId, { account: of, partition: partitionOfRegion(region) })
  const said = {
    // A party may say more of the same finding later: that it tried the credential, and it works. The same again counts once.
    id: `${source}:${id}#${grade}#${credentialId}`,
    time: timeSaid(seenAt, sentAt) ?? seenAt,
    account: of,
    region,
    ...meant,
    note: credentialId.startsWith('AKIA') ? undefined : meant.unjoined,
    report: { id, type: grade, grade, place, ...(url === undefined ? {} : { url }) },
  }
  return { kind: 'signals', signals: [reportSignal({ ...said, kind: 'credential-exposure', source })] }
}

/** The name of a Bedrock API key stands for it, as in events of AWS Health: its text is the secret. */
function meantByCredential(credentialId: string, place: Place): Meant {
  if (!BEDROCK_KEY_NAME.test(credentialId)) return meantBy({ place, accessKeyId: credentialId })
  const { identity, credential, note } = healthEntityOf(credentialId, '', place)
  return { identity, credential, isPathUnknown: false, ...(note === undefined ? {} : { unjoined: note }) }
}

/** Priorities of Falco by how much they say, as severities of other products. From `Notice` on downwards they are about the working of a host. */
const PRIORITIES: Readonly<Record<RuntimeAlert['priority'], number | undefined>> = {
  Emergency: 0.65,
  Alert: 0.65,
  Critical: 0.65,
  Error: 0.45,
  Warning: 0.25,
  Notice: undefined,
  Informational: undefined,
  Debug: undefined,
}

function runtimeSignals(detail: unknown, { account, region, sentAt }: At): Normalised {
  const parsed = RuntimeAlert.safeParse(detail)
  if (!parsed.success) return { kind: 'unreadable', reason: `alert of a workload: ${faultOf(parsed.error)}` }
  const { id, source, rule, priority, workload, seenAt } = parsed.data
  const weight = PRIORITIES[priority]
  if (weight === undefined) return { kind: 'ignored', reason: `alert of Falco of priority ${priority}` }
  const place = { account, partition: partitionOfRegion(region) }
  const { unjoined, ...meant } = unnamed(workload ?? 'without a name', place, {
    unjoined: 'a workload',
    sessionName: workload && workloadIn(workload),
  })
  const report = { id, type: rule, compromise: weight, ...(unjoined === undefined ? {} : { unjoined }) }
  const said = { id: `falco:${id}`, time: timeSaid(seenAt, sentAt) ?? seenAt, account, region, ...meant, note: unjoined, report }
  return { kind: 'signals', signals: [reportSignal({ ...said, kind: 'finding', source })] }
}

/** The first fault in terms of the schema. It quotes nothing of the input. */
function faultOf({
  issues: [first],
}: {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]
}): string {
  return first === undefined ? 'malformed' : `${first.path.join('.')}: ${first.message}`
}
