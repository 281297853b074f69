import { hashId } from './seen.ts'
import type { Signal } from './signal.ts'

/** How long a credential may rest before its window starts anew, in milliseconds. */
const IDLE_MS = 6 * 3_600_000

/** Bursts are counted over ten minutes. */
const BURST_MS = 600_000

/** The most distinct actions of a kind that a window tells apart: a burst of more counts as this many. */
const DISTINCT_LIMIT = 20

/** Distinct actions, as 53-bit hashes, with the newest time of each (epoch ms), newest last. */
export type DistinctActions = Map<number, number>

/** What one credential did lately: the short memory beside the baseline's long one. */
export interface CredentialWindow {
  readonly credentialId: string
  first: number
  last: number
  calls: number
  readonly discovered: DistinctActions
  readonly denied: DistinctActions
}

export function openWindow(credentialId: string, at: number): CredentialWindow {
  return { credentialId, first: at, last: at, calls: 0, discovered: new Map(), denied: new Map() }
}

/** True where so much time has passed that the credential's next call starts a new story. */
export function isStale(window: CredentialWindow, at: number): boolean {
  return at - window.last > IDLE_MS
}

/** Counts one call into its window. */
export function observe(window: CredentialWindow, signal: Signal, isDiscovery: boolean): void {
  window.calls += 1
  if (signal.time > window.last) window.last = signal.time
  if (isDiscovery) mark(window.discovered, signal)
  if (signal.outcome === 'denied') mark(window.denied, signal)
}

/** Distinct actions of a burst: those whose newest call is at most ten minutes from `at`. */
export function burstOf(actions: DistinctActions, at: number): number {
  let distinct = 0
  for (const time of actions.values()) if (Math.abs(at - time) <= BURST_MS) distinct += 1
  return distinct
}

function mark(actions: DistinctActions, { action, time }: Signal): void {
  const id = hashId(action)
  const before = actions.get(id) ?? 0
  actions.delete(id)
  actions.set(id, Math.max(time, before))
  if (actions.size > DISTINCT_LIMIT) actions.delete(actions.keys().next().value as number)
}
