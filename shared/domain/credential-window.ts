import type { Created, Signal } from './signal.ts'
import { HOUR_MS } from './time.ts'
import { copyTimedSet, emptyTimedSet, mark, type TimedSet } from './timed-set.ts'

/** How long a credential may rest before its window starts anew, in milliseconds. */
const IDLE_MS = 6 * HOUR_MS

/** Bursts are counted over ten minutes. */
const BURST_MS = 600_000

/** The most distinct actions of a kind that a window tells apart: a burst of more counts as this many. */
const DISTINCT_LIMIT = 16

/** What one credential did lately: the short memory beside the baseline's long one. */
export interface CredentialWindow {
  readonly credentialId: string
  first: number
  last: number
  calls: number
  /** Reads that look around, and how many bits of surprise they brought together. */
  reads: number
  bits: number
  readonly discovered: TimedSet
  readonly denied: TimedSet
  /** Things that are counted by number, such as secrets read: what was touched, by kind. */
  readonly touched: Map<TouchedKind, TimedSet>
  /** Countries, agent families and networks that the credential was used from, in order of appearance. */
  readonly countries: string[]
  readonly agents: string[]
  /** What it made lately, oldest first: where it turns out to be stolen, that is suspect as well. */
  issued: readonly Issued[]
  /** The incident whose credential made this one, where one did. */
  parentIncidentId: string | undefined
  /** Networks, `aws` standing for all of Amazon's. */
  readonly networks: string[]
}

/** One thing that a credential made, by which signal, and when (epoch ms). */
export interface Issued extends Created {
  readonly signalId: string
  readonly time: number
}

/** The most things made that a window remembers. */
const ISSUED_LIMIT = 6

/** The oldest session leaves first: they are made by the dozen, and what lasts longer must not be forgotten for them. */
function newest(made: readonly Issued[]): readonly Issued[] {
  if (made.length <= ISSUED_LIMIT) return made
  const session = made.findIndex(({ kind }) => kind === 'session')
  return made.toSpliced(Math.max(0, session), 1)
}

/** The kinds of things that are counted by number. */
export const TOUCHED_KINDS = [
  'secret',
  'user-data',
  'model-probe',
  'failed-sign-in',
  'refused-role',
  'function-settings',
  'mail-probe',
  'launch-region',
  'new-region',
  'destroyed',
] as const

export type TouchedKind = (typeof TOUCHED_KINDS)[number]

export function openWindow(credentialId: string, at: number): CredentialWindow {
  return {
    credentialId,
    first: at,
    last: at,
    calls: 0,
    reads: 0,
    bits: 0,
    discovered: emptyTimedSet(),
    denied: emptyTimedSet(),
    touched: new Map(),
    countries: [],
    agents: [],
    networks: [],
    issued: [],
    parentIncidentId: undefined,
  }
}

/** A copy that shares nothing mutable with its origin. */
export function copyWindow(window: CredentialWindow): CredentialWindow {
  return {
    ...window,
    discovered: copyTimedSet(window.discovered),
    denied: copyTimedSet(window.denied),
    touched: new Map([...window.touched].map(([kind, things]) => [kind, copyTimedSet(things)])),
    countries: [...window.countries],
    agents: [...window.agents],
    networks: [...window.networks],
  }
}

/** True where so much time has passed that the credential's next call starts a new story. */
export function isStale(window: CredentialWindow, at: number): boolean {
  return at - window.last > IDLE_MS
}

/** Counts one call into its window. */
export function observe(window: CredentialWindow, signal: Signal, isDiscovery: boolean): void {
  window.calls += 1
  if (signal.created !== undefined) {
    const { created, id: signalId, time } = signal
    window.issued = newest([...window.issued.filter(({ id }) => id !== created.id), { ...created, signalId, time }])
  }
  if (signal.parentIncidentId !== undefined) window.parentIncidentId = signal.parentIncidentId
  if (signal.time > window.last) window.last = signal.time
  if (isDiscovery) mark(window.discovered, signal.action, { at: signal.time, limit: DISTINCT_LIMIT })
  if (signal.outcome === 'denied') mark(window.denied, signal.action, { at: signal.time, limit: DISTINCT_LIMIT })
  const { country, agentFamily, addressKind, network, networkKind } = signal.origin
  if (country !== undefined) add(window.countries, country)
  if (addressKind !== 'aws-service') add(window.agents, agentFamily)
  if (network !== undefined) add(window.networks, networkKind === 'aws' ? 'aws' : network)
}

/** Counts a look around and what it says, in bits: hundredths are enough. */
export function countRead(window: CredentialWindow, bits: number): void {
  window.reads += 1
  window.bits = Math.round((window.bits + bits) * 100) / 100
}

/** Counts one thing of a kind as touched. */
export function touch(window: CredentialWindow, kind: TouchedKind, { what, at }: { what: string; at: number }): void {
  const known = window.touched.get(kind) ?? emptyTimedSet()
  mark(known, what, { at, limit: TOUCHED_LIMIT })
  window.touched.set(kind, known)
}

/** How many different things of a kind were touched within ten minutes of `at`. */
export function touchedOf(window: CredentialWindow, kind: TouchedKind, at: number): number {
  const known = window.touched.get(kind)
  return known === undefined ? 0 : burstOf(known, at)
}

/** The most different things of a kind that are counted: more count as this many. */
const TOUCHED_LIMIT = 12

/** The most countries, agent families or networks that a window tells apart. */
const PLACES_LIMIT = 4

function add(places: string[], place: string): void {
  if (places.length < PLACES_LIMIT && !places.includes(place)) places.push(place)
}

/** Distinct actions of a burst: those whose newest call is at most ten minutes from `at`. */
export function burstOf(actions: TimedSet, at: number): number {
  let distinct = 0
  for (const time of actions.times) if (Math.abs(at - time) <= BURST_MS) distinct += 1
  return distinct
}
