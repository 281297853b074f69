import { createHash } from 'node:crypto'
import type { Assessment } from './assessment.ts'
import type { BlastRadius } from './blast-radius.ts'
import type { ChainHead } from './change.ts'
import type { Decision } from './decision.ts'
import type { Finding } from './finding.ts'
import type { Created, Credential, Identity, Outcome, Signal } from './signal.ts'

/**
 * Where an incident stands.
 *
 * `watching`: below ask. `asking`: a person has to decide. `containing`: contain was called. `contained`: done, and a
 * person has to countersign. `releasing`: a person said legitimate, restoring. `rotating`: a person said compromised, its
 * keys are being made anew. `released`, `confirmed`, `expired` (nobody answered, nothing is held): closed.
 */
export const INCIDENT_STATES = [
  'watching',
  'asking',
  'containing',
  'contained',
  'releasing',
  'rotating',
  'released',
  'confirmed',
  'expired',
] as const
export type IncidentState = (typeof INCIDENT_STATES)[number]

const CLOSED: readonly IncidentState[] = ['released', 'confirmed', 'expired']

/** In these states what was contained is to stay so. */
const ENFORCED: readonly IncidentState[] = ['contained', 'asking', 'rotating', 'confirmed']

/** What a reviewer said of an incident. */
export interface Verdict {
  readonly kind: 'legitimate' | 'compromised'
  readonly by: string
  readonly reason: string
  readonly at: string
  /** The assessment that it answered; undefined where the responder ended the incident by itself. */
  readonly answered?: VerdictBasis
}

/** What a verdict answers, as it was then. `shares`: points of the risk by detector; `likelihood`: the advisor's, null where there was none. */
export interface VerdictBasis {
  readonly risk: number
  readonly baseRisk: number
  readonly isConfirmed: boolean
  readonly shares: Readonly<Record<string, number>>
  readonly likelihood: number | null
}

/**
 * A release holds: until then the same evidence does not contain again. `until` is epoch milliseconds. Confirmed findings are
 * held by detector and credential: that one key was a false alarm says nothing of the next.
 */
export interface Suppression {
  readonly until: number
  readonly detectors: readonly string[]
  readonly confirmed: readonly string[]
}

/** What a notice is about. */
export type NoticeKind =
  | 'notify'
  | 'ask'
  | 'contained'
  | 'reversed'
  | 'released'
  | 'rotated'
  | 'confirmed'
  | 'expired'
  | 'extended'
  | 'escalated'
  | 'paged'
  | 'override'

/** One edge of a lineage: a credential made another, or something else that outlives it. */
export interface LineageEdge extends Created {
  readonly parent: string
  readonly signalId: string
}

/** A credential of an incident's identity. `isPrimary`: what speaks against it alone calls for containment. */
export interface Suspect extends Credential {
  readonly isPrimary: boolean
}

/** Findings about one lineage, with a priority and a state. Times are epoch milliseconds. */
export interface Incident {
  readonly id: string
  readonly identity: Identity
  readonly state: IncidentState
  readonly openedAt: number
  readonly updatedAt: number
  readonly credentials: readonly Suspect[]
  readonly lineage: readonly LineageEdge[]
  readonly findings: readonly Finding[]
  readonly assessment: Assessment
  readonly blastRadius: BlastRadius
  /** risk × blast radius ÷ 100, so 0–100. */
  readonly priority: number
  readonly decision: Decision
  /** The signal that brought the decision to where it is. */
  readonly decidedBy: { readonly signalId: string; readonly time: number }
  /** When containment was first complete, by the responder's clock. */
  readonly containedAt: number | undefined
  /** Ids of lineage edges whose change of what was there before a person wants set back. */
  readonly approved: readonly string[]
  /** When it was said that nobody answers, by the responder's clock. */
  readonly escalatedAt: number | undefined
  /** When the on-call was paged because nobody answered all the same, by the responder's clock. */
  readonly pagedAt: number | undefined
  /** Until then a person wants to look further: nobody is reminded, and it does not expire. */
  readonly extendedUntil: number | undefined
  readonly verdict: Verdict | undefined
  readonly suppression: Suppression | undefined
  /** What people are still to be told; undefined once they were. */
  readonly owedNotice: NoticeKind | undefined
  /** The end of the incident's chain when this was written; a shorter chain was cut. */
  readonly head: ChainHead
}

/** What an incident keeps of a signal: enough for a timeline, without request parameters. */
export interface IncidentSignal {
  readonly id: string
  readonly time: number
  readonly identityId: string
  readonly credentialId: string
  readonly action: string
  readonly outcome: Outcome
  readonly errorCode: string | undefined
  readonly address: string
  readonly country: string | undefined
  readonly agentFamily: string
  readonly region: string
  readonly detectors: readonly string[]
  readonly risk: number
}

export function isClosed({ state }: Pick<Incident, 'state'>): boolean {
  return CLOSED.includes(state)
}

/** True where what was contained is to stay so. */
export function isEnforced({ state }: Pick<Incident, 'state'>): boolean {
  return ENFORCED.includes(state)
}

/**
 * The id of the incident that follows `previous` on an identity. Two responders that open it at once get the same id,
 * so one of them finds it there.
 */
export function incidentId(identityId: string, previous: string | undefined): string {
  const digest = createHash('sha256')
    .update(`${identityId}\n${previous ?? ''}`)
    .digest('hex')
  return `inc-${digest.slice(0, 12)}`
}

/** Findings that come before everything else: while the responder is blind, nothing else is seen. */
const URGENT: ReadonlySet<string> = new Set(['responder-tampered'])

/** Up to this weight even an urgent finding is an ordinary one. */
const URGENT_WEIGHT = 0.5

export function priorityOf(risk: number, blastRadius: BlastRadius, findings: readonly Finding[]): number {
  if (findings.some(({ detector, weight }) => URGENT.has(detector) && weight > URGENT_WEIGHT)) return 100
  return Math.round((risk * blastRadius.score) / 10) / 10
}

export function incidentSignal(signal: Signal, findings: readonly Finding[], risk: number): IncidentSignal {
  return {
    id: signal.id,
    time: signal.time,
    identityId: signal.identity.id,
    credentialId: signal.credential.id,
    action: signal.action,
    outcome: signal.outcome,
    errorCode: signal.errorCode,
    address: signal.origin.address,
    country: signal.origin.country,
    agentFamily: signal.origin.agentFamily,
    region: signal.region,
    detectors: findings.map(({ detector }) => detector),
    risk,
  }
}
