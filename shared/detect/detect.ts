import { axisOf, type Finding } from '../domain/finding.ts'
import { type HabitualMatch, isMatchHabit } from '../domain/match-habit.ts'
import type { Signal } from '../domain/signal.ts'
import { CATALOGUE } from './catalogue.ts'
import type { Context, Detector, Match } from './detector.ts'
import { habitOfRule, ruleDetector } from './rule-detector.ts'
import { sceneOf } from './scene-of.ts'
import { isUsualAction } from './usual-action.ts'

/** Detectors by the action that they look at, and those that look at every call. Built once, so that each call runs few detectors. */
const BY_ACTION = new Map<string, Detector[]>()
const FOR_EVERY_CALL: Detector[] = []
const OF_EXPOSURES = CATALOGUE.filter((detector) => detector.looksAt === 'exposure')
const CONFIRMED = OF_EXPOSURES.filter((detector) => detector.isConfirmed === true)
const FOR_EXPOSURES = OF_EXPOSURES.filter((detector) => detector.isConfirmed !== true)
const FOR_FINDINGS = CATALOGUE.filter((detector) => detector.looksAt === 'finding')
const FOR_ASSUMPTIONS = CATALOGUE.filter((detector) => detector.looksAt === 'assumption')
for (const detector of CATALOGUE) {
  if (detector.looksAt !== undefined) continue
  if (detector.actions === undefined) FOR_EVERY_CALL.push(detector)
  for (const action of detector.actions ?? []) BY_ACTION.set(action, [...(BY_ACTION.get(action) ?? []), detector])
}

/** The factor on a finding that is a habit of the identity: weak evidence, but not none. */
const HABIT_FACTOR = 0.3

/** Reasons are clipped to this many characters, so that the evidence of an identity stays bounded. */
const REASON_LIMIT = 120

const NONE: readonly Finding[] = []
const NO_RULES: NonNullable<Signal['rules']> = []
const NOBODY: readonly Detector[] = []

const inFull = () => 1

/** The findings of all detectors on a signal in its context. Detectors that look at named actions count less where the call is usual. */
export function detect(signal: Signal, context: Context): readonly Finding[] {
  let findings: Finding[] | undefined
  const run = (detector: Detector, factorOf: (weight: number) => number = inFull) => {
    if (context.isOwnWork === true && detector.sparesOwnWorks === true) return
    if (signal.refusedBy !== undefined && detector.countsRefusedByUs !== true) return
    const match = detector.matches(signal, context)
    if (match === undefined) return
    const weight = match.weight ?? detector.weight
    findings ??= []
    findings.push(findingOf(detector, signal, { ...match, weight: weight * factorOf(weight) }))
  }
  if (signal.kind === 'credential-exposure') {
    for (const detector of FOR_EXPOSURES) run(detector)
    return [...detectConfirmed(signal), ...(findings ?? NONE)]
  }
  if (signal.kind === 'finding') {
    for (const detector of FOR_FINDINGS) run(detector)
    return findings ?? NONE
  }
  if (signal.kind === 'assumption') {
    for (const detector of FOR_ASSUMPTIONS) run(detector)
    return findings ?? NONE
  }
  for (const detector of BY_ACTION.get(signal.action) ?? NOBODY) {
    run(detector, (weight) => usualFactor(detector, weight, { signal, context }))
  }
  const ofCall = findings?.find(({ axis }) => axis === 'what')
  for (const detector of FOR_EVERY_CALL) run(detector)
  for (const match of signal.rules ?? NO_RULES) {
    // What a detector in code says of the call, and what rules say of it, is one fact: the call.
    run(ruleDetector(match, signal, ofCall), (weight) => {
      return isMatchHabit(context.baseline, habitOfRule(match, signal, weight), signal.time) ? HABIT_FACTOR : 1
    })
  }
  return findings ?? NONE
}

/** What in a call may become a habit: the matches of the detectors that look at its action, with their weights before any factor. */
export function habitualMatches(signal: Signal, context: Context): readonly HabitualMatch[] {
  const { action } = signal
  const ofRules = (signal.rules ?? NO_RULES).map((match) => habitOfRule(match, signal, match.weight))
  const ofDetectors = (BY_ACTION.get(action) ?? NOBODY).flatMap((detector) => {
    const match = detector.countsReads === true ? undefined : detector.matches(signal, context)
    return match === undefined ? [] : [{ detector: detector.id, action, weight: match.weight ?? detector.weight }]
  })
  return ofRules.length === 0 ? ofDetectors : [...ofDetectors, ...ofRules]
}

/** The confirmed findings on a credential exposure. They need no context, so the identity's state need not be read first. */
export function detectConfirmed(signal: Signal): readonly Finding[] {
  if (signal.kind !== 'credential-exposure') return NONE
  return CONFIRMED.flatMap((detector) => {
    const match = detector.matches(signal, NO_CONTEXT)
    return match === undefined ? [] : [findingOf(detector, signal, { ...match, weight: match.weight ?? detector.weight })]
  })
}

const NO_CONTEXT = Object.freeze({}) as Context

/** How much of its weight a match on this call keeps, 0 to 1. */
function usualFactor(detector: Detector, weight: number, { signal, context }: { signal: Signal; context: Context }): number {
  const { action, time } = signal
  const { baseline } = context
  const isHabit =
    detector.countsReads === true
      ? isUsualAction(signal, baseline)
      : isMatchHabit(baseline, { detector: detector.id, action, weight }, time)
  return isHabit ? HABIT_FACTOR : 1
}

function findingOf(detector: Detector, signal: Signal, { reason, weight, fact }: Match & { readonly weight: number }): Finding {
  const scene = detector.isConfirmed === true ? undefined : sceneOf(signal, detector.group)
  return {
    detector: detector.id,
    title: detector.title,
    weight,
    axis: axisOf(detector.group),
    group: detector.group,
    fact: fact ?? detector.fact ?? detector.id,
    technique: detector.attack,
    isConfirmed: detector.isConfirmed === true,
    reason: reason.slice(0, REASON_LIMIT),
    signalId: signal.id,
    credentialId: signal.credential.id,
    time: signal.time,
    ...(scene === undefined ? {} : { scenes: [scene] }),
    ...(signal.source === 'cloudtrail' ? {} : { reportedBy: signal.source }),
  }
}
