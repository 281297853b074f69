import { assessmentOf } from '../domain/assessment.ts'
import { attemptWith } from '../domain/attempt.ts'
import { type Baseline, isMature, isNew, lastSeenOf, learn, learnAssumer } from '../domain/baseline.ts'
import { countRate } from '../domain/call-rate.ts'
import { isHearsay } from '../domain/ceilings.ts'
import { addCall, type CredentialWindow, countDistinct, countRead, networkOf, openWindow } from '../domain/credential-window.ts'
import type { Finding } from '../domain/finding.ts'
import { lastOf } from '../domain/frequency.ts'
import { copyState, evidenceAgainst, forgetFuture, type IdentityState, keepEvidence, windowOf } from '../domain/identity-state.ts'
import type { IdentityWindow } from '../domain/identity-window.ts'
import { learnMatch } from '../domain/match-habit.ts'
import { learnObjects } from '../domain/object-habit.ts'
import { isSeen, noveltyOf, remember } from '../domain/seen.ts'
import type { Signal } from '../domain/signal.ts'
import { surprisalOf } from '../domain/surprisal.ts'
import { HOUR_MS } from '../domain/time.ts'
import { copyTimedSet, emptyTimedSet, hashId, unmark } from '../domain/timed-set.ts'
import { withUnlearned } from '../domain/unlearned.ts'
import { countAcross, countsAcross } from './across-credentials.ts'
import { countActivity, writtenSecret } from './count-activity.ts'
import { detect, habitualMatches } from './detect.ts'
import type { Context } from './detector.ts'
import { isDiscovery } from './discovery.ts'
import { isFamiliar } from './familiar.ts'
import { foldReport } from './fold-report.ts'
import type { Folded } from './folded.ts'
import { isOwnWork, noteWorks } from './own-works.ts'
import { splitInto } from './split-excepted.ts'
import { textOf, unusualObjects, writtenObjects } from './unusual-objects.ts'

export type { Folded } from './folded.ts'

/** From this risk on the baseline learns nothing from a credential's calls, so that an intruder cannot become normal. */
const LEARN_BELOW_RISK = 80

/**
 * From this risk on the baseline learns an action only from the identity's usual origin, and at most once in 20 hours. A new habit that people
 * saw and left alone becomes normal after three days; what an intruder does for an hour does not.
 */
const LEARN_SLOWLY_FROM_RISK = 50
const SLOWLY_MS = 20 * HOUR_MS

/**
 * Folds signals of one identity into a copy of its state. Pure and bounded; the same code runs in Lambda, in replay and in tests.
 *
 * The result does not depend on how the signals are divided into batches. A duplicate gives no findings and changes nothing. `latest` is the latest
 * time (epoch ms) that can be true: what is remembered of a later one moves no bound.
 */
export function fold(
  state: IdentityState,
  signals: readonly Signal[],
  latest = Number.POSITIVE_INFINITY,
): { state: IdentityState; folded: Folded[] } {
  const draft = copyState(state)
  const folded = signals.flatMap((signal) => foldInto(draft, signal, latest) ?? [])
  return { state: draft, folded }
}

/**
 * Folds one signal into a draft that the caller owns. Returns undefined where the signal was folded before. `group` is the baseline of all people who have the
 * permission set of a person.
 */
