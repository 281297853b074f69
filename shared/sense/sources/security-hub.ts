import { type Place, partitionFrom } from '../../domain/arn.ts'
import { findingId } from '../../domain/finding-id.ts'
import { timeOf } from '../../domain/record-time.ts'
import type { Signal } from '../../domain/signal.ts'
import { type Fields, fieldsOf, isFields, textOf } from '../fields.ts'
import type { Normalised } from '../normalised.ts'
import { weightsOf } from './finding-axis.ts'
import { findingSignal } from './guardduty.ts'
import { type Meant, meantBy } from './named-principal.ts'
import { reportSignal } from './report-signal.ts'
import { weightOfLabel } from './severity.ts'
import { timeSaid } from './time-said.ts'
import { ofProfile } from './workload.ts'

/** The most resources of one finding that are looked at. ASFF has at most 32. */
const RESOURCE_LIMIT = 32

/**
 * The product of findings of GuardDuty, of Security Hub CSPM and of Security Hub. Security Hub refuses it from whoever imports findings: their products have an account, or
 * the name of another company. Ids and names of products, which importers write, say nothing.
 */
const OF_GUARDDUTY = /^arn:aws[\w-]*:securityhub:[\w-]+::product(?:v2)?\/aws\/guardduty$/

/** True for a finding of GuardDuty that Security Hub sends on: by its product, and by the form of the ARNs of such findings. */
export function isOfGuardDuty(product: string, id: string): boolean {
  return OF_GUARDDUTY.test(product) && /^arn:aws[\w-]*:guardduty:[\w-]+:\d{12}:detector\//.test(id)
}

/** The id of a finding of any other product. It is none of GuardDuty's, whatever id its importer chose: else a forged finding would count in the place of a true one. */
export function importedId(product: string, id: string, weight: number, credential: Meant['credential']): string {
  return `security-hub:${product}:${findingId(id, weight, credential)}`
}

/** True for one finding in the AWS Security Finding Format. */
export function isAsff(finding: Fields): boolean {
  return typeof finding.ProductArn === 'string' && typeof finding.Id === 'string' && Array.isArray(finding.Resources)
}

/**
 * The signals of a finding in the AWS Security Finding Format: one for each user, role, key or instance that it names. A finding of GuardDuty has the id that it has
 * at GuardDuty, so that it counts once. What is closed, about configuration, or our own, is ignored.
 * @see https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-syntax.html
 */
export function asffSignals(finding: Fields, sentAt: number | undefined): Normalised {
  const [id, product, account] = [textOf(finding.Id, 1024), textOf(finding.ProductArn, 1024), textOf(finding.AwsAccountId, 12)]
  const time = timeSaid(timeOf(finding.UpdatedAt), sentAt) ?? timeOf(finding.CreatedAt)
  if (id === undefined || product === undefined || account === undefined || time === undefined)
    return { kind: 'unreadable', reason: 'Security Hub finding without Id, ProductArn, AwsAccountId or time' }
  const closed = closedAs(finding)
  if (closed !== undefined) return { kind: 'ignored', reason: `Security Hub finding that is ${closed}` }
  // Whoever imports a finding writes its text, and may write ours: then it is left out, and says nothing.
  if (textOf(finding.GeneratorId, 512)?.startsWith('countersign/') === true) return { kind: 'ignored', reason: 'a finding of our own' }
  if (isFields(finding.Compliance)) return { kind: 'ignored', reason: 'Security Hub finding about configuration' }
  const region = textOf(finding.Region, 32) ?? 'unknown'
  const place = { account, partition: partitionFrom([product], region) }
  const meant = resourcesOf(finding).flatMap((resource) => ofResource(resource, place))
  if (meant.length === 0) return { kind: 'ignored', reason: 'Security Hub finding that names no credential' }
  const severity = fieldsOf(finding.Severity).Label ?? fieldsOf(fieldsOf(finding.FindingProviderFields).Severity).Label
  const about = { id, product, account, time, region, weight: weightOfLabel(severity), types: typesOf(finding) }
  return { kind: 'signals', signals: eachOnce(meant).map((one) => signalOf(one, about)) }
}

interface About {
  readonly id: string
  readonly product: string
  readonly account: string
  readonly time: number
  readonly region: string
  readonly weight: number
  readonly types: readonly string[]
}

