import { isMature, isRecentAction } from '../domain/baseline.ts'
import type { Finding } from '../domain/finding.ts'
import { weightOf } from '../domain/frequency.ts'
import type { Signal } from '../domain/signal.ts'
import { CATALOGUE } from './catalogue.ts'
import type { Context, Detector } from './detector.ts'
import { isFamiliar } from './familiar.ts'

/** Detectors by the action they look at; those that look at every call apart. Built once, so a call meets few of them. */
const BY_ACTION = new Map<string, Detector[]>()
const FOR_EVERY_CALL: Detector[] = []
const CONFIRMED = CATALOGUE.filter((detector) => detector.isConfirmed === true)
const OF_ASSUMPTIONS = CATALOGUE.filter((detector) => detector.looksAt === 'assumption')
for (const detector of CATALOGUE) {
  if (detector.isConfirmed === true || detector.looksAt === 'assumption') continue
  if (detector.actions === undefined) FOR_EVERY_CALL.push(detector)
  for (const action of detector.actions ?? []) BY_ACTION.set(action, [...(BY_ACTION.get(action) ?? []), detector])
}

/** What a mature identity has done twice or more, and not only today, counts this much: a habit is weak evidence, not none. */
const HABIT_SHARE = 0.3
const HABIT_WEIGHT = 2

/** A delicate call from where, and with what, an identity always works counts this much of one with no such past. */
const FAMILIAR_SHARE = 0.8

/** Reasons are clipped, so that the evidence of an identity stays bounded. Characters. */
const REASON_LIMIT = 120

const NONE: readonly Finding[] = []

/** What the catalogue says of an API call in its context. */
export function detect(signal: Signal, context: Context): readonly Finding[] {
  if (signal.kind === 'credential-exposure') return detectConfirmed(signal)
  let findings: Finding[] | undefined
  const ask = (detector: Detector, share: number) => {
    const match = detector.matches(signal, context)
    if (match === undefined) return
    findings ??= []
    findings.push(findingOf(detector, signal, { reason: match.reason, weight: (match.weight ?? detector.weight) * share }))
  }
  if (signal.kind === 'assumption') {
    for (const detector of OF_ASSUMPTIONS) ask(detector, 1)
    return findings ?? NONE
  }
  const named = BY_ACTION.get(signal.action)
  if (named !== undefined) {
    const share = shareOf(signal, context)
    for (const detector of named) ask(detector, share)
  }
  for (const detector of FOR_EVERY_CALL) ask(detector, 1)
  return findings ?? NONE
}

/** What the confirmed lane says of a signal: it needs no context, so it needs no state. */
export function detectConfirmed(signal: Signal): readonly Finding[] {
  if (signal.kind !== 'credential-exposure') return NONE
  return CONFIRMED.flatMap((detector) => {
    const match = detector.matches(signal, NO_CONTEXT)
    return match === undefined ? [] : [findingOf(detector, signal, { reason: match.reason, weight: match.weight ?? detector.weight })]
  })
}

const NO_CONTEXT = Object.freeze({}) as Context

function shareOf(signal: Signal, context: Context): number {
  if (isHabit(signal, context)) return HABIT_SHARE
  return isFamiliar(signal, context) ? FAMILIAR_SHARE : 1
}

function isHabit({ action, time }: Signal, { baseline }: Context): boolean {
  return isMature(baseline) && weightOf(baseline.features.action, action, time) >= HABIT_WEIGHT && !isRecentAction(baseline, action, time)
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
