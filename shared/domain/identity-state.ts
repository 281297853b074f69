import { isAboutAct, isAttempt } from './attempt.ts'
import { type Baseline, copyBaseline, emptyBaseline } from './baseline.ts'
import { withinHearsayLimit } from './ceilings.ts'
import { type CredentialWindow, copyWindow, isStale, openWindow } from './credential-window.ts'
import { type ExceptedFinding, withExcepted } from './excepted.ts'
import type { Finding } from './finding.ts'
import { copyIdentityWindow, emptyIdentityWindow, type IdentityWindow } from './identity-window.ts'
import { withinSceneLimit, withScenes } from './merge-scenes.ts'
import { isOfRule } from './rule-match.ts'
import { copySeen, nothingSeen, type Seen } from './seen.ts'
import type { Identity } from './signal.ts'
import { HOUR_MS } from './time.ts'

/** The most credentials of one identity that have a window at a time; the one idle for longest is dropped first. */
const WINDOW_LIMIT = 5

/** The most windows of credentials that were not accepted. */
const ATTEMPT_LIMIT = 2

/** The most findings that an identity keeps as evidence; those about attempts are dropped first, then the weakest. */
const EVIDENCE_LIMIT = 16

/** The most of them that anybody may have written: however many tickets name its credentials, they displace nothing that it did. */
const HEARSAY_LIMIT = 4

/** The most findings that an identity keeps which do not count, in places that evidence leaves free: about 400 bytes each, with two reasons. */
const EXCEPTED_LIMIT = 4
/** The most of them that rules of people found, the strongest: however many rules there are, they displace nothing that a detector found. */
const RULES_LIMIT = 4

/** How long a finding counts as evidence against a credential, in milliseconds. */
export const EVIDENCE_MS = 24 * HOUR_MS

/** The most credentials remembered as bootstrapped: a user has two keys at most at a time. */
const BOOTSTRAPPED_LIMIT = 8

/** Everything that the fold knows of one identity. Its size is bounded at 16 KB as stored, whatever the traffic. */
export interface IdentityState {
  readonly identity: Identity
  readonly seen: Seen
  readonly baseline: Baseline
  readonly windows: Map<string, CredentialWindow>
  /** What all its credentials did lately, however many they are. */
  readonly across: IdentityWindow
  /** The strongest finding of each detector for each credential. */
  evidence: readonly Finding[]
  /** What the policy did not count of its calls within a day, strongest first: it is no evidence, and an incident that opens shows it. */
  excepted: readonly ExceptedFinding[]
  /** Ids of credentials whose past was already fetched from CloudTrail, newest last. */
  bootstrapped: readonly string[]
}

export function emptyState(identity: Identity): IdentityState {
  return {
    identity,
    seen: nothingSeen(),
    baseline: emptyBaseline(),
    windows: new Map(),
    across: emptyIdentityWindow(),
    evidence: [],
    excepted: [],
    bootstrapped: [],
  }
}

/** A copy that shares no mutable part with the original. */
export function copyState(state: IdentityState): IdentityState {
  const { identity, seen, baseline, windows, across, evidence, excepted, bootstrapped } = state
  return {
    identity,
    seen: copySeen(seen),
    baseline: copyBaseline(baseline),
    windows: new Map([...windows].map(([id, window]) => [id, copyWindow(window)])),
    across: copyIdentityWindow(across),
    evidence,
    excepted,
    bootstrapped,
  }
}

/**
 * The credential's window at a time (epoch ms). A new one is opened where there is none or the old one is stale; where there would be too
 * many, the window that was idle for longest is dropped.
 */
export function windowOf(state: IdentityState, credentialId: string, at: number): CredentialWindow {
  const known = state.windows.get(credentialId)
  if (known !== undefined && !isStale(known, at)) return known
  // Attempts have windows of their own number, so that guesses displace nothing that the identity did.
  const alike = [...state.windows.values()].filter((window) => isAttempt(window.credentialId) === isAttempt(credentialId))
  if (known === undefined && alike.length >= (isAttempt(credentialId) ? ATTEMPT_LIMIT : WINDOW_LIMIT))
    state.windows.delete(longestIdle(alike))
  const window = openWindow(credentialId, at)
  state.windows.set(credentialId, window)
  return window
}

function longestIdle(windows: readonly CredentialWindow[]): string {
  return windows.reduce((found, window) => (window.last < found.last ? window : found)).credentialId
}

