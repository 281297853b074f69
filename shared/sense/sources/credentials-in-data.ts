import { timeOf } from '../../domain/record-time.ts'
import type { ReportingSource } from '../../domain/report.ts'
import { type Fields, fieldsOf, isFields, textOf } from '../fields.ts'
import type { Normalised } from '../normalised.ts'
import { reportSignal } from './report-signal.ts'
import { timeSaid } from './time-said.ts'
import { unnamed } from './workload.ts'

/** How much it says that credentials of nobody in particular stand in data: a notice, at the most that the policy lets these sources bring about. */
const WEIGHT = 0.3

/** The findings of Macie about credentials in objects. https://docs.aws.amazon.com/macie/latest/user/findings-types.html */
const OF_MACIE = /^SensitiveData:S3Object\/(?:Credentials|Multiple)$/

/**
 * A note that Macie saw credentials in an object of S3. The finding holds neither a value nor a key's id, so it is about the object.
 *
 * @example { id: '…', type: 'SensitiveData:S3Object/Credentials', accountId: '…', updatedAt: '…', resourcesAffected: { s3Object: { path: 'bucket/key' } } }
 * @see https://docs.aws.amazon.com/macie/latest/user/findings-publish-event-schemas.html
 */
export function macieSignals(finding: Fields, sentAt: number | undefined): Normalised {
  const type = textOf(finding.type, 128) ?? 'no type'
  if (finding.sample === true) return { kind: 'ignored', reason: 'Macie sample finding' }
  if (finding.archived === true) return { kind: 'ignored', reason: 'Macie finding that is archived' }
  if (!OF_MACIE.test(type)) return { kind: 'ignored', reason: `Macie finding ${type} is not about credentials` }
  const object = textOf(fieldsOf(fieldsOf(finding.resourcesAffected).s3Object).path, 512)
  return noteOf({
    source: 'macie',
    type,
    finding,
    id: finding.id,
    account: finding.accountId,
    place: object,
    time: timeSaid(timeOf(finding.updatedAt), sentAt),
  })
}

/**
 * A note that Inspector saw credentials in code: a finding of kind CODE_VULNERABILITY whose detector is about credentials that stand in code. Others are ignored.
 * @see https://docs.aws.amazon.com/inspector/latest/user/eventbridge-integration.html
 */
export function inspectorSignals(finding: Fields, sentAt: number | undefined): Normalised {
  const code = fieldsOf(finding.codeVulnerabilityDetails)
  const tags = [...listOf(code.detectorTags), ...listOf(code.cwes), textOf(code.detectorName, 128) ?? '']
  if (finding.type !== 'CODE_VULNERABILITY' || !tags.some((tag) => /credential|secret|CWE-798|CWE-259|CWE-321/i.test(tag)))
    return { kind: 'ignored', reason: 'Inspector finding that is not about credentials' }
  const resources = Array.isArray(finding.resources) ? finding.resources.filter(isFields) : []
  const place = textOf(resources[0]?.id, 512)
  const time = timeSaid(timeOf(finding.updatedAt), sentAt)
  return noteOf({
    source: 'inspector',
    type: 'CODE_VULNERABILITY',
    finding,
    id: finding.findingArn,
    account: finding.awsAccountId,
    place,
    time,
  })
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.slice(0, 20).flatMap((one) => textOf(one, 128) ?? []) : []
}

interface Noted {
  readonly source: Extract<ReportingSource, 'macie' | 'inspector'>
  readonly type: string
  readonly finding: Fields
  readonly id: unknown
  readonly account: unknown
  readonly place: string | undefined
  readonly time: number | undefined
}

function noteOf({ source, type, finding, id: untypedId, account: untypedAccount, place, time }: Noted): Normalised {
  const id = textOf(untypedId, 512)
  const account = textOf(untypedAccount, 12)
  if (id === undefined || account === undefined || time === undefined)
    return { kind: 'unreadable', reason: `finding of ${source} without id, account or time` }
  const { identity, credential } = unnamed(`data ${place ?? 'without a name'}`, { account, partition: 'aws' }, { unjoined: '' })
  const report = { id, type, compromise: WEIGHT, ...(place === undefined ? {} : { place }) }
  const region = textOf(finding.region, 32) ?? 'unknown'
  const note = 'it names where credentials stand, and no credential'
  return {
    kind: 'signals',
    signals: [reportSignal({ kind: 'finding', source, id, time, account, region, identity, credential, note, report })],
  }
}