export function foldInto(draft: IdentityState, signal: Signal, latest = Number.POSITIVE_INFINITY, group?: Baseline): Folded | undefined {
  if (draft.seen.horizon > latest) forgetFuture(draft, latest)
  // A CI pipeline assumes its role every few minutes: the same assumer within an hour is nothing new.
  if (signal.kind === 'assumption' && wasSeenWithinHour(draft, signal)) return undefined
  if (signal.kind === 'credential-exposure' || signal.kind === 'finding') return foldReport(draft, signal, latest)
  const id = hashId(signal.id)
  const novelty = noveltyOf(draft.seen, id, signal.time)
  if (novelty === 'duplicate') return undefined
  if (novelty === 'too-late') return evaluateLate(draft, signal)
  remember(draft.seen, id, signal.time, latest)
  const isCall = signal.kind !== 'assumption'
  // A session that was issued is not in use yet: its window opens with its first call.
  const window = isCall ? windowOf(draft, signal.credential.id, signal.time) : openWindow(signal.credential.id, signal.time)
  const isOwn = isCall && isOwnWork(draft.across, signal)
  const across = isCall ? countCall(draft, window, signal, isOwn) : undefined
  if (signal.action === 'signin:ConsoleLogin' && signal.isAuthenticated) adoptAttempts(draft, window, signal)
  const found = detect(signal, {
    baseline: amongColleagues(draft.baseline, signal, group),
    window,
    across,
    isOwnWork: isOwn,
    works: draft.across.works,
    rates: draft.across.rates,
  })
  const { findings, ...split } = splitInto(draft, signal, found)
  if (isCall) noteWorks(draft.across, signal)
  if (findings.length > 0) keepEvidence(draft, findings)
  const evidence = draft.evidence.length === 0 ? draft.evidence : evidenceAgainst(draft, signal.credential.id, signal.time)
  // Whoever is excepted must not become normal by it: after the exception, or elsewhere, the same counts as it did.
  if (split.excepted === undefined) learnFrom(draft, signal, { window, across, findings, evidence })
  return { signal, findings, evidence, ...split, parentIncidentId: window.parentIncidentId }
}

/** Behind one provider is half a country: a network of a colleague, in a country where the person is at home, is expected, but where anybody can rent it. */
function amongColleagues(baseline: Baseline, { origin }: Signal, group: Baseline | undefined): Baseline {
  const { country, network, networkKind } = origin
  if (group === undefined || network === undefined || country === undefined || networkKind !== 'access') return baseline
  if (isNew(baseline, 'country', country) || isNew(group, 'network', network) || group.calls === 0) return baseline
  return { ...baseline, expected: new Set([...baseline.expected, `network=${network}`]) }
}

function wasSeenWithinHour({ baseline }: IdentityState, { assumer, time }: Signal): boolean {
  const last = assumer === undefined ? undefined : lastSeenOf(baseline, 'assumer', assumer.id)
  return last !== undefined && time - last < HOUR_MS
}

/** Counts a call in the window of its credential, and across the credentials of its identity. Returns the latter where the call counts there. */
function countCall(draft: IdentityState, window: CredentialWindow, signal: Signal, isOwn: boolean): IdentityWindow | undefined {
  const isRead = isDiscovery(signal) && !isOwn
  const isNewRead = isRead && isNewAction(draft, signal)
  addCall(window, signal, isNewRead)
  if (isRead && isMature(draft.baseline)) countRead(window, surprisalOf(draft.baseline, signal.action))
  const isNewRegion = isRead && isNew(draft.baseline, 'region', signal.region)
  if (isNewRegion) countDistinct(window, 'new-region', { what: signal.region, at: signal.time })
  const written = writtenSecret(signal)
  if (written !== undefined) for (const { counted } of [window, draft.across]) forgetWritten(counted, signal, written)
  const unusual = isOwn ? [] : unusualObjects(signal, draft.baseline).map(textOf)
  for (const what of unusual) countDistinct(window, 'unusual-object', { what, at: signal.time })
  if (!isOwn) countActivity(signal, (kind, what) => countDistinct(window, kind, { what, at: signal.time }))
  if (!isOwn && signal.isAuthenticated) countRate(draft.across.rates, signal)
  if (!countsAcross(signal, draft.baseline)) return undefined
  countAcross(draft.across, signal, { isNewRead, isNewRegion, isOwn, unusual })
  return draft.across
}

/** A secret that is written after it was read was read to be rotated. */
function forgetWritten(counted: CredentialWindow['counted'], signal: Signal, written: string): void {
  unmark(counted.get('secret') ?? emptyTimedSet(), written)
  for (const object of writtenObjects(signal)) unmark(counted.get('unusual-object') ?? emptyTimedSet(), object)
}

/** Counts the failed sign-ins before a successful one with it, where they came from the same place: then they were its own. */
function adoptAttempts({ windows }: IdentityState, window: CredentialWindow, { credential, origin }: Signal): void {
  const attempts = windows.get(attemptWith(credential).id)
  const failed = attempts?.counted.get('failed-sign-in')
  if (attempts === undefined || failed === undefined) return
  const isSamePlace =
    origin.network === undefined ? includes(attempts.countries, origin.country) : includes(attempts.networks, networkOf(origin))
  if (isSamePlace) window.counted.set('failed-sign-in', copyTimedSet(failed))
}

