import { partitionOfRegion } from '../../domain/arn.ts'
import { CREDENTIAL_ID } from '../../domain/exposure-report.ts'
import { timeOf } from '../../domain/record-time.ts'
import { type Fields, fieldsOf, textOf } from '../fields.ts'
import type { Normalised } from '../normalised.ts'
import { meantBy } from './named-principal.ts'
import { reportSignal } from './report-signal.ts'

/** The check that finds keys in public places, and keys whose use looks like fraud. */
const CHECK = 'Exposed Access Keys'

/**
 * The signal of a key that Trusted Advisor found in public, which is AWS's own word. Other checks are ignored.
 *
 * @example { 'check-name': 'Exposed Access Keys', status: 'ERROR', uuid: '…', 'check-item-detail': { 'Access Key ID': 'AKIA…',
 *   'User Name (IAM or Root)': 'ci-deploy', 'Fraud Type': 'Exposed', 'Time Updated': '1440021299248', Location: 'www.example.com' } }
 * @see https://docs.aws.amazon.com/awssupport/latest/user/cloudwatch-events-ta.html
 */
export function trustedAdvisorSignals(event: Fields): Normalised {
  const detail = fieldsOf(event.detail)
  const check = textOf(detail['check-name'], 128)
  if (check === undefined) return { kind: 'unreadable', reason: 'Trusted Advisor event without check-name' }
  if (check !== CHECK) return { kind: 'ignored', reason: `Trusted Advisor check “${check}” is not about credentials` }
  if (detail.status === 'OK') return { kind: 'ignored', reason: 'Trusted Advisor says that no key is exposed' }
  const item = fieldsOf(detail['check-item-detail'])
  const key = textOf(item['Access Key ID'], 128)
  const account = textOf(event.account, 12)
  const time = timeOf(event.time)
  if (key === undefined || !CREDENTIAL_ID.test(key) || account === undefined || time === undefined)
    return { kind: 'unreadable', reason: 'Trusted Advisor event without the id of a key, account or time' }
  const region = textOf(event.region, 32) ?? 'us-east-1'
  const place = { account, partition: partitionOfRegion(region) }
  const name = textOf(item['User Name (IAM or Root)'], 128)
  const isRoot = name === 'root' || name === '<root_account>'
  const meant = meantBy({ place, accessKeyId: key, userName: name, userType: isRoot ? 'Root' : 'IAMUser' })
  const fraud = textOf(item['Fraud Type'], 64) ?? 'Exposed'
  const where = textOf(item.Location, 256)
  // It tells of a key again at every refresh, with another uuid each.
  const id = `trusted-advisor:${account}:${key}:${fraud}`
  const signal = reportSignal({
    kind: 'credential-exposure',
    source: 'trusted-advisor',
    id,
    time,
    account,
    region,
    ...meant,
    note: meant.unjoined,
    code: fraud,
    report: { id, type: fraud, grade: 'verified', ...(where === undefined ? {} : { place: where }) },
  })
  return { kind: 'signals', signals: [signal] }
}
