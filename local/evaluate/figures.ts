import { type Action, isStronger } from '../../shared/domain/decision.ts'
import type { Thresholds } from '../../shared/domain/policy.ts'
import type { Labelled, LabelledCase } from './labelled.ts'
import type { CaseResult } from './run-case.ts'

/** One case: whether it was found, how fast, and by which detector. A first decision on a benign record is not a detection. */
export interface CaseFigures {
  readonly case: string
  readonly malicious: boolean
  readonly detected: boolean
  readonly decision: Action
  readonly trigger: { readonly recordId: string; readonly detector: string; readonly label: Labelled['label'] } | null
  /** Records from the first malicious one to the trigger, both counted; null where there is no detection. */
  readonly recordsToDetect: number | null
  readonly secondsToDetect: number | null
  readonly technique: string
  readonly needsContext: boolean
  readonly severity: string
}

/** How many there are, and how many reach the thresholds ask and contain. */
export interface Count {
  total: number
  ask: number
  contain: number
}

/** The figures of one source. */
export interface SourceFigures {
  readonly cases: readonly CaseFigures[]
  readonly credentials: { readonly malicious: Count; readonly benign: Count }
  readonly records: { readonly malicious: Count; readonly benign: Count; readonly unknown: Count }
  readonly techniques: Readonly<Record<string, { readonly cases: number; readonly detected: number }>>
}

const none = (): Count => ({ total: 0, ask: 0, contain: 0 })

/** The figures of the cases of one source. Sources are never added up, because their labels mean different things. */
export function figuresOf(
  cases: readonly { readonly case: LabelledCase; readonly results: readonly CaseResult[] }[],
  thresholds: Thresholds,
): SourceFigures {
  const credentials = { malicious: none(), benign: none() }
  const records = { malicious: none(), benign: none(), unknown: none() }
  const techniques: Record<string, { cases: number; detected: number }> = {}
  const rows = cases.map(({ case: one, results }) => {
    const row = caseFigures(one, results)
    for (const { record, risk } of results) count(records[record.label], risk, thresholds)
    for (const [label, risk] of credentialRisks(results)) count(credentials[label], risk, thresholds)
    for (const technique of new Set(one.records.filter(({ label }) => label === 'malicious').map(({ technique: name }) => name))) {
      const known = techniques[technique] ?? { cases: 0, detected: 0 }
      techniques[technique] = { cases: known.cases + 1, detected: known.detected + (isFound(technique, results, thresholds) ? 1 : 0) }
    }
    return row
  })
  return { cases: rows, credentials, records, techniques }
}

function caseFigures({ name, records }: LabelledCase, results: readonly CaseResult[]): CaseFigures {
  const start = records.findIndex(({ label }) => label === 'malicious')
  const at = results.findIndex(({ would }) => would !== undefined && isStronger(would, 'notify'))
  const trigger = results[at]
  const detected = trigger?.record.label === 'malicious'
  const decision = results.reduce<Action>((most, { would }) => (would !== undefined && isStronger(would, most) ? would : most), 'observe')
  return {
    case: name,
    malicious: start >= 0,
    detected,
    decision,
    trigger:
      trigger === undefined ? null : { recordId: trigger.record.id, detector: trigger.detectors[0] ?? '', label: trigger.record.label },
    recordsToDetect: detected ? at - start + 1 : null,
    secondsToDetect: detected ? (trigger.time - (results[start]?.time ?? 0)) / 1000 : null,
    technique: records[Math.max(0, start)]?.technique ?? '',
    needsContext: records[0]?.needsContext ?? false,
    severity: records[0]?.severity ?? '',
  }
}

/** The highest risk of each credential. It is malicious where one of its records is, benign where all are. */
function credentialRisks(results: readonly CaseResult[]): ['malicious' | 'benign', number][] {
  const credentials = Map.groupBy(results, ({ credential }) => credential)
  return [...credentials.values()].flatMap((records): ['malicious' | 'benign', number][] => {
    const risk = Math.max(...records.map((record) => record.risk))
    if (records.some(({ record }) => record.label === 'malicious')) return [['malicious', risk]]
    return records.every(({ record }) => record.label === 'benign') ? [['benign', risk]] : []
  })
}

function isFound(technique: string, results: readonly CaseResult[], thresholds: Thresholds): boolean {
  return results.some(
    ({ record, risk, detectors }) =>
      record.technique === technique && record.label === 'malicious' && detectors.length > 0 && risk >= thresholds.ask,
  )
}

function count(into: Count, risk: number, { ask, contain }: Thresholds): void {
  into.total += 1
  if (risk >= ask) into.ask += 1
  if (risk >= contain) into.contain += 1
}
