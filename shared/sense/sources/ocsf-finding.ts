import { type Place, partitionFrom } from '../../domain/arn.ts'
import { findingId } from '../../domain/finding-id.ts'
import { timeOf } from '../../domain/record-time.ts'
import { type Fields, fieldsOf, isFields, textOf } from '../fields.ts'
import type { Normalised } from '../normalised.ts'
import { weightsOf } from './finding-axis.ts'
import { findingSignal } from './guardduty.ts'
import { type Meant, meantBy } from './named-principal.ts'
import { reportSignal } from './report-signal.ts'
import { eachOnce, importedId, isOfGuardDuty } from './security-hub.ts'
import { weightOfLabel } from './severity.ts'
import { timeSaid } from './time-said.ts'

/** The most resources and pieces of evidence of one finding that are looked at. */
const LIMIT = 50

/** The ids of OCSF's severities. https://schema.ocsf.io/objects/finding_info */
const SEVERITIES: readonly string[] = ['UNKNOWN', 'INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL', 'FATAL']

/** The ids of statuses of findings that are over: suppressed, resolved, archived, deleted. */
const CLOSED: ReadonlySet<unknown> = new Set([3, 4, 5, 6])

/** True for a finding of OCSF: a class of category 2 with the information about a finding. */
export function isOcsfFinding(finding: Fields): boolean {
  return typeof finding.class_uid === 'number' && Math.floor(finding.class_uid / 1000) === 2 && isFields(finding.finding_info)
}

/**
 * The signals of a finding in OCSF, as Security Hub sends it: Detection Finding (2004) and its neighbours. Findings of other classes say something of configuration or
 * of software, and are ignored.
 * @see https://schema.ocsf.io/classes/detection_finding
 */
export function ocsfFindingSignals(finding: Fields, sentAt: number | undefined): Normalised {
  if (finding.class_uid !== 2004) return { kind: 'ignored', reason: 'OCSF finding that is no Detection Finding' }
  const info = fieldsOf(finding.finding_info)
  const id = textOf(info.uid, 1024)
  const time = timeSaid(timeOf(finding.time), sentAt)
  const cloud = fieldsOf(finding.cloud)
  const account = textOf(fieldsOf(cloud.account).uid, 12)
  if (id === undefined || time === undefined || account === undefined)
    return { kind: 'unreadable', reason: 'OCSF finding without finding_info.uid, cloud.account.uid or time' }
  if (CLOSED.has(finding.status_id)) return { kind: 'ignored', reason: 'OCSF finding that is closed' }
  const product = fieldsOf(fieldsOf(finding.metadata).product)
  const name = textOf(product.name, 64) ?? 'unknown product'
  if (name.toLowerCase() === 'countersign') return { kind: 'ignored', reason: 'a finding of our own' }
  const region = textOf(cloud.region, 32) ?? 'unknown'
  const place = { account, partition: partitionFrom([id], region) }
  const meant = eachOnce([...actorsOf(finding, place), ...resourcesOf(finding, place)])
  if (meant.length === 0) return { kind: 'ignored', reason: 'OCSF finding that names no credential' }
  const [type = 'no type'] = (Array.isArray(info.types) ? info.types : []).flatMap((one) => textOf(one, 256) ?? [])
  const label = typeof finding.severity_id === 'number' ? SEVERITIES[finding.severity_id] : finding.severity
  const weight = weightOfLabel(label)
  const about = { type, time, region, account, weight }
  const productArn = textOf(product.uid, 1024) ?? 'unknown product'
  const signals = meant.map((one) => {
    if (isOfGuardDuty(productArn, id)) return findingSignal(one, { ...about, id: findingId(id, weight, one.credential) })
    const signalId = importedId(productArn, id, weight, one.credential)
    const { unjoined, ...who } = one
    const report = {
      id: signalId,
      type: `${name}: ${type}`.slice(0, 256),
      ...weightsOf(type, weight),
      ...(unjoined === undefined ? {} : { unjoined }),
    }
    const said = { ...about, ...who, id: signalId, note: unjoined, report }
    return reportSignal({ ...said, kind: 'finding', source: 'security-hub' })
  })
  return { kind: 'signals', signals }
}

function resourcesOf(finding: Fields, place: Place): Meant[] {
  const resources = Array.isArray(finding.resources) ? finding.resources.slice(0, LIMIT).filter(isFields) : []
  return resources.flatMap(({ type, uid: untyped, data }) => {
    const uid = textOf(untyped, 2048)
    if (type === 'AWS::IAM::AccessKey' || type === 'AwsIamAccessKey') return [ofAccessKey(fieldsOf(data), uid ?? '', place)]
    if (uid === undefined) return []
    return /^arn:[^:]+:iam::\d{12}:(?:user|role)\//.test(uid) ? [meantBy({ place, arn: uid })] : []
  })
}

/** An access key, with whose it is as GuardDuty says it of its own finding, in the spelling of OCSF. */
function ofAccessKey(data: Fields, uid: string, place: Place): Meant {
  return meantBy({
    place,
    accessKeyId: textOf(data.access_key_id, 128) ?? uid.slice(uid.lastIndexOf(':') + 1),
    principalId: textOf(data.principal_id, 256),
    userType: textOf(data.user_type, 32),
    userName: textOf(data.user_name, 128),
  })
}

/** The actors of the pieces of evidence, which say more of a credential than its id. */
function actorsOf(finding: Fields, place: Place): Meant[] {
  const evidences = Array.isArray(finding.evidences) ? finding.evidences.slice(0, LIMIT).filter(isFields) : []
  return evidences.flatMap((evidence) => {
    const actor = fieldsOf(evidence.actor)
    const user = fieldsOf(actor.user)
    if (textOf(user.credential_uid) === undefined && textOf(user.uid) === undefined) return []
    const named = {
      place: { ...place, account: textOf(fieldsOf(user.account).uid, 12) ?? place.account },
      accessKeyId: textOf(user.credential_uid, 128),
      principalId: textOf(user.uid_alt, 256) ?? textOf(user.uid, 256),
      userType: textOf(user.type, 32),
      userName: textOf(user.name, 128),
      arn: textOf(fieldsOf(actor.session).issuer, 2048) ?? textOf(user.uid, 2048),
    }
    return [meantBy(named)]
  })
}
