import { isIP } from 'node:net'
import { operationOf, stepFor } from '../../contain/steps/steps.ts'
import type { Change } from '../../domain/change.ts'
import { type Incident, type IncidentSignal, isClosed } from '../../domain/incident.ts'
import { runbookOf } from '../../domain/runbook.ts'

/** The version of the Open Cybersecurity Schema Framework (OCSF) that exported events follow: https://schema.ocsf.io/1.3.0 */
export const OCSF_VERSION = '1.3.0'

const PRODUCT = { vendor_name: 'Countersign', name: 'Countersign' } as const

/** One OCSF event as a JSON object. */
export type OcsfEvent = Readonly<Record<string, unknown>>

/** Converts an incident to a Detection Finding: https://schema.ocsf.io/1.3.0/classes/detection_finding */
export function detectionFinding(incident: Incident): OcsfEvent {
  const { id, identity, assessment, blastRadius, priority, findings, openedAt, updatedAt, decision, verdict, state } = incident
  const activity = isClosed(incident) ? 3 : updatedAt > openedAt ? 2 : 1
  const runbooks = [...new Set(findings.map(({ detector }) => detector))].flatMap((detector) => runbookOf(detector) ?? [])
  return {
    ...base({ classUid: 2004, categoryUid: 2, activity, time: updatedAt, uid: id, severity: severityOf(priority) }),
    cloud: cloudOf(identity.account),
    status_id: STATUS[state],
    risk_score: Math.round(assessment.risk),
    impact_score: Math.round(blastRadius.score),
    finding_info: {
      uid: id,
      title: `${identity.kind} ${identity.name}: ${findings[0]?.title ?? 'no finding'}`,
      desc: findings.map(({ title, reason }) => `${title}: ${reason}`).join('\n'),
      created_time: openedAt,
      modified_time: updatedAt,
      first_seen_time: Math.min(openedAt, ...findings.map(({ time }) => time)),
      last_seen_time: updatedAt,
      types: [...new Set(findings.map(({ detector }) => detector))],
      attacks: [...new Set(findings.map(({ technique }) => technique))].map((uid) => ({ technique: { uid } })),
    },
    resources: [
      { uid: identity.id, name: identity.name, type: identity.kind },
      ...incident.credentials.map(({ id: uid, kind }) => ({ uid, type: kind })),
    ],
    ...(runbooks.length === 0 ? {} : { remediation: { desc: runbooks.join('\n') } }),
    ...(verdict === undefined ? {} : { comment: `${verdict.kind} by ${verdict.by}: ${verdict.reason}` }),
    unmapped: { state, priority, action: decision.action, why: decision.why },
  }
}

/** Converts a call of an incident's timeline to API Activity: https://schema.ocsf.io/1.3.0/classes/api_activity */
export function apiActivity(signal: IncidentSignal, incident: Incident): OcsfEvent {
  const [service = '', operation = signal.action] = signal.action.split(':')
  const isSuccess = signal.outcome === 'success'
  return {
    ...base({
      classUid: 6003,
      categoryUid: 6,
      activity: activityOf(operation),
      time: signal.time,
      uid: signal.id,
      severity: severityOf(signal.risk),
    }),
    ...(activityOf(operation) === OTHER ? { activity_name: operation } : {}),
    cloud: cloudOf(incident.identity.account, signal.region),
    actor: { user: { uid: signal.identityId, credential_uid: signal.credentialId } },
    api: {
      operation,
      service: { name: `${service}.amazonaws.com` },
      ...(signal.errorCode === undefined ? {} : { response: { error: signal.errorCode } }),
    },
    src_endpoint: { ...endpointOf(signal.address), ...(signal.country === undefined ? {} : { location: { country: signal.country } }) },
    http_request: { user_agent: signal.agentFamily },
    status_id: isSuccess ? 1 : 2,
    ...(signal.errorCode === undefined ? {} : { status_code: signal.errorCode }),
    ...(signal.representedCalls === undefined ? {} : { count: signal.representedCalls }),
    unmapped: { incident: incident.id, detectors: signal.detectors, risk: signal.risk },
  }
}

/**
 * Converts a record entry to API Activity when it stands for an AWS call: a containment step that was applied, undone or failed, or an access key
 * that was created or deleted. Returns undefined for other entries.
 */