function signalOf(meant: Meant, { product, types, ...about }: About): Signal {
  if (isOfGuardDuty(product, about.id))
    return findingSignal(meant, { ...about, id: findingId(about.id, about.weight, meant.credential), type: guardDutyType(types) })
  const id = importedId(product, about.id, about.weight, meant.credential)
  const { identity, credential, isPathUnknown, unjoined } = meant
  const name = product.slice(product.lastIndexOf(':product/') + ':product/'.length)
  const type = `${name}: ${types[0] ?? 'no type'}`.slice(0, 256)
  return reportSignal({
    ...about,
    kind: 'finding',
    source: 'security-hub',
    id,
    identity,
    credential,
    isPathUnknown,
    note: unjoined,
    report: { id, type, ...axesOf(types, about.weight), ...(unjoined === undefined ? {} : { unjoined }) },
  })
}

/** `TTPs/UnauthorizedAccess/UnauthorizedAccess:IAMUser-TorIPCaller` is GuardDuty's `UnauthorizedAccess:IAMUser/TorIPCaller`. */
function guardDutyType(types: readonly string[]): string {
  const last = types[0]?.slice(types[0].lastIndexOf('/') + 1) ?? 'no type'
  return last.replace('-', '/')
}

/**
 * ASFF has a namespace, a category and a classifier. What has effects is harm.
 * @see https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-type-taxonomy.html
 */
function axesOf([type = '']: readonly string[], weight: number) {
  if (type.startsWith('Effects/')) return { harm: weight }
  return weightsOf(type.slice(type.indexOf('/') + 1).replace('/', ':'), weight)
}

function typesOf(finding: Fields): readonly string[] {
  const types = Array.isArray(finding.Types) ? finding.Types : fieldsOf(finding.FindingProviderFields).Types
  return (Array.isArray(types) ? types : []).flatMap((type) => textOf(type, 256) ?? []).slice(0, 10)
}

function closedAs(finding: Fields): string | undefined {
  if (finding.Sample === true) return 'a sample'
  if (finding.RecordState === 'ARCHIVED') return 'archived'
  const status = fieldsOf(finding.Workflow).Status
  return status === 'SUPPRESSED' || status === 'RESOLVED' ? status.toLowerCase() : undefined
}

function resourcesOf(finding: Fields): readonly Fields[] {
  return (Array.isArray(finding.Resources) ? finding.Resources : []).slice(0, RESOURCE_LIMIT).filter(isFields)
}

function ofResource(resource: Fields, place: Place): Meant[] {
  const details = fieldsOf(resource.Details)
  const id = textOf(resource.Id, 2048)
  switch (resource.Type) {
    case 'AwsIamAccessKey': {
      const key = fieldsOf(details.AwsIamAccessKey)
      const named = {
        place,
        accessKeyId: textOf(key.AccessKeyId, 128) ?? id?.slice(id.lastIndexOf(':') + 1),
        principalId: textOf(key.PrincipalId, 256),
        userType: textOf(key.PrincipalType, 32),
        userName: textOf(key.PrincipalName, 128) ?? textOf(key.UserName, 128),
      }
      return [meantBy(named)]
    }
    case 'AwsIamUser':
    case 'AwsIamRole':
      return id?.startsWith('arn:') === true ? [meantBy({ place, arn: id })] : []
    case 'AwsEc2Instance': {
      const profile = textOf(fieldsOf(details.AwsEc2Instance).IamInstanceProfileArn, 2048)
      return profile === undefined || id === undefined ? [] : [ofProfile(profile, id.slice(id.lastIndexOf('/') + 1), place)]
    }
    default:
      return []
  }
}

/** Each identity with each credential once. Who names a credential alone says nothing more where its owner is named as well. */
export function eachOnce(meant: readonly Meant[]): readonly Meant[] {
  const owned = new Set(meant.flatMap(({ identity, credential }) => (identity.kind === 'unknown' ? [] : [credential.id])))
  const said = meant.filter(({ identity, credential }) => identity.kind !== 'unknown' || !owned.has(credential.id))
  return [...new Map(said.map((one) => [`${one.identity.id} ${one.credential.id}`, one])).values()]
}
