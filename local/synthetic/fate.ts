import { isRefusedBy } from '../../shared/decide/reach/refused-by.ts'
import { NEVER_REFUSED } from '../../shared/domain/never-refused.ts'
import type { Signal } from '../../shared/domain/signal.ts'
import type { MemoryIam } from '../../shared/memory/iam.ts'
import { addressKind } from '../../shared/sense/enrich/address-kind.ts'
import { normalise } from '../../shared/sense/normalise.ts'
import { type CloudTrailRecord, explicitlyDenied } from './record.ts'

/** The keys that are switched off in an account: in one as it is at the end of a history, those that were used before. */
export function keysOff(iam: MemoryIam): ReadonlySet<string> {
  return new Set(iam.authorizationDetails().AccessKeys.flatMap(({ AccessKeyId, Status }) => (Status === 'Inactive' ? [AccessKeyId] : [])))
}

/** What becomes of a call: it is made, it is refused, or CloudTrail shows nothing of it. */
export type Fate = 'made' | 'refused' | 'unrecorded'

/** The calls of a story as the embedded IAM answers them. */
export interface Answered {
  /** The ids of the records of calls that the embedded IAM refused. */
  readonly refused: ReadonlySet<string>
  /** Those of them of which CloudTrail shows nothing: by a key that is switched off, and by what a refused call would have issued. */
  readonly unrecorded: ReadonlySet<string>
  /** The record that CloudTrail writes of a call that is made now, undefined where it writes none. */
  answer(record: CloudTrailRecord): CloudTrailRecord | undefined
}

/**
 * Asks the embedded IAM of each call of a story when it is made, so that nothing succeeds in it which is denied by then. `retired`: keys that somebody of the story switches off
 * later, which the account has switched off from its beginning.
 */
export function answeredBy(iam: MemoryIam, retired: ReadonlySet<string> = new Set()): Answered {
  /** Keys and sessions that a refused call would have issued: they do not exist, so their calls are left out. */
  const neverIssued = new Set<string>()
  const refused = new Set<string>()
  const unrecorded = new Set<string>()
  return {
    refused,
    unrecorded,
    answer(record) {
      const { accessKeyId } = callerOf(record)
      const fate = accessKeyId !== undefined && neverIssued.has(accessKeyId) ? 'unrecorded' : fateOf(iam, record, retired)
      if (fate === 'made') return record
      refused.add(record.eventID)
      for (const id of JSON.stringify(record.responseElements ?? null).match(/A(KIA|SIA)[A-Z0-9]{16}/g) ?? []) neverIssued.add(id)
      if (fate === 'refused') return asRefused(record)
      unrecorded.add(record.eventID)
      return undefined
    },
  }
}

/**
 * What becomes of a call. One with a key that is not active is not authenticated, and leaves no record; one that a policy denies does. What the other policies refuse is
 * written in the story.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
 */
export function fateOf(iam: MemoryIam, record: CloudTrailRecord, retired: ReadonlySet<string> = new Set()): Fate {
  const caller = callerOf(record)
  const key = caller.type === 'IAMUser' ? keyIn(caller) : undefined
  if (key !== undefined && !retired.has(key) && !iam.isActive(caller.userName ?? '', key)) return 'unrecorded'
  const call = callOf(record)
  if (call === undefined || NEVER_REFUSED.has(call.action)) return 'made'
  const isDenied = caller.type === 'IAMUser' && iam.isRefused(caller.userName ?? '')
  const issued = issueTimeOf(caller)
  return isDenied || iam.inlinePoliciesOf(call.identity).some((document) => isRefusedBy(document, call, issued)) ? 'refused' : 'made'
}

/** The call of a record, with the kind of its address, which says whether IAM knows `aws:SourceIp` of it. */
function callOf(record: CloudTrailRecord): Signal | undefined {
  const normalised = normalise(record)
  const [call] = normalised.kind === 'signals' ? normalised.signals : []
  return call && { ...call, origin: { ...call.origin, addressKind: addressKind(call.origin.address) } }
}

/** When the session of a call was issued, as CloudTrail says it. */
function issueTimeOf({ sessionContext }: Caller): ReadonlyMap<string, string> {
  const issuedAt = sessionContext?.attributes?.creationDate
  return new Map(issuedAt === undefined ? [] : [['aws:tokenissuetime', issuedAt]])
}

interface Caller {
  readonly type?: string
  readonly arn?: string
  readonly userName?: string
  readonly accessKeyId?: string
  readonly sessionContext?: { readonly attributes?: { readonly creationDate?: string } }
}

function callerOf({ userIdentity }: CloudTrailRecord): Caller {
  return userIdentity as Caller
}

/** Long-lived keys have a status of their own; sessions are refused with their user. */
function keyIn({ accessKeyId }: Caller): string | undefined {
  return accessKeyId?.startsWith('AKIA') === true ? accessKeyId : undefined
}

function asRefused(record: CloudTrailRecord): CloudTrailRecord {
  const [errorCode, errorMessage] = explicitlyDenied(
    callerOf(record).arn,
    `${String(record.eventSource).split('.')[0]}:${record.eventName}`,
  )
  return { ...record, errorCode, errorMessage, responseElements: null }
}