/** Keeps the strongest finding of each detector for each credential as evidence, and drops evidence older than a day. */
export function keepEvidence(state: IdentityState, findings: readonly Finding[]): void {
  for (const finding of findings) {
    const same = (kept: Finding) =>
      kept.detector === finding.detector && kept.credentialId === finding.credentialId && kept.reportedBy === finding.reportedBy
    const before = state.evidence.find(same)
    const isOld = before === undefined || finding.time - before.time > EVIDENCE_MS
    if (!isOld && before.weight >= finding.weight) {
      const kept = withScenes(before, finding)
      if (kept !== before) state.evidence = withinSceneLimit(state.evidence.map((one) => (one === before ? kept : one)))
      continue
    }
    const others = state.evidence.filter((kept) => !same(kept) && finding.time - kept.time <= EVIDENCE_MS)
    const kept = isOld ? finding : withScenes(finding, before)
    const strongest = withinRulesLimit(withinHearsayLimit([...others, kept].sort(byConsequence), HEARSAY_LIMIT))
    state.evidence = withinSceneLimit(strongest.slice(0, EVIDENCE_LIMIT))
  }
  state.excepted = withinPlaces(state.excepted, state)
}

/** What does not count has the places that evidence leaves free. */
function withinPlaces(excepted: IdentityState['excepted'], { evidence }: IdentityState): IdentityState['excepted'] {
  const limit = Math.min(EXCEPTED_LIMIT, EVIDENCE_LIMIT - evidence.length)
  return excepted.length <= limit ? excepted : excepted.slice(0, limit)
}

/** Keeps what the policy does not count, and drops what is older than a day. It takes no place of evidence. */
export function keepExcepted(state: IdentityState, excepted: readonly ExceptedFinding[]): void {
  const latest = Math.max(...excepted.map(({ time }) => time))
  const recent = state.excepted.filter(({ time }) => latest - time <= EVIDENCE_MS)
  // Scenes say what a release may accept, and there is nothing to release.
  const more = excepted.map(({ scenes: _, ...rest }): ExceptedFinding => rest)
  state.excepted = withinPlaces(withExcepted(recent, more), state)
}

/** What the policy did not count of a credential within a day of a time (epoch ms). */
export function exceptedOf(state: IdentityState, credentialId: string, at: number): readonly ExceptedFinding[] {
  return state.excepted.filter((kept) => kept.credentialId === credentialId && Math.abs(at - kept.time) <= EVIDENCE_MS)
}

/** Findings with at most `RULES_LIMIT` of rules: the first of them. */
function withinRulesLimit(findings: readonly Finding[]): readonly Finding[] {
  let ofRules = 0
  return findings.filter((finding) => !isOfRule(finding) || ++ofRules <= RULES_LIMIT)
}

/** False where evidence as strong is kept already: of the same detector, from the same party, about the same credential, within a day. */
export function addsEvidence({ evidence }: IdentityState, findings: readonly Finding[]): boolean {
  const isKept = (finding: Finding) =>
    evidence.some(
      (kept) =>
        kept.detector === finding.detector &&
        kept.credentialId === finding.credentialId &&
        kept.reportedBy === finding.reportedBy &&
        kept.weight >= finding.weight &&
        finding.time - kept.time <= EVIDENCE_MS,
    )
  return !findings.every(isKept)
}

/** What was done comes before what was only attempted, so that many guesses displace no evidence; then the stronger comes first. */
function byConsequence(a: Finding, b: Finding): number {
  return Number(isAboutAct(b)) - Number(isAboutAct(a)) || b.weight - a.weight
}

/** The evidence against a credential within a day of a time (epoch ms), strongest first. */
export function evidenceAgainst(state: IdentityState, credentialId: string, at: number): readonly Finding[] {
  return state.evidence.filter((kept) => kept.credentialId === credentialId && Math.abs(at - kept.time) <= EVIDENCE_MS)
}

/**
 * Mends a state that signals from the future have moved: its horizon, its windows and its evidence. After that it is blind up to `latest` (epoch ms)
 * and no longer, because nothing from before a horizon may count twice.
 */
export function forgetFuture(state: IdentityState, latest: number): void {
  state.seen.horizon = Math.min(state.seen.horizon, latest)
  for (const [id, { last }] of state.windows) if (last > latest) state.windows.delete(id)
  state.evidence = state.evidence.filter(({ time }) => time <= latest)
  state.excepted = state.excepted.filter(({ time }) => time <= latest)
}

/** Notes that a credential's past was fetched from CloudTrail, so that it is not fetched again. */
export function markBootstrapped(state: IdentityState, credentialId: string): void {
  state.bootstrapped = [...state.bootstrapped.filter((id) => id !== credentialId), credentialId].slice(-BOOTSTRAPPED_LIMIT)
}
