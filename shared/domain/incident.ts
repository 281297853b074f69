import { createHash } from 'node:crypto'
import * as z from 'zod'
import { Archived } from './archived.ts'
import { Assessment } from './assessment.ts'
import { Assignment } from './assignment.ts'
import { BlastRadius } from './blast-radius.ts'
import { ChainHead } from './change.ts'
import { AccountName, Criticality, Owner } from './criticality.ts'
import { Decision } from './decision.ts'
import { ExceptedFinding } from './excepted.ts'
import { Finding } from './finding.ts'
import { Lookups } from './lookups.ts'
import { NameHistory } from './name-history.ts'
import { NetworkKind } from './network.ts'
import { Rename } from './rename.ts'
import { KeptReport, ReportingSource, SignalSource } from './report.ts'
import { Restriction } from './restriction.ts'
import { Created, Credential, Identity, Outcome, type Signal } from './signal.ts'
import { orAbsent, Points, Time } from './stored.ts'
import { UsualUse } from './story/usual-use.ts'
import { Suppression } from './suppression.ts'
import { Verdict } from './verdict.ts'

/**
 * Where an incident stands.
 *
 * `watching`: below ask. `asking`: a person has to decide. `restricting`: contain was called to restrict it. `restricted`: done, and a person has to
 * decide. `containing`: contain was called. `contained`: done, and a person has to countersign. `releasing`: a person said legitimate, restoring. `rotating`: a person said compromised, its
 * keys are being made anew. `released`, `confirmed`, `expired` (nobody answered, nothing is held): closed.
 */
export const INCIDENT_STATES = [
  'watching',
  'asking',
  'restricting',
  'restricted',
  'containing',
  'contained',
  'releasing',
  'rotating',
  'released',
  'confirmed',
  'expired',
] as const
export const IncidentState = z.enum(INCIDENT_STATES)
export type IncidentState = z.infer<typeof IncidentState>

const CLOSED: readonly IncidentState[] = ['released', 'confirmed', 'expired']

/** In these states what was contained or restricted is to stay so. */
const ENFORCED: readonly IncidentState[] = ['contained', 'restricted', 'asking', 'rotating', 'confirmed']

/** What a notice is about. */
export const NoticeKind = z.enum([
  'notify',
  'ask',
  'restricted',
  'contained',
  'reversed',
  'released',
  'rotated',
  'confirmed',
  'expired',
  'extended',
  'escalated',
  'paged',
  'override',
  'unknown-event',
  'step-gone',
  'in-use',
])
export type NoticeKind = z.infer<typeof NoticeKind>

/**
 * One edge of a lineage: a credential made another, or something else that outlives it. `time` is that of the call (epoch ms); incidents of 0.1.0
 * do not say it. `recreatedAt`: the times of other calls that created the same user or role, oldest first: it was deleted in between; `recreatedIds`:
 * the unique ids that IAM gave it then, as far as they are known. `account`: of what it leads to, where it is not that of the incident's identity.
 */
export const LineageEdge = z
  .strictObject({
    ...Created.unwrap().shape,
    parent: z.string(),
    signalId: z.string(),
    time: Time.exactOptional(),
    recreatedAt: z.array(Time).readonly().exactOptional(),
    recreatedIds: z.array(z.string()).readonly().exactOptional(),
    account: z.string().exactOptional(),
  })
  .readonly()
export type LineageEdge = z.infer<typeof LineageEdge>

/** The account of what an edge leads to. `own` is the incident's identity. */
export function accountOfEdge({ account }: Pick<LineageEdge, 'account'>, own: Pick<Identity, 'account'>): string {
  return account ?? own.account
}

/** An edge that says its account whatever incident it is put into. */
export function withAccount(edge: LineageEdge, own: Pick<Identity, 'account'>): LineageEdge {
  return { ...edge, account: accountOfEdge(edge, own) }
}

/** One text for each edge of an incident, by which a person approves it: two accounts may have a user or role of one name. */
export function edgeKey({ id, account }: Pick<LineageEdge, 'id' | 'account'>): string {
  return account === undefined ? id : `${id} in account ${account}`
}

/** The times of all calls that are known to have created what an edge leads to (epoch ms); empty where none is known. */
export function creationsOf({ time, recreatedAt = [] }: LineageEdge): readonly number[] {
  return time === undefined ? recreatedAt : [time, ...recreatedAt]
}

/** True where a lineage has an edge that an earlier one lacks, or a call that created the same again. */
export function hasGrown(lineage: readonly LineageEdge[], earlier: readonly LineageEdge[]): boolean {
  if (lineage === earlier) return false
  const known = new Map(earlier.map((edge) => [edgeKey(edge), edge]))
  return lineage.some((edge) => {
    const before = known.get(edgeKey(edge))
    if (before === undefined) return true
    const times = creationsOf(before)
    return creationsOf(edge).length > times.length || creationsOf(edge).some((time) => !times.includes(time))
  })
}

/** A credential of an incident's identity. `isPrimary`: what speaks against it alone calls for containment. */
export const Suspect = z.strictObject({ ...Credential.unwrap().shape, isPrimary: z.boolean() }).readonly()
export type Suspect = z.infer<typeof Suspect>

/** Where the signal that decided came from: whether CloudTrail's event history, of one region and of management events, can know it. */
export const SignalOrigin = z.strictObject({ source: SignalSource, region: z.string(), isManagementEvent: z.boolean() }).readonly()
export type SignalOrigin = z.infer<typeof SignalOrigin>

/** The origin of a signal. */
export function originOf({ source, region, isDataEvent }: Signal): SignalOrigin {
  return { source, region, isManagementEvent: isDataEvent !== true }
}

