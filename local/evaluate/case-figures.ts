import { type Action, isStronger } from '../../shared/domain/action.ts'
import type { Labelled, LabelledCase } from './labelled.ts'
import { byReached, isAtLeast, type Reached, strongestOf } from './reached.ts'
import type { CaseResult } from './run-case.ts'

/** One case: whether it was found, how fast, and by which detector. A first decision on a benign record is not a detection. */
export interface CaseFigures {
  readonly case: string
  /** True where a record is malicious. */
  readonly malicious: boolean
  /** True where every record is benign: a case with records of unknown label is neither. */
  readonly benign: boolean
  readonly detected: boolean
  /** The strongest decision of the whole case. */
  readonly decision: Action
  readonly trigger: { readonly recordId: string; readonly detector: string; readonly label: Labelled['label'] } | null
  /** Records from the first malicious one to the trigger, both counted; null where there is no detection. */
  readonly recordsToDetect: number | null
  readonly secondsToDetect: number | null
  /** When each action, or a stronger one, was called for first; null where it never was. */
  readonly reached: Readonly<Record<Reached, Moment | null>>
  /** True where a malicious record is marked as one that cannot be taken back. */
  readonly hasIrreversible: boolean
  /** The strongest decision before the first such record; `none` where there was none, and where there is no such record. */
  readonly beforeIrreversible: BeforeIrreversible
  /** Questions and containments: how often an incident came to an action that people notice, or to a stronger one of them. */
  readonly interventions: number
  /** Benign calls within 24 hours after a restriction or containment of their identity, and how many of them it would have refused. */
  readonly collateral: { readonly benign: number; readonly refused: number }
  /** Malicious calls from the first suspicious one on, and how many of them would have been refused. Those before an action are not. */
  readonly stopped: { readonly malicious: number; readonly refused: number }
  readonly technique: string
  readonly needsContext: boolean
  readonly severity: string
}

/** From the first malicious record on: how many malicious records until then, and how many seconds. */
export interface Moment {
  readonly calls: number
  readonly seconds: number
}

export type BeforeIrreversible = 'none' | Exclude<Action, 'observe'>

/** A case as far as the figures need it: its records are not kept. */
export type CaseAbout = Pick<LabelledCase, 'name' | 'source'> & Pick<Labelled, 'needsContext' | 'severity'>

/** The figures of one case. */
export function caseFigures({ name, needsContext, severity }: CaseAbout, results: readonly CaseResult[]): CaseFigures {
  const start = results.findIndex(({ record }) => record.label === 'malicious')
  const at = results.findIndex(({ would }) => would !== undefined && isStronger(would, 'notify'))
  const trigger = results[at]
  const detected = trigger?.record.label === 'malicious'
  return {
    case: name,
    malicious: start >= 0,
    benign: results.every(({ record }) => record.label === 'benign'),
    detected,
    decision: strongestOf(results.map(({ would }) => would)),
    trigger:
      trigger === undefined ? null : { recordId: trigger.record.id, detector: trigger.detectors[0] ?? '', label: trigger.record.label },
    recordsToDetect: detected ? at - start + 1 : null,
    secondsToDetect: detected ? (trigger.time - (results[start]?.time ?? 0)) / 1000 : null,
    reached: byReached((action) => momentOf(intrusionIn(results), action)),
    ...irreversibleIn(results),
    interventions: results.reduce((sum, { interventions }) => sum + interventions, 0),
    collateral: collateralOf(results),
    stopped: stoppedIn(results),
    technique: results[Math.max(0, start)]?.record.technique ?? '',
    needsContext,
    severity,
  }
}

/** The results from the first malicious record on; none in a benign case. */
export function intrusionIn(results: readonly CaseResult[]): readonly CaseResult[] {
  const start = results.findIndex(({ record }) => record.label === 'malicious')
  return start < 0 ? [] : results.slice(start)
}

function momentOf(intrusion: readonly CaseResult[], action: Reached): Moment | null {
  const at = intrusion.findIndex(({ would }) => isAtLeast(would, action))
  const [first, last] = [intrusion[0], intrusion[at]]
  if (first === undefined || last === undefined) return null
  const calls = intrusion.slice(0, at + 1).filter(({ record }) => record.label === 'malicious').length
  return { calls, seconds: (last.time - first.time) / 1000 }
}

/** What was decided before the first call that cannot be taken back: strictly before it, and from the first malicious record on. */
function irreversibleIn(results: readonly CaseResult[]): Pick<CaseFigures, 'hasIrreversible' | 'beforeIrreversible'> {
  const intrusion = intrusionIn(results)
  const at = intrusion.findIndex(({ record }) => record.irreversible && record.label === 'malicious')
  const before = strongestOf(intrusion.slice(0, Math.max(0, at)).map(({ would }) => would))
  return { hasIrreversible: at >= 0, beforeIrreversible: before === 'observe' ? 'none' : before }
}

function collateralOf(results: readonly CaseResult[]): CaseFigures['collateral'] {
  const after = results.filter(({ record, effect }) => record.label === 'benign' && effect?.isAfterAction === true)
  return { benign: after.length, refused: after.filter(({ effect }) => effect?.isRefused === true).length }
}

/** An intrusion in which nothing is suspicious counts whole, so that what was not seen is not stopped. */
function stoppedIn(results: readonly CaseResult[]): CaseFigures['stopped'] {
  const malicious = results.filter(({ record }) => record.label === 'malicious')
  const suspicious = malicious.findIndex(({ detectors }) => detectors.length > 0)
  const calls = malicious.slice(Math.max(0, suspicious)).filter(({ effect }) => effect !== undefined)
  return { malicious: calls.length, refused: calls.filter(({ effect }) => effect?.isRefused === true).length }
}
