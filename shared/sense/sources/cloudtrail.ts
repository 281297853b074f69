import { createHash } from 'node:crypto'
import { serviceIn } from '../../domain/arn.ts'
import { attemptWith } from '../../domain/attempt.ts'
import { canonical } from '../../domain/change.ts'
import { printable } from '../../domain/printable.ts'
import { timeOf } from '../../domain/record-time.ts'
import { refusalIn } from '../../domain/refusal.ts'
import { shown } from '../../domain/schema-issues.ts'
import type { Origin, Outcome, Signal } from '../../domain/signal.ts'
import { actorOf } from '../cloudtrail/actor.ts'
import { assumptionOf } from '../cloudtrail/assumption.ts'
import { hasAuthenticated } from '../cloudtrail/has-authenticated.ts'
import { createdBy } from '../cloudtrail/issued.ts'
import { parametersAt } from '../cloudtrail/parameters.ts'
import { quarantineExposure } from '../cloudtrail/quarantine.ts'
import { accountAt, checkListAt, type Fields, flagAt, isFields, kindOf, objectAt, textAt } from '../fields.ts'
import type { Normalised } from '../normalised.ts'

/**
 * True for a CloudTrail record, event version 1.x. Every field but `eventTime`, `eventName` and `eventSource` may be missing; exports write the objects as JSON
 * text. A field of a type that cannot be read makes the record damaged, so that it is never read as a record without that field.
 *
 * @example { eventVersion: '1.11', eventID: '…', eventTime: '2026-01-01T00:00:00Z', eventSource: 'iam.amazonaws.com',
 *   eventName: 'CreateUser', awsRegion: 'us-east-1', sourceIPAddress: '192.0.2.1', userAgent: 'aws-cli/2.15',
 *   userIdentity: { type: 'IAMUser', arn: '…', accessKeyId: 'AKIA…' }, requestParameters: { userName: 'x' } }
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export function isCloudTrailRecord(input: unknown): input is Fields {
  return isFields(input) && typeof input.eventName === 'string' && typeof input.eventSource === 'string'
}

/** The API call of a record as a signal, and a second signal where the call shows an assumption or a quarantine. */
export function signalsOf(record: Fields): Normalised {
  const signal = apiCall(record)
  if (typeof signal === 'string') return { kind: 'unreadable', reason: signal }
  const derived = quarantineExposure(signal) ?? assumptionOf(signal)
  return { kind: 'signals', signals: derived === undefined ? [signal] : [signal, derived] }
}

/** What is wrong with a time: whether there is none, or what is written in its place. */
function whyNoTime(written: unknown): string {
  if (written === undefined || written === null || written === '') return 'eventTime is missing'
  const value = typeof written === 'object' ? kindOf(written) : printable(shown(written), 60)
  return `eventTime is ${value}, which is no time between 2000 and 2100`
}