/** Findings about one lineage, with a priority and a state. Times are epoch milliseconds. How it is stored: migrations/incident.ts. */
export const Incident = z
  .strictObject({
    id: z.string(),
    identity: Identity,
    state: IncidentState,
    openedAt: Time,
    updatedAt: Time,
    credentials: z.array(Suspect).readonly(),
    lineage: z.array(LineageEdge).readonly(),
    findings: z.array(Finding).readonly(),
    assessment: Assessment,
    blastRadius: BlastRadius,
    /** How much its identity matters, by the policy; absent where the policy has no rule, and in incidents of older releases. */
    criticality: Criticality.exactOptional(),
    /** Whose identity it is, by a tag: text of whoever may tag. Absent where no tag says it. */
    owner: Owner.exactOptional(),
    accountName: AccountName.exactOptional(),
    /** The order of work, 0 to 100: priority.ts. */
    priority: Points,
    decision: Decision,
    /** The signal that brought the decision to where it is. */
    decidedBy: z.strictObject({ signalId: z.string(), time: Time, origin: orAbsent(SignalOrigin) }).readonly(),
    /** What it may go on doing while it is restricted, computed at the decision. */
    restriction: Restriction.exactOptional(),
    /** When the restriction, and the containment, were first complete, by the responder's clock. */
    restrictedAt: Time.exactOptional(),
    containedAt: orAbsent(Time),
    /** Ids of lineage edges whose change of what was there before a person wants set back. */
    approved: z.array(z.string()).readonly(),
    /** When it was said that nobody answers, by the responder's clock. */
    escalatedAt: orAbsent(Time),
    /** When the on-call was paged because nobody answered all the same, by the responder's clock. */
    pagedAt: orAbsent(Time),
    /** Until then a person wants to look further: nobody is reminded, and it does not expire. */
    extendedUntil: orAbsent(Time),
    verdict: orAbsent(Verdict),
    /** Who works on it; absent where it never was assigned. Its chain has the same, which counts where the two differ. */
    assignment: Assignment.exactOptional(),
    suppression: orAbsent(Suppression),
    /** What people are still to be told; absent once they were. */
    owedNotice: orAbsent(NoticeKind),
    /** Users of it that were renamed, in the order in which that was learned; absent where none was. */
    renames: z.array(Rename).readonly().exactOptional(),
    /** The names that its own user had, where it had several; the policy may go by an earlier one. */
    names: NameHistory.exactOptional(),
    /** What other parties reported of its credentials, oldest first; absent where nothing was. */
    reports: z.array(KeptReport).min(1).readonly().exactOptional(),
    /** What the policy does not count, by exceptions and detectors that are switched off, strongest first; absent where there was nothing of that. */
    excepted: z.array(ExceptedFinding).min(1).readonly().exactOptional(),
    /** How its identity was used before; absent where it never called, and in incidents of older releases. */
    usual: UsualUse.exactOptional(),
    /** Whose release still speaks for what it covers: the incident before one that hearsay opened. */
    releasedBefore: z.string().exactOptional(),
    /** What was looked up in CloudTrail; absent where nothing is, as in a replay. */
    lookups: orAbsent(Lookups),
    /** The end of the incident's chain when this was written; a shorter chain was cut. */
    head: ChainHead,
    /** Set where the incident is archived: this is then what stays of it in the table (`stubOf` in archive.ts), unless it was read from the archive. */
    archived: Archived.exactOptional(),
  })
  .readonly()
export type Incident = z.infer<typeof Incident>

/** What an incident keeps of a signal: enough for a timeline, without request parameters. */
export const IncidentSignal = z
  .strictObject({
    id: z.string(),
    time: Time,
    identityId: z.string(),
    credentialId: z.string(),
    action: z.string(),
    outcome: Outcome,
    errorCode: orAbsent(z.string()),
    address: z.string(),
    country: orAbsent(z.string()),
    agentFamily: z.string(),
    region: z.string(),
    detectors: z.array(z.string()).readonly(),
    /** By the findings alone, without the advisor: its opinion changes from signal to signal, and the evidence grows. */
    risk: Points,
    /** About how many calls of its kind this one stands for, where others like it are not kept; absent where it stands for itself. See timeline.ts. */
    representedCalls: z.int().min(2).exactOptional(),
    /** What runs the network that the call came from, and of what kind that is; absent where that is not known. */
    network: z.string().max(100).exactOptional(),
    networkKind: NetworkKind.exactOptional(),
    /** Whether its identity was known to call from there; absent where it has no usual place, and where the place of the call is not known. */
    isUsualPlace: z.boolean().exactOptional(),
    /** Names of what the call used: secrets, buckets, functions, keys. */
    objects: z.array(z.string().max(100)).min(1).max(3).readonly().exactOptional(),
    /** The party that says it; absent for a call. */
    reportedBy: ReportingSource.exactOptional(),
  })
  .readonly()
export type IncidentSignal = z.infer<typeof IncidentSignal>

export function isClosed({ state }: Pick<Incident, 'state'>): boolean {
  return CLOSED.includes(state)
}

/** True where what was contained or restricted is to stay so. */
export function isEnforced({ state }: Pick<Incident, 'state'>): boolean {
  return ENFORCED.includes(state)
}

/** The id of the incident that follows `previous` on an identity. Two responders that open it at once get the same id, so one of them finds it there. */
export function incidentId(identityId: string, previous: string | undefined): string {
  const hash = createHash('sha256').update(`${identityId}\n${previous ?? ''}`)
  return `inc-${hash.digest('hex').slice(0, 12)}`
}
