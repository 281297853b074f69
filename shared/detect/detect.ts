import type { Finding } from '../domain/finding.ts'
import type { Signal } from '../domain/signal.ts'
import { CATALOGUE } from './catalogue.ts'
import type { Context, Detector } from './detector.ts'
import { isFamiliar } from './familiar.ts'
import { isHabit } from './habit.ts'

/** Detectors by the action that they look at, and those that look at every call. Built once, so that each call runs few detectors. */
const BY_ACTION = new Map<string, Detector[]>()
const FOR_EVERY_CALL: Detector[] = []
const CONFIRMED = CATALOGUE.filter((detector) => detector.isConfirmed === true)
const FOR_EXPOSURES = CATALOGUE.filter((detector) => detector.looksAt === 'exposure')
const FOR_ASSUMPTIONS = CATALOGUE.filter((detector) => detector.looksAt === 'assumption')
for (const detector of CATALOGUE) {
  if (detector.isConfirmed === true || detector.looksAt !== undefined) continue
  if (detector.actions === undefined) FOR_EVERY_CALL.push(detector)
  for (const action of detector.actions ?? []) BY_ACTION.set(action, [...(BY_ACTION.get(action) ?? []), detector])
}

/** The factor on a finding for an action that is a habit of the identity: weak evidence, but not none. */
const HABIT_FACTOR = 0.3

/** The factor on a finding for a call that comes from the usual country, tool and network of its identity. */
const FAMILIAR_FACTOR = 0.8

/** Reasons are clipped to this many characters, so that the evidence of an identity stays bounded. */
const REASON_LIMIT = 120

const NONE: readonly Finding[] = []

/** The findings of all detectors on a signal in its context. Detectors that look at named actions count less where the call is usual. */
export function detect(signal: Signal, context: Context): readonly Finding[] {
  let findings: Finding[] | undefined
  const run = (detector: Detector, factor: number) => {
    const match = detector.matches(signal, context)
    if (match === undefined) return
    findings ??= []
    findings.push(findingOf(detector, signal, { reason: match.reason, weight: (match.weight ?? detector.weight) * factor }))
  }
  if (signal.kind === 'credential-exposure') {
    for (const detector of FOR_EXPOSURES) run(detector, 1)
    return [...detectConfirmed(signal), ...(findings ?? NONE)]
  }
  if (signal.kind === 'assumption') {
    for (const detector of FOR_ASSUMPTIONS) run(detector, 1)
    return findings ?? NONE
  }
  const forAction = BY_ACTION.get(signal.action)
  if (forAction !== undefined) {
    const factor = habitFactor(signal, context)
    for (const detector of forAction) run(detector, factor)
  }
  for (const detector of FOR_EVERY_CALL) run(detector, 1)
  return findings ?? NONE
}

/** The confirmed findings on a credential exposure. They need no context, so the identity's state need not be read first. */
export function detectConfirmed(signal: Signal): readonly Finding[] {
  if (signal.kind !== 'credential-exposure') return NONE
  return CONFIRMED.flatMap((detector) => {
    const match = detector.matches(signal, NO_CONTEXT)
    return match === undefined ? [] : [findingOf(detector, signal, { reason: match.reason, weight: match.weight ?? detector.weight })]
  })
}

const NO_CONTEXT = Object.freeze({}) as Context

/** How much of its weight a finding on this call keeps, 0 to 1. */
function habitFactor(signal: Signal, context: Context): number {
  if (isHabit(signal, context.baseline)) return HABIT_FACTOR
  return isFamiliar(signal, context) ? FAMILIAR_FACTOR : 1
}

function findingOf(detector: Detector, signal: Signal, { reason, weight }: { reason: string; weight: number }): Finding {
  return {
    detector: detector.id,
    title: detector.title,
    weight,
    group: detector.group,
    technique: detector.attack,
    isConfirmed: detector.isConfirmed === true,
    reason: reason.slice(0, REASON_LIMIT),
    signalId: signal.id,
    credentialId: signal.credential.id,
    time: signal.time,
  }
}
