import { type Baseline, copyBaseline, emptyBaseline } from './baseline.ts'
import { type CredentialWindow, copyWindow, isStale, openWindow } from './credential-window.ts'
import type { Finding } from './finding.ts'
import { copySeen, nothingSeen, type Seen } from './seen.ts'
import type { Identity } from './signal.ts'
import { HOUR_MS } from './time.ts'

/** The most credentials of one identity that have a window at a time; the one that rested longest leaves first. */
const WINDOW_LIMIT = 5

/** The most findings an identity keeps as evidence; the weakest leaves first. */
const EVIDENCE_LIMIT = 16

/** How long a finding speaks for a credential, in milliseconds. */
const EVIDENCE_MS = 24 * HOUR_MS

/** The most credentials remembered as bootstrapped: a user has two keys at most at a time. */
const BOOTSTRAPPED_LIMIT = 8

/** Everything the fold knows of one identity: bounded, at most 16 KB as stored, whatever the traffic. */
export interface IdentityState {
  readonly identity: Identity
  readonly seen: Seen
  readonly baseline: Baseline
  readonly windows: Map<string, CredentialWindow>
  /** The strongest finding of each detector for each credential. */
  evidence: readonly Finding[]
  /** Credentials whose past was already fetched from CloudTrail, newest last. */
  bootstrapped: readonly string[]
}

export function emptyState(identity: Identity): IdentityState {
  return {
    identity,
    seen: nothingSeen(),
    baseline: emptyBaseline(),
    windows: new Map(),
    evidence: [],
    bootstrapped: [],
  }
}

/** A copy that shares nothing mutable with its origin. */
export function copyState(state: IdentityState): IdentityState {
  const { identity, seen, baseline, windows, evidence, bootstrapped } = state
  return {
    identity,
    seen: copySeen(seen),
    baseline: copyBaseline(baseline),
    windows: new Map([...windows].map(([id, window]) => [id, copyWindow(window)])),
    evidence,
    bootstrapped,
  }
}

/** The credential's window, opened anew where there is none or the old one is stale. The one that rested longest leaves. */
export function windowOf(state: IdentityState, credentialId: string, at: number): CredentialWindow {
  const known = state.windows.get(credentialId)
  if (known !== undefined && !isStale(known, at)) return known
  if (known === undefined && state.windows.size >= WINDOW_LIMIT) state.windows.delete(longestRested(state.windows))
  const window = openWindow(credentialId, at)
  state.windows.set(credentialId, window)
  return window
}

function longestRested(windows: ReadonlyMap<string, CredentialWindow>): string {
  return [...windows.values()].reduce((found, window) => (window.last < found.last ? window : found)).credentialId
}

/** Keeps findings as evidence where each is its detector's strongest for its credential; forgets what is a day old. */
export function keepEvidence(state: IdentityState, findings: readonly Finding[]): void {
  for (const finding of findings) {
    const same = (kept: Finding) => kept.detector === finding.detector && kept.credentialId === finding.credentialId
    const before = state.evidence.find(same)
    if (before !== undefined && before.weight >= finding.weight && finding.time - before.time <= EVIDENCE_MS) continue
    const others = state.evidence.filter((kept) => !same(kept) && finding.time - kept.time <= EVIDENCE_MS)
    state.evidence = [...others, finding].sort((a, b) => b.weight - a.weight).slice(0, EVIDENCE_LIMIT)
  }
}

/** What speaks against a credential at a time: evidence of the last day, strongest first. */
export function evidenceAgainst(state: IdentityState, credentialId: string, at: number): readonly Finding[] {
  return state.evidence.filter((kept) => kept.credentialId === credentialId && Math.abs(at - kept.time) <= EVIDENCE_MS)
}

export function markBootstrapped(state: IdentityState, credentialId: string): void {
  state.bootstrapped = [...state.bootstrapped.filter((id) => id !== credentialId), credentialId].slice(-BOOTSTRAPPED_LIMIT)
}