/** Where nothing is known of the places, they may be the same. */
function includes(places: readonly string[], place: string | undefined): boolean {
  return place === undefined ? places.length === 0 : places.includes(place)
}

/**
 * Learns a past call that was fetched from CloudTrail for a key seen for the first time. Detectors see it by itself, and only so that what they match
 * on many days is known as a habit.
 */
export function learnPast(draft: IdentityState, signal: Signal): void {
  const id = hashId(signal.id)
  if (signal.kind === 'credential-exposure' || signal.kind === 'finding' || !signal.isAuthenticated || isSeen(draft.seen, id)) return
  teachHabits(draft, signal, { baseline: draft.baseline, window: openWindow(signal.credential.id, signal.time) })
  teach(draft, signal)
}

/** Learns a call, and what detectors matched in it, as far as the evidence against its credential lets it teach. */
function learnFrom(
  draft: IdentityState,
  signal: Signal,
  { window, across, findings, evidence }: Pick<Folded, 'findings' | 'evidence'> & Pick<Context, 'window' | 'across'>,
): void {
  const context = { baseline: draft.baseline, window, across }
  const lesson = lessonOf(signal, context, evidence)
  if (lesson === 'none') {
    const isAct = signal.isAuthenticated && signal.kind === 'api-call' && signal.outcome === 'success'
    if (isAct && isNewAction(draft, signal)) draft.baseline.unlearnedHours = withUnlearned(draft.baseline.unlearnedHours, signal.time)
    return
  }
  if (findings.length > 0) teachHabits(draft, signal, context)
  const before = lesson === 'slow' ? lastOf(draft.baseline.features.action, signal.action) : undefined
  if (before === undefined || signal.time - before >= SLOWLY_MS) teach(draft, signal)
}

/** Only what succeeded makes a habit. Whatever the evidence, a match is learned once in 20 hours. */
function teachHabits({ baseline }: IdentityState, signal: Signal, context: Context): void {
  if (signal.kind === 'assumption' || signal.outcome !== 'success') return
  for (const match of habitualMatches(signal, context)) learnMatch(baseline, match, signal.time)
}

function teach({ baseline }: IdentityState, signal: Signal): void {
  if (signal.kind === 'assumption') learnAssumer(baseline, signal)
  else {
    learn(baseline, signal)
    learnObjects(baseline, signal)
  }
}

/** Runs the detectors on a signal from before the horizon. The baseline does not learn from it, but its findings are kept as evidence. */
function evaluateLate(state: IdentityState, signal: Signal): Folded {
  const window = state.windows.get(signal.credential.id) ?? openWindow(signal.credential.id, signal.time)
  const { findings, ...split } = splitInto(state, signal, detect(signal, { baseline: state.baseline, window }))
  // Keeping the same evidence twice has the effect of keeping it once, so a late signal may be a duplicate.
  if (findings.length > 0) keepEvidence(state, findings)
  const evidence = evidenceAgainst(state, signal.credential.id, signal.time)
  return { signal, findings, evidence, ...split, parentIncidentId: window.parentIncidentId ?? signal.parentIncidentId }
}

function isNewAction(state: IdentityState, signal: Signal): boolean {
  return state.baseline.calls === 0 || isNew(state.baseline, 'action', signal.action)
}

/**
 * How the baseline may learn from a signal: not at all from what did not authenticate, else by the risk of the evidence against its credential.
 * `slow`: each action once in 20 hours.
 */
function lessonOf(signal: Signal, context: Context, evidence: readonly Finding[]): 'none' | 'slow' | 'full' {
  if (!signal.isAuthenticated) return 'none'
  const proven = evidence.filter((finding) => !isHearsay(finding))
  if (proven.length === 0) return 'full'
  const { risk } = assessmentOf(proven)
  if (risk < LEARN_SLOWLY_FROM_RISK) return 'full'
  return risk >= LEARN_BELOW_RISK || !isFamiliar(signal, context) ? 'none' : 'slow'
}