function apiCall(record: Fields): Signal | string {
  const id = textAt(record.eventID, 'eventID', 128) ?? derivedId(record)
  const time = timeOf(record.eventTime)
  const operation = textAt(record.eventName, 'eventName', 128)?.replace(VERSION_SUFFIX, '')
  const source = textAt(record.eventSource, 'eventSource', 128)
  if (time === undefined) return whyNoTime(record.eventTime)
  if (operation === undefined || source === undefined) return 'eventName or eventSource is empty'
  const service = serviceOf(source)
  const request = parametersAt(record.requestParameters, 'requestParameters')
  const response = parametersAt(record.responseElements, 'responseElements')
  const details = parametersAt(record.additionalEventData, 'additionalEventData').fields
  const user = objectAt(record.userIdentity, 'userIdentity')
  // Nothing reads it, but a record that is damaged there may be damaged anywhere.
  checkListAt(record.resources, 'resources')
  const errorCode = textAt(record.errorCode, 'errorCode', 128)
  const outcome = outcomeOf(service, errorCode, response.fields)
  const { identity, credential, isPathUnknown, isWorkloadStated } = actorOf(record, user, details)
  const errorMessage = textAt(record.errorMessage, 'errorMessage', 2048)
  const message = outcome === 'denied' ? errorMessage : undefined
  const deniedBy = denierIn(message)
  const deniedOn = message?.match(/ on resource: (arn:[^\s"]{1,512})/)?.[1]
  const isAuthenticated = hasAuthenticated({ service, operation, outcome, errorCode })
  return {
    id,
    kind: 'api-call',
    source: 'cloudtrail',
    time,
    account: accountAt(record.recipientAccountId, 'recipientAccountId') ?? identity.account,
    region: textAt(record.awsRegion, 'awsRegion', 32) ?? 'unknown',
    identity,
    credential: isAuthenticated ? credential : attemptWith(credential),
    service,
    action: `${service}:${operation}`,
    isReadOnly: isReadOnly(record, operation),
    outcome,
    errorCode,
    isAuthenticated,
    origin: originOf(record, user),
    created:
      outcome === 'success' && isAuthenticated
        ? createdBy(`${service}:${operation}`, identity.name, { request: request.fields, response: response.fields })
        : undefined,
    assumer: undefined,
    parentIncidentId: undefined,
    isAgainstResponder: false,
    request: request.fields,
    response: response.fields,
    details,
    exposure: undefined,
    ...(request.isOmitted ? { isRequestOmitted: true } : {}),
    ...(response.isOmitted ? { isResponseOmitted: true } : {}),
    ...(isPathUnknown ? { isRolePathUnknown: true } : {}),
    ...(deniedBy === undefined ? {} : { deniedBy }),
    ...(deniedOn === undefined ? {} : { deniedOn }),
    ...(isWorkloadStated && isAuthenticated ? ({ isWorkloadStated } as const) : {}),
    ...(isDataEvent(record) ? { isDataEvent: true } : {}),
  }
}

/**
 * What denied a call, where that says something: the organisation, which denies it to everybody in the account, or a policy explicitly. Undefined where
 * nothing allowed the call, which is what somebody who tries out permissions meets.
 *
 * The cause stands at the end of the message; before it stands the resource, whose name the caller chooses.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
function denierIn(message = ''): Signal['deniedBy'] {
  const [, explicit, implicit] = message.match(CAUSE) ?? []
  const kind = (explicit ?? implicit ?? '').toLowerCase()
  if (kind.startsWith('service control') || kind.startsWith('resource control')) return 'service-control-policy'
  if (explicit === undefined) return undefined
  return kind.startsWith('identity-based') ? 'identity-policy' : 'other'
}

/** After the cause may stand the policy's ARN, and an encoded copy of the message in EC2's. */
const CAUSE =
  /(?:(?:^|with an )explicit deny in (?:an?|the) ([a-z -]+)|because no ([a-z -]+) allows the [\w:-]+ action)(?:: arn:[^\s"]+)?\.?(?: Encoded authorization failure message: [\w-]*)?$/i

/** True for what CloudTrail records only where a trail asks for it, such as reads of objects. */
function isDataEvent(record: Fields): boolean {
  const isManagement = flagAt(record.managementEvent, 'managementEvent')
  const category = textAt(record.eventCategory, 'eventCategory', 32)
  return isManagement === false || (category !== undefined && category !== 'Management')
}

/** An id for a record without `eventID`, as some exports leave it out: the hash of the record, so the same record gives the same id. */
function derivedId(record: Fields): string {
  return `derived:${createHash('sha256').update(canonical(record)).digest('hex').slice(0, 32)}`
}

/** Lambda and CloudFront append the version of their API to the event name: `UpdateFunctionCode20150331v2`. */
const VERSION_SUFFIX = /_?20\d{2}_?\d{2}_?\d{2}(v\d)?$/

/** CloudTrail's `readOnly` where the record has it; older records do not, so the name of the operation decides. */
function isReadOnly(record: Fields, operation: string): boolean {
  const said = flagAt(record.readOnly, 'readOnly')
  return said ?? /^(Get|List|Describe|Lookup|Head|BatchGet|Search|Query|Scan|AssumeRole)/.test(operation)
}

/** The action of a call by `eventSource` and `eventName`, such as `lambda:UpdateFunctionCode`. */
export function actionOf(source: string, name: string): string {
  return `${serviceOf(source)}:${name.replace(VERSION_SUFFIX, '')}`
}

/** The service prefix of IAM actions. Three services have another name in `eventSource` than in their actions. */
function serviceOf(source: string): string {
  const name = serviceIn(source) ?? source
  return ACTION_PREFIXES.get(name) ?? name
}

const ACTION_PREFIXES: ReadonlyMap<string, string> = new Map([
  ['monitoring', 'cloudwatch'],
  ['email', 'ses'],
  ['tagging', 'tag'],
])

function outcomeOf(service: string, errorCode: string | undefined, response: Fields): Outcome {
  if (errorCode !== undefined) return refusalIn(errorCode) === undefined ? 'failed' : 'denied'
  // Sign-in events have no error code: a failure is in the response, such as `{ ConsoleLogin: 'Failure' }`.
  return service === 'signin' && Object.values(response).includes('Failure') ? 'failed' : 'success'
}

const VPC_ENDPOINT = /^vpce-[0-9a-f]{8,17}$/

function originOf(record: Fields, user: Fields): Origin {
  const agent = textAt(record.userAgent, 'userAgent', 512) ?? ''
  const vpcEndpointId = textAt(record.vpcEndpointId, 'vpcEndpointId', 64)
  return {
    address: textAt(record.sourceIPAddress, 'sourceIPAddress') ?? '',
    addressKind: 'unknown',
    country: undefined,
    network: undefined,
    organisation: undefined,
    networkKind: undefined,
    isBlocklisted: false,
    agent,
    agentFamily: 'unknown',
    via: textAt(user.invokedBy, 'userIdentity.invokedBy', 128),
    ...(vpcEndpointId !== undefined && VPC_ENDPOINT.test(vpcEndpointId) ? { vpcEndpointId } : {}),
  }
}
