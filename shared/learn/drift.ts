import type { Thresholds } from '../domain/policy.ts'
import { DAY_MS } from '../domain/time.ts'
import type { Answered, Questions } from './answered.ts'

const WEEK_MS = 7 * DAY_MS

/** Answered incidents without a compromise from which on a detector is reported as giving only false positives. */
const FALSE_POSITIVE_MINIMUM = 5

/** The precision of one detector: in how many answered incidents it fired, and how many of those were compromises. */
export interface DetectorPrecision {
  readonly detector: string
  readonly incidents: number
  readonly compromised: number
  /** Share of compromises, 0 to 1. */
  readonly precision: number
  readonly hasOnlyFalsePositives: boolean
}

/** One of ten bins of the risk: the predicted and the observed share of compromises. */
export interface CalibrationBin {
  /** Lower end of the bin; it is 10 points wide. */
  readonly from: number
  readonly incidents: number
  /** Mean risk ÷ 100, and share of compromises. */
  readonly predicted: number
  readonly observed: number
}

/** The verdicts of one week. */
export interface Week {
  /** First day, ISO 8601. Weeks begin on a Thursday, as the Unix epoch does. */
  readonly from: string
  readonly verdicts: number
  readonly compromised: number
  /** Share of verdicts that agree with the score (risk ≥ `ask`) and with the advisor (likelihood ≥ 50). Null without such verdicts. */
  readonly score: number | null
  readonly advisor: number | null
}

/** How scores, detectors and the advisor compare with verdicts. */
export interface Drift {
  readonly verdicts: number
  readonly compromised: number
  readonly detectors: readonly DetectorPrecision[]
  readonly calibration: readonly CalibrationBin[]
  /** Brier score, the mean of (predicted − observed)²: 0 is perfect, 0.25 is a constant guess of 50 %. Null without verdicts. */
  readonly brier: number | null
  readonly weeks: readonly Week[]
  readonly advisor: {
    readonly answered: number
    readonly agreed: number
    readonly asked: number
    readonly fallbacks: Readonly<Record<string, number>>
  }
}

/** Measures how well scores, detectors and the advisor agree with verdicts. Pure; the order of answers does not matter. */
export function driftOf({ answers, questions }: { answers: readonly Answered[]; questions: Questions }, thresholds: Thresholds): Drift {
  const withOpinion = answers.filter(({ likelihood }) => likelihood !== undefined)
  return {
    verdicts: answers.length,
    compromised: answers.filter(({ isCompromised }) => isCompromised).length,
    detectors: detectorWorths(answers),
    calibration: calibrationOf(answers),
    brier: mean(answers.map(({ baseRisk, isCompromised }) => (baseRisk / 100 - Number(isCompromised)) ** 2)),
    weeks: weeksOf(answers, thresholds),
    advisor: { answered: withOpinion.length, agreed: withOpinion.filter(agreesAdvisor).length, ...questions },
  }
}

function detectorWorths(answers: readonly Answered[]): DetectorPrecision[] {
  const byDetector = new Map<string, { incidents: number; compromised: number }>()
  for (const { shares, isCompromised } of answers) {
    for (const detector of Object.keys(shares)) {
      const known = byDetector.get(detector) ?? { incidents: 0, compromised: 0 }
      byDetector.set(detector, { incidents: known.incidents + 1, compromised: known.compromised + Number(isCompromised) })
    }
  }
  return [...byDetector]
    .map(([detector, { incidents, compromised }]) => ({
      detector,
      incidents,
      compromised,
      precision: compromised / incidents,
      hasOnlyFalsePositives: incidents >= FALSE_POSITIVE_MINIMUM && compromised === 0,
    }))
    .sort((a, b) => b.incidents - a.incidents || (a.detector < b.detector ? -1 : 1))
}

function calibrationOf(answers: readonly Answered[]): CalibrationBin[] {
  const bins = Map.groupBy(answers, ({ baseRisk }) => Math.min(90, Math.floor(baseRisk / 10) * 10))
  return [...bins]
    .sort(([a], [b]) => a - b)
    .map(([from, all]) => ({
      from,
      incidents: all.length,
      predicted: (mean(all.map(({ baseRisk }) => baseRisk)) ?? 0) / 100,
      observed: mean(all.map(({ isCompromised }) => Number(isCompromised))) ?? 0,
    }))
}

function weeksOf(answers: readonly Answered[], { ask }: Thresholds): Week[] {
  const weeks = Map.groupBy(answers, ({ at }) => Math.floor(at / WEEK_MS))
  return [...weeks]
    .sort(([a], [b]) => a - b)
    .map(([week, all]) => ({
      from: new Date(week * WEEK_MS).toISOString().slice(0, 10),
      verdicts: all.length,
      compromised: all.filter(({ isCompromised }) => isCompromised).length,
      score: mean(all.map(({ baseRisk, isCompromised }) => Number(baseRisk >= ask === isCompromised))),
      advisor: mean(all.filter(({ likelihood }) => likelihood !== undefined).map((one) => Number(agreesAdvisor(one)))),
    }))
}

function agreesAdvisor({ likelihood, isCompromised }: Answered): boolean {
  return (likelihood ?? 0) >= 50 === isCompromised
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
}
