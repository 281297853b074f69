import { ACTIONS, type Action } from '../../shared/domain/action.ts'
import { type BeforeIrreversible, type CaseAbout, type CaseFigures, caseFigures, intrusionIn } from './case-figures.ts'
import { type Count, countIn, emptyCount, isAtLeast, strongestOf } from './reached.ts'
import type { CaseResult } from './run-case.ts'

/** How many cases there are, and how many have each decision as their strongest. */
export type Decisions = Record<'total' | Action, number>

/** Questions and containments: of all cases, for each of them, and of the case with the most. `perCase` is null where there is no case. */
export interface Interventions {
  readonly total: number
  readonly perCase: number | null
  readonly most: number
}

/** A figure for what is malicious, and one for what is benign. What has records of unknown label only is in neither. */
export interface ByLabel<T> {
  readonly malicious: T
  readonly benign: T
}

/** The figures of one source. A count says what was decided, whatever the mode: how many came to each action or to a stronger one. */
export interface SourceFigures {
  readonly cases: readonly CaseFigures[]
  /** Cases by their strongest decision: of a malicious case, from its first malicious record on. */
  readonly decisions: ByLabel<Decisions>
  readonly interventions: ByLabel<Interventions>
  /** The malicious cases with a call that cannot be taken back, by the strongest decision before it. */
  readonly beforeIrreversible: Readonly<Record<'total' | BeforeIrreversible, number>>
  /** Sums over all cases. */
  readonly collateral: { readonly benign: number; readonly refused: number }
  /** The median over the malicious cases of the share of calls that would have been refused; null where there is none. */
  readonly stopped: { readonly cases: number; readonly median: number | null }
  /** Identities that can be contained. One is malicious where one of its records is, benign where all are. */
  readonly identities: ByLabel<Count>
  readonly credentials: ByLabel<Count>
  readonly records: ByLabel<Count> & { readonly unknown: Count }
  readonly techniques: Readonly<Record<string, { readonly cases: number; readonly detected: number }>>
}

/** The figures of the cases of one source. Sources are never added up, because their labels mean different things. */
export function figuresOf(cases: readonly { readonly case: CaseAbout; readonly results: readonly CaseResult[] }[]): SourceFigures {
  const credentials = { malicious: emptyCount(), benign: emptyCount() }
  const identities = { malicious: emptyCount(), benign: emptyCount() }
  const records = { malicious: emptyCount(), benign: emptyCount(), unknown: emptyCount() }
  const decisions = { malicious: noDecisions(), benign: noDecisions() }
  const techniques: Record<string, { cases: number; detected: number }> = {}
  const rows = cases.map(({ case: one, results }) => {
    for (const { record, would } of results) countIn(records[record.label], would)
    countGroups(credentials, results, ({ credential }) => credential)
    countGroups(
      identities,
      results.filter(({ identity }) => identity.isContainable),
      ({ identity }) => identity.id,
    )
    countTechniques(techniques, results)
    const row = caseFigures(one, results)
    if (row.malicious) countDecision(decisions.malicious, strongestOf(intrusionIn(results).map(({ would }) => would)))
    if (row.benign) countDecision(decisions.benign, row.decision)
    return row
  })
  const benign = rows.filter((row) => row.benign)
  const malicious = rows.filter((row) => row.malicious)
  return {
    cases: rows,
    decisions,
    interventions: { malicious: interventionsOf(malicious), benign: interventionsOf(benign) },
    beforeIrreversible: beforeIrreversibleOf(malicious),
    collateral: collateralOf(rows),
    stopped: { cases: malicious.length, median: medianOf(malicious.map(({ stopped }) => share(stopped.refused, stopped.malicious))) },
    identities,
    credentials,
    records,
    techniques,
  }
}

/** The middle of several numbers, of two the mean; null where there is none. */
export function medianOf(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b)
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]]
  return low === undefined || high === undefined ? null : (low + high) / 2
}

/** A part of a whole, 0 to 1; 0 of nothing. */
export function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}

function noDecisions(): Decisions {
  return { total: 0, ...(Object.fromEntries(ACTIONS.map((action) => [action, 0])) as Record<Action, number>) }
}

function countDecision(into: Decisions, decision: Action): void {
  into.total += 1
  into[decision] += 1
}

function interventionsOf(rows: readonly CaseFigures[]): Interventions {
  const counts = rows.map(({ interventions }) => interventions)
  const total = counts.reduce((sum, count) => sum + count, 0)
  return { total, perCase: rows.length === 0 ? null : total / rows.length, most: Math.max(0, ...counts) }
}

function beforeIrreversibleOf(malicious: readonly CaseFigures[]): SourceFigures['beforeIrreversible'] {
  const { observe: none, ...counts } = noDecisions()
  const by: Record<'total' | BeforeIrreversible, number> = { ...counts, none }
  for (const { hasIrreversible, beforeIrreversible } of malicious) {
    if (!hasIrreversible) continue
    by.total += 1
    by[beforeIrreversible] += 1
  }
  return by
}

function collateralOf(rows: readonly CaseFigures[]): SourceFigures['collateral'] {
  return {
    benign: rows.reduce((sum, { collateral }) => sum + collateral.benign, 0),
    refused: rows.reduce((sum, { collateral }) => sum + collateral.refused, 0),
  }
}

/** Counts credentials or identities by their strongest decision. One is malicious where one of its records is, benign where all are. */
function countGroups(into: ByLabel<Count>, results: readonly CaseResult[], keyOf: (result: CaseResult) => string): void {
  for (const group of Map.groupBy(results, keyOf).values()) {
    const strongest = strongestOf(group.map(({ would }) => would))
    if (group.some(({ record }) => record.label === 'malicious')) countIn(into.malicious, strongest)
    else if (group.every(({ record }) => record.label === 'benign')) countIn(into.benign, strongest)
  }
}

function countTechniques(into: Record<string, { cases: number; detected: number }>, results: readonly CaseResult[]): void {
  const malicious = results.filter(({ record }) => record.label === 'malicious')
  for (const [technique, records] of Map.groupBy(malicious, ({ record }) => record.technique)) {
    const known = into[technique] ?? { cases: 0, detected: 0 }
    const isFound = records.some(({ would, detectors }) => detectors.length > 0 && isAtLeast(would, 'ask'))
    into[technique] = { cases: known.cases + 1, detected: known.detected + (isFound ? 1 : 0) }
  }
}
