import { isBinding } from '../domain/binding-detectors.ts'
import { counted } from '../domain/counted.ts'
import { tuningOf } from '../domain/detector-tuning.ts'
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

type ThresholdName = 'ask' | 'contain'

function thresholdProposals(answers: readonly Answered[], policy: Policy): Proposal[] {
  return [
    ...lowerThreshold('ask', answers, policy),
    ...raiseThreshold('ask', answers, policy),
    ...lowerThreshold('contain', answers, policy),
    ...raiseThreshold('contain', answers, policy),
  ]
}

/** Proposes a lower threshold when nearly all incidents just below it were compromises. It stays at or above the policy's minimum. */
function lowerThreshold(name: ThresholdName, answers: readonly Answered[], policy: Policy): Proposal[] {
  const { thresholds, learning } = policy
  const at = thresholds[name]
  const below = answers.filter(({ baseRisk }) => baseRisk >= at - NEAR_POINTS && baseRisk < at)
  const share = compromisedShare(below)
  if (below.length < learning.minVerdicts || share < NEARLY_ALL) return []
  const minimum = name === 'ask' ? Math.max(learning.minAsk, thresholds.notify) : Math.max(learning.minContain, thresholds.ask)
  const why = `${counted(below.length, 'verdict')} up to ${NEAR_POINTS} points below it, ${percent(share)} compromised`
  return thresholdProposal(policy, name, { to: Math.max(minimum, at - STEP_POINTS), why })
}

/** Proposes a higher threshold when nearly none of the incidents just above it were compromises. */
function raiseThreshold(name: ThresholdName, answers: readonly Answered[], policy: Policy): Proposal[] {
  const { thresholds, learning } = policy
  const at = thresholds[name]
  const above = answers.filter(({ baseRisk }) => baseRisk >= at && baseRisk < at + NEAR_POINTS)
  const share = compromisedShare(above)
  if (above.length < learning.minVerdicts || share > NEARLY_NONE) return []
  const maximum = name === 'ask' ? thresholds.contain : 100
  const why = `${counted(above.length, 'verdict')} up to ${NEAR_POINTS} points above it, ${percent(share)} compromised`
  return thresholdProposal(policy, name, { to: Math.min(maximum, at + STEP_POINTS), why })
}

/** The proposal of a threshold, or none when it would not change or when the thresholds would no longer rise from notify over ask to contain. */
function thresholdProposal(policy: Policy, name: ThresholdName, { to, why }: { to: number; why: string }): Proposal[] {
  const from = policy.thresholds[name]
  const thresholds = { ...policy.thresholds, [name]: to, ...(name === 'contain' ? { restrict: restrictBelow(policy, to) } : {}) }
  if (to === from || !(thresholds.notify <= thresholds.ask && thresholds.ask <= thresholds.contain)) return []
  const direction = to < from ? 'tighten' : 'loosen'
  return [{ id: `${name}-${direction}`, direction, what: `thresholds.${name}`, from, to, why, policy: { ...policy, thresholds } }]
}

/** The threshold `restrict` below another `contain`: where both are one, so that nothing is restricted, they stay one. */
function restrictBelow({ thresholds: { restrict, contain } }: Policy, to: number): number {
  return restrict === contain ? to : Math.min(restrict, to)
}

function compromisedShare(answers: readonly Answered[]): number {
  return answers.filter(({ isCompromised }) => isCompromised).length / answers.length
}

function weightProposals(answers: readonly Answered[], policy: Policy): Proposal[] {
  const { detectors } = driftOf({ answers, questions: NO_QUESTIONS }, policy.thresholds)
  return detectors.flatMap(({ detector, incidents, precision }): Proposal[] => {
    if (incidents < policy.learning.minVerdicts || isBinding(detector)) return []
    const tuning = tuningOf(policy.detectors, detector)
    const from = tuning.weight
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
        what: `detectors.${detector}.weight`,
        from,
        to,
        why,
        policy: { ...policy, detectors: { ...policy.detectors, [detector]: { ...tuning, weight: to } } },
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
