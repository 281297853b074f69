import type { Policy } from '../domain/policy.ts'
import type { Answered } from './answered.ts'
import { driftOf } from './drift.ts'

/**
 * A change of the policy that verdicts support. `tighten` makes the responder ask or act at a lower risk, `loosen` at a higher one; only a person
 * may put a `loosen` in force.
 */
export interface Proposal {
  readonly id: string
  readonly direction: 'tighten' | 'loosen'
  readonly what: string
  readonly from: number
  readonly to: number
  readonly why: string
  readonly policy: Policy
}

/** Points by which a proposal moves a threshold, and the distance within which incidents count for it. */
const STEP_POINTS = 5
const NEAR_POINTS = 10

/** Shares of compromises that count as nearly all and nearly none. */
const NEARLY_ALL = 0.95
const NEARLY_NONE = 0.05

const NO_QUESTIONS = { asked: 0, fallbacks: {} }

/** Derives proposals from verdicts, tightening first. Confirmed incidents do not count, because no threshold applies to them. Pure. */
export function proposalsOf(answers: readonly Answered[], policy: Policy): Proposal[] {
  const scored = answers.filter(({ isConfirmed }) => !isConfirmed)
  const all = [...thresholdProposals(scored, policy), ...weightProposals(scored, policy)]
  return [...all.filter(({ direction }) => direction === 'tighten'), ...all.filter(({ direction }) => direction === 'loosen')]
}

function thresholdProposals(answers: readonly Answered[], policy: Policy): Proposal[] {
  const { thresholds, learning } = policy
  const { ask, contain } = thresholds
  const found: Proposal[] = []
  const propose = (name: 'ask' | 'contain', to: number, why: string) => {
    const from = thresholds[name]
    const next = { ...thresholds, [name]: to }
    if (to === from || !(next.notify <= next.ask && next.ask <= next.contain)) return
    const direction = to < from ? 'tighten' : 'loosen'
    found.push({
      id: `${name}-${direction}`,
      direction,
      what: `thresholds.${name}`,
      from,
      to,
      why,
      policy: { ...policy, thresholds: next },
    })
  }
  const between = (low: number, high: number) => answers.filter(({ baseRisk }) => baseRisk >= low && baseRisk < high)
  const shareOf = (some: readonly Answered[]) => some.filter(({ isCompromised }) => isCompromised).length / some.length
  for (const [name, least] of [
    ['ask', learning.minAsk],
    ['contain', learning.minContain],
  ] as const) {
    const at = name === 'ask' ? ask : contain
    const below = between(at - NEAR_POINTS, at)
    if (below.length >= learning.minVerdicts && shareOf(below) >= NEARLY_ALL)
      propose(
        name,
        Math.max(least, at - STEP_POINTS, name === 'contain' ? ask : thresholds.notify),
        `${below.length} verdicts up to ${NEAR_POINTS} points below it, ${percent(shareOf(below))} compromised`,
      )
    const above = between(at, at + NEAR_POINTS)
    if (above.length >= learning.minVerdicts && shareOf(above) <= NEARLY_NONE)
      propose(
        name,
        Math.min(100, at + STEP_POINTS, name === 'ask' ? contain : 100),
        `${above.length} verdicts up to ${NEAR_POINTS} points above it, ${percent(shareOf(above))} compromised`,
      )
  }
  return found.filter(({ direction, to, from }) => direction === 'loosen' || to < from)
}

function weightProposals(answers: readonly Answered[], policy: Policy): Proposal[] {
  const { detectors } = driftOf({ answers, questions: NO_QUESTIONS }, policy.thresholds)
  return detectors.flatMap(({ detector, incidents, precision }): Proposal[] => {
    if (incidents < policy.learning.minVerdicts) return []
    const from = policy.weights[detector] ?? 1
    const to =
      precision <= NEARLY_NONE
        ? Math.max(0.1, round(from * 0.7))
        : precision >= NEARLY_ALL && from < 1
          ? Math.min(1, round(from / 0.7))
          : from
    if (to === from) return []
    const direction = to > from ? 'tighten' : 'loosen'
    const why = `${incidents} answered incidents, ${percent(precision)} compromised`
    return [
      {
        id: `weight-${detector}`,
        direction,
        what: `weights.${detector}`,
        from,
        to,
        why,
        policy: { ...policy, weights: { ...policy.weights, [detector]: to } },
      },
    ]
  })
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
