import { type Place, partitionFrom } from '../../domain/arn.ts'
import { findingId } from '../../domain/finding-id.ts'
import { timeOf } from '../../domain/record-time.ts'
import type { Signal } from '../../domain/signal.ts'
import { type Fields, fieldsOf, isFields, textOf } from '../fields.ts'
import type { Normalised } from '../normalised.ts'
import { weightsOf } from './finding-axis.ts'
import { type Meant, meantBy } from './named-principal.ts'
import { reportSignal } from './report-signal.ts'
import { weightOfSeverity } from './severity.ts'
import { timeSaid } from './time-said.ts'
import { workloadIn } from './workload.ts'

/** The most identities of one finding that become signals: an attack sequence names some. */
const ACTOR_LIMIT = 50

/** True for a finding of GuardDuty itself, with or without the envelope of EventBridge: exports have none. */
export function isGuardDutyFinding(finding: Fields): boolean {
  return (
    typeof finding.type === 'string' && /^[A-Z]\w+:\w+\/\S/.test(finding.type) && isFields(finding.service) && isFields(finding.resource)
  )
}

/**
 * One signal for each identity that a finding of GuardDuty names. Types are taken by their form, since GuardDuty adds some and lets customers write their own. A
 * sample, an archived finding, and one that names no credential are ignored, with the reason.
 *
 * @example { type: 'UnauthorizedAccess:IAMUser/TorIPCaller', id: '…', arn: 'arn:aws:guardduty:…', accountId: '…', severity: 5, updatedAt: '…',
 *   resource: { resourceType: 'AccessKey', accessKeyDetails: { accessKeyId: 'AKIA…', principalId: 'AIDA…', userType: 'IAMUser', userName: '…' } },
 *   service: { archived: false, action: { awsApiCallAction: { … } } } }
 * @see https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings-structure.html
 */
export function guardDutySignals(finding: Fields, sentAt: number | undefined): Normalised {
  const type = textOf(finding.type, 256)
  const time = timeSaid(timeOf(finding.updatedAt), sentAt) ?? timeOf(finding.createdAt)
  const id = textOf(finding.arn, 1024) ?? textOf(finding.id, 256)
  const account = textOf(finding.accountId, 12)
  if (type === undefined || id === undefined || time === undefined || account === undefined)
    return { kind: 'unreadable', reason: 'GuardDuty finding without type, id, accountId or time' }
  const service = fieldsOf(finding.service)
  if (isSample(service)) return { kind: 'ignored', reason: 'GuardDuty sample finding' }
  if (service.archived === true || service.archived === 'true') return { kind: 'ignored', reason: 'GuardDuty finding that is archived' }
  const region = textOf(finding.region, 32) ?? 'unknown'
  const place = { account, partition: partitionFrom([id], region) }
  const meant = meantOf(finding, service, place)
  if (typeof meant === 'string') return { kind: 'ignored', reason: `GuardDuty finding that ${meant}` }
  const weight = weightOfSeverity(finding.severity)
  return {
    kind: 'signals',
    signals: meant.slice(0, ACTOR_LIMIT).map((one) =>
      findingSignal(one, {
        id: findingId(id, weight, one.credential),
        type,
        time,
        region,
        account,
        weight,
        address: addressIn(service),
      }),
    ),
  }
}

export interface FindingOf {
  readonly id: string
  readonly type: string
  readonly time: number
  readonly region: string
  readonly account: string
  readonly weight: number
  readonly address?: string | undefined
}

/** The signal of a finding of GuardDuty about one identity, whether GuardDuty or Security Hub sends it. */
export function findingSignal({ identity, credential, isPathUnknown, unjoined }: Meant, finding: FindingOf): Signal {
  const { id, type, time, region, account, weight, address } = finding
  return reportSignal({
    kind: 'finding',
    source: 'guardduty',
    id,
    time,
    account,
    region,
    identity,
    credential,
    isPathUnknown,
    note: unjoined,
    address,
    report: { id, type, ...weightsOf(type, weight), ...(unjoined === undefined ? {} : { unjoined }) },
  })
}

/** `additionalInfo.sample` stands there as it is, or in JSON text under `value`. */
function isSample(service: Fields): boolean {
  const info = fieldsOf(service.additionalInfo)
  if (info.sample === true || info.sample === 'true') return true
  return typeof info.value === 'string' && /"sample"\s*:\s*true/.test(info.value.slice(0, 65_536))
}

function addressIn(service: Fields): string | undefined {
  const action = fieldsOf(service.action)
  const call = fieldsOf(action.awsApiCallAction ?? action.kubernetesApiCallAction)
  return textOf(fieldsOf(call.remoteIpDetails).ipAddressV4, 64) ?? textOf(fieldsOf(call.remoteIpDetails).ipAddressV6, 64)
}

/** Whom a finding means, or why it says nothing of a credential. */
function meantOf(finding: Fields, service: Fields, place: Place): readonly Meant[] | string {
  const actors = actorsIn(service, place)
  if (actors.length > 0) return actors
  const resource = fieldsOf(finding.resource)
  const key = fieldsOf(resource.accessKeyDetails)
  if (textOf(key.userType) !== undefined || textOf(key.accessKeyId) !== undefined || textOf(key.userName) !== undefined)
    return [meantBy({ ...keyDetails(key), place })]
  const role = textOf(fieldsOf(resource.lambdaDetails).role, 2048)
  if (role !== undefined) return [meantBy({ place, arn: role })]
  if (isFields(resource.instanceDetails) && service.resourceRole === 'TARGET' && !isFields(service.runtimeDetails))
    return 'is about traffic to an instance, and says nothing of its credentials'
  return workloadIn(resource, place)
}

function keyDetails({ accessKeyId, principalId, userType, userName }: Fields) {
  return {
    accessKeyId: textOf(accessKeyId, 128),
    principalId: textOf(principalId, 256),
    userType: textOf(userType, 32),
    userName: textOf(userName, 128),
  }
}

/**
 * The identities of an attack sequence, each once.
 * @see https://docs.aws.amazon.com/guardduty/latest/APIReference/API_Sequence.html
 */
function actorsIn(service: Fields, place: Place): readonly Meant[] {
  const { actors } = fieldsOf(fieldsOf(service.detection).sequence)
  const found = new Map<string, Meant>()
  for (const actor of Array.isArray(actors) ? actors.slice(0, 500) : []) {
    const user = fieldsOf(fieldsOf(actor).user)
    const session = fieldsOf(fieldsOf(actor).session)
    if (Object.keys(user).length === 0) continue
    const named = {
      place: { ...place, account: textOf(fieldsOf(user.account).uid, 12) ?? place.account },
      accessKeyId: textOf(user.credentialUid, 128),
      principalId: textOf(user.uid, 256),
      userType: textOf(user.type, 32),
      userName: textOf(user.name, 128),
      sessionName: textOf(session.uid, 128),
      arn: textOf(session.issuer, 2048),
    }
    const meant = meantBy(named)
    found.set(`${meant.identity.id} ${meant.credential.id}`, meant)
  }
  return [...found.values()]
}