export function stepActivity(change: Change, incident: Incident): OcsfEvent | undefined {
  if (!STEPS.includes(change.kind)) return undefined
  const operation = callOf(change)
  const isFailure = change.kind === 'step-failed'
  return {
    ...base({
      classUid: 6003,
      categoryUid: 6,
      activity: activityOf(operation),
      time: Date.parse(change.at),
      uid: `${change.subject}#${change.number}`,
      severity: 1,
    }),
    ...(activityOf(operation) === OTHER ? { activity_name: operation } : {}),
    cloud: cloudOf(stepFor(change.target)?.subject.account ?? incident.identity.account),
    actor: { user: { name: change.actor }, app_name: 'Countersign' },
    api: { operation, service: { name: 'iam.amazonaws.com' }, ...(isFailure ? { response: { error: change.why } } : {}) },
    src_endpoint: { svc_name: 'countersign' },
    resources: [{ uid: change.target }],
    status_id: isFailure ? 2 : 1,
    message: change.why,
    unmapped: { incident: incident.id, kind: change.kind, hash: change.hash },
  }
}

/** Kinds of entries that stand for an AWS call. */
const STEPS: readonly Change['kind'][] = [
  'step-done',
  'step-failed',
  'step-undone',
  'rotation-delivered',
  'rotation-deleted',
  'root-key-deleted',
]

/** `activity_id` Other of OCSF, which needs an `activity_name`. */
const OTHER = 99

/** What every event has. */
export function base(about: {
  classUid: number
  categoryUid: number
  activity: number
  time: number
  uid: string
  severity: number
}): OcsfEvent {
  return {
    metadata: { version: OCSF_VERSION, product: PRODUCT, uid: about.uid, profiles: ['cloud'] },
    class_uid: about.classUid,
    category_uid: about.categoryUid,
    activity_id: about.activity,
    type_uid: about.classUid * 100 + about.activity,
    severity_id: about.severity,
    time: about.time,
  }
}

export function cloudOf(account: string, region?: string): OcsfEvent {
  return { provider: 'AWS', account: { uid: account, type_id: 10 }, ...(region === undefined ? {} : { region }) }
}

/** `status_id` of OCSF: 1 new, 2 in progress, 3 suppressed (a person released it as legitimate), 4 resolved. */
const STATUS: Readonly<Record<Incident['state'], number>> = {
  watching: 1,
  asking: 1,
  restricting: 2,
  restricted: 2,
  containing: 2,
  contained: 2,
  releasing: 2,
  rotating: 2,
  released: 3,
  confirmed: 4,
  expired: 4,
}

/** `severity_id` of OCSF, from 1 informational to 5 critical. */
export function severityOf(points: number): number {
  if (points >= 90) return 5
  if (points >= 70) return 4
  if (points >= 40) return 3
  return points > 0 ? 2 : 1
}

/** `activity_id` of API Activity by the verb of the operation: 1 create, 2 read, 3 update, 4 delete. */
const VERBS: readonly (readonly [verbs: RegExp, activity: number])[] = [
  [/^(Create|Run|Issue|Generate|Register|Import|Upload|Send|Start)/, 1],
  [/^(Get|List|Describe|Head|Lookup|Search|Simulate|Batch(Get|Describe)|Scan|Query|Filter|Select|View)/, 2],
  [/^(Update|Put|Attach|Detach|Add|Set|Modify|Change|Enable|Disable|Deactivate|Reset|Tag|Untag|Associate|Disassociate|Replace)/, 3],
  [/^(Delete|Remove|Terminate|Deregister|Schedule.*Deletion|Stop|Purge|Revoke)/, 4],
]

function activityOf(operation: string): number {
  return VERBS.find(([verbs]) => verbs.test(operation))?.[1] ?? OTHER
}

/** The source of a call: an IP address, or the name of the AWS service that made it. */
function endpointOf(address: string): OcsfEvent {
  return isIP(address) === 0 ? { svc_name: address } : { ip: address }
}

/** The IAM call of entries whose kind implies it. */
const CALLS_BY_KIND: Readonly<Partial<Record<Change['kind'], string>>> = {
  'rotation-delivered': 'CreateAccessKey',
  'rotation-deleted': 'DeleteAccessKey',
  'root-key-deleted': 'DeleteAccessKey',
}

/** The operation of IAM that an entry is about; where no step of this version has its target, the first word of that. */
function callOf({ kind, target, to }: Change): string {
  return CALLS_BY_KIND[kind] ?? operationOf(target, to) ?? target.slice(0, target.indexOf(':'))
}
