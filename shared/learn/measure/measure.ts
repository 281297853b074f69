import { ACTIONS, type Action } from '../../domain/action.ts'
import type { Change } from '../../domain/change.ts'
import { type Incident, type IncidentState, isClosed } from '../../domain/incident.ts'
import { byPriority } from '../../domain/priority.ts'
import { POLICY_SUBJECT } from '../../record/append.ts'
import { answersIn } from '../answered.ts'
import { type DetectorPrecision, driftOf } from '../drift.ts'
import { type CsfFunctions, countByCsfFunction } from './csf.ts'
import { type Durations, durationsOf } from './durations.ts'
import type { IncidentWithChanges } from './incident-with-changes.ts'

/** A period from `since` (inclusive) to `until` (exclusive), in epoch milliseconds. */
export interface Period {
  readonly since: number
  readonly until: number
}

/** How many answered incidents were compromises. `share` is 0 to 1, null without answers. */
export interface Precision {
  readonly answered: number
  readonly compromised: number
  readonly share: number | null
}

/** Measures of a period, from incidents and the record alone. An incident belongs to the period in which it was opened. */
export interface Measures {
  readonly period: Period
  /** Highest priority first. */
  readonly incidents: readonly Incident[]
  readonly open: number
  readonly byState: Readonly<Partial<Record<IncidentState, number>>>
  readonly byAction: Readonly<Record<Action, number>>
  readonly times: {
    /** From the first finding to the first decision that calls for a person or for containment. */
    readonly detect: Durations
    /** From the deciding event to every step being in place. */
    readonly contain: Durations
    /** From being asked, or contained, to the verdict of a person. */
    readonly review: Durations
  }
  /** Released drills. Their verdicts are in no precision; their times are in `times`. */
  readonly drills: number
  /** Precision over all incidents that a person answered, and over those that were contained. */
  readonly precision: { readonly all: Precision; readonly contained: Precision }
  readonly advisor: { readonly asked: number; readonly fallbacks: Readonly<Record<string, number>> }
  readonly detectors: readonly DetectorPrecision[]
  readonly functions: CsfFunctions
  /** Entries of the policy's chain in the period, oldest first. */
  readonly policyChanges: readonly Change[]
}

const CALLS_FOR_PEOPLE: ReadonlySet<unknown> = new Set<Action>(['ask', 'restrict', 'contain'])

/** Measures a period. `candidates` holds every incident that may belong to it, in any order; `policy` is the policy's chain. */
export function measure(candidates: readonly IncidentWithChanges[], policy: readonly Change[], period: Period): Measures {
  const within = candidates
    .filter(({ incident }) => isIn(incident.openedAt, period))
    .sort((a, b) => byPriority(a.incident, b.incident) || (a.incident.id < b.incident.id ? -1 : 1))
  const incidents = within.map(({ incident }) => incident)
  const policyChanges = policy.filter(({ subject, at }) => subject === POLICY_SUBJECT && isIn(Date.parse(at), period))
  const { answers, questions, drills } = answersIn(incidents)
  return {
    period,
    incidents,
    open: incidents.filter((incident) => !isClosed(incident)).length,
    byState: countsOf(incidents.map(({ state }) => state)),
    byAction: Object.fromEntries(
      ACTIONS.map((action) => [action, incidents.filter(({ decision }) => decision.action === action).length]),
    ) as Record<Action, number>,
    times: {
      detect: durationsOf(within, detectedAfter),
      contain: durationsOf(within, ({ incident }) => spanOf(incident.decidedBy.time, incident.containedAt)),
      review: durationsOf(within, reviewedAfter),
    },
    drills,
    precision: { all: precisionOf(incidents), contained: precisionOf(incidents.filter(({ containedAt }) => containedAt !== undefined)) },
    advisor: questions,
    // `driftOf` uses thresholds only for its weeks, which this result leaves out.
    detectors: driftOf({ answers, questions }, { notify: 0, ask: 0, restrict: 0, contain: 0 }).detectors,
    functions: countByCsfFunction(within, policyChanges),
    policyChanges,
  }
}

function isIn(time: number, { since, until }: Period): boolean {
  return time >= since && time < until
}

/** Time from the first finding to the first decision that would ask, restrict or contain. It uses `would`, so it can be measured in mode `observe` too. */
function detectedAfter({ incident, changes }: IncidentWithChanges): number | undefined {
  const decision = changes.find(({ kind, to }) => kind === 'decision' && CALLS_FOR_PEOPLE.has((to as { would?: unknown } | null)?.would))
  return spanOf(Math.min(incident.openedAt, ...incident.findings.map(({ time }) => time)), timeOf(decision))
}

function reviewedAfter({ incident, changes }: IncidentWithChanges): number | undefined {
  const { verdict, containedAt, restrictedAt } = incident
  if (verdict?.answered === undefined) return undefined
  const asked = changes.find(({ kind, to }) => kind === 'decision' && CALLS_FOR_PEOPLE.has((to as { action?: unknown } | null)?.action))
  return spanOf(containedAt ?? restrictedAt ?? timeOf(asked), Date.parse(verdict.at))
}

function timeOf(change: Change | undefined): number | undefined {
  return change === undefined ? undefined : Date.parse(change.at)
}

/** The duration between two times, at least 0, because the clocks of two machines may differ. */
function spanOf(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined || Number.isNaN(to - from) ? undefined : Math.max(0, to - from)
}

function precisionOf(incidents: readonly Incident[]): Precision {
  const { answers } = answersIn(incidents)
  const compromised = answers.filter(({ isCompromised }) => isCompromised).length
  return { answered: answers.length, compromised, share: answers.length === 0 ? null : compromised / answers.length }
}

function countsOf<T extends string>(values: readonly T[]): Partial<Record<T, number>> {
  const counts: Partial<Record<T, number>> = {}
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1
  return counts
}
