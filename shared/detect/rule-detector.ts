import { createHash } from 'node:crypto'
import type { EvidenceGroup, Finding } from '../domain/finding.ts'
import type { HabitualMatch } from '../domain/match-habit.ts'
import { printable } from '../domain/printable.ts'
import type { RuleMatch } from '../domain/rule-match.ts'
import type { Signal } from '../domain/signal.ts'
import type { Detector } from './detector.ts'
import { namedObjects } from './named-objects.ts'
import { isNaming } from './scene-of.ts'
import { isSecretField } from './secret-field.ts'

/** Groups whose calls are harmless on what the identity itself created within a day: weakening, and destroying. */
const SPARES_OWN_WORKS: readonly EvidenceGroup[] = ['evasion', 'impact']

/** Habits of calls are clipped to this, since the caller chooses the name of a call that does not exist. Characters. */
const ACTION_LIMIT = 44

/**
 * The detector that a matching rule is, for one call. The rule was compared with the record before, so it matches. `ofCall` is what a detector in code found of the
 * same call: it and rules without a fact of their own rest on one fact.
 */
export function ruleDetector(
  { detector, title, weight, group, fact, technique, details }: RuleMatch,
  signal: Signal,
  ofCall?: Finding,
): Detector {
  return {
    id: detector,
    title,
    weight,
    group,
    fact: fact ?? ofCall?.fact ?? `call ${hashOf(signal.action)}`,
    attack: technique,
    runbook: '',
    delivery: 'every-call',
    ...(SPARES_OWN_WORKS.includes(group) ? ({ sparesOwnWorks: true } as const) : {}),
    matches: () => ({ reason: reasonOf(signal, details) }),
  }
}

/** The most objects that a reason names, and the longest name of one, in characters. */
const OBJECTS_LIMIT = 2
const OBJECT_LIMIT = 48

/** Names are shown, and no key that is a secret. */
function isShownName(field: string): boolean {
  return isNaming(field) && !isSecretField(field)
}

/** What was called, on what, and with which of the values that the rule asks for: the title says what the rule is about. */
function reasonOf(signal: Signal, details: string): string {
  const objects = (namedObjects(signal, isShownName) ?? [])
    .map((name) => printable(name, OBJECT_LIMIT))
    .filter((name) => !details.includes(name))
  const on =
    objects.length === 0 ? '' : ` on ${objects.slice(0, OBJECTS_LIMIT).join(', ')}${objects.length > OBJECTS_LIMIT ? ' and others' : ''}`
  return `called ${printable(signal.action, ACTION_LIMIT)}${on}${details === '' ? '' : `: ${details}`}`
}

/** A rule's match as a habit: under a short name, since a baseline has room for 64 characters of each. */
export function habitOfRule({ detector }: RuleMatch, { action }: Signal, weight: number): HabitualMatch {
  return { detector: `rule:${shortNameOf(detector)}`, action: action.slice(0, ACTION_LIMIT), weight }
}

const SHORT_NAMES = new Map<string, string>()

/** The hash of a name, which is kept, because the same few rules match again and again. */
function shortNameOf(detector: string): string {
  const known = SHORT_NAMES.get(detector) ?? hashOf(detector)
  if (SHORT_NAMES.size < 5_000) SHORT_NAMES.set(detector, known)
  return known
}

/** Eight digits: a name of bounded length for a text of any. */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8)
}
