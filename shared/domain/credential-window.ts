import type { Created, Origin, Signal } from './signal.ts'
import { HOUR_MS } from './time.ts'
import { copyTimedSet, emptyTimedSet, mark, type TimedSet } from './timed-set.ts'

/** A credential that was idle for longer than this gets a new window. Milliseconds. */
const IDLE_MS = 6 * HOUR_MS

/** Bursts are counted over ten minutes. Milliseconds. */
const BURST_MS = 600_000

/** The most distinct discovery reads, and the most distinct refused actions, that a window counts. */
export const DISTINCT_LIMIT = 16

/** What one credential did recently; the baseline holds what its identity did over weeks. Times are epoch milliseconds. */
export interface CredentialWindow {
  readonly credentialId: string
  first: number
  last: number
  calls: number
  /** How many discovery reads there were, and the sum of their surprisal in bits. */
  reads: number
  bits: number
  /** Discovery actions that were new to the identity. */
  readonly discovered: TimedSet
  /** Actions that were refused. */
  readonly denied: TimedSet
  /** Distinct items that detectors need the number of, by kind, such as the secrets that were read. */
  readonly counted: Map<CountedKind, TimedSet>
  /** Countries that the credential was used from, and families of the tools that used it, in order of appearance. */
  readonly countries: string[]
  readonly agents: string[]
  /** What the credential issued recently, oldest first: where it is stolen, what it issued is suspect too. */
  issued: readonly Issued[]
  /** The incident whose credential issued this one, or undefined. */
  parentIncidentId: string | undefined
  /** Networks that the credential was used from, in order of appearance; `aws` stands for all of Amazon's networks. */
  readonly networks: string[]
}

/** A credential or identity that a credential issued, with the id of the signal that did it and its time (epoch ms). */
export interface Issued extends Created {
  readonly signalId: string
  readonly time: number
}

/** A user or role that was deleted and created again: the later call is kept, and no unique id, since one of two would pass for all. */
function issuedAgain(issued: Issued, before: Issued | undefined): Issued {
  if (before === undefined || before.principalId === issued.principalId) return issued
  const { principalId: _, ...later } = issued.time < before.time ? before : issued
  return later
}

/** The most issued credentials and identities that a window remembers. */
const ISSUED_LIMIT = 6

/** Drops the oldest session first: sessions are issued by the dozen, and must not displace keys and users, which last longer. */
function latestIssued(issued: readonly Issued[]): readonly Issued[] {
  if (issued.length <= ISSUED_LIMIT) return issued
  const oldestSession = issued.findIndex(({ kind }) => kind === 'session')
  return issued.toSpliced(Math.max(0, oldestSession), 1)
}

/** The kinds of items that are counted. */
export const COUNTED_KINDS = [
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
  'data-destroyed',
  'unusual-object',
] as const

export type CountedKind = (typeof COUNTED_KINDS)[number]

/** An empty window for a credential, from a time (epoch ms). */
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
    counted: new Map(),
    countries: [],
    agents: [],
    networks: [],
    issued: [],
    parentIncidentId: undefined,
  }
}

/** A copy that shares no mutable part with the original. */
export function copyWindow(window: CredentialWindow): CredentialWindow {
  return {
    ...window,
    discovered: copyTimedSet(window.discovered),
    denied: copyTimedSet(window.denied),
    counted: new Map([...window.counted].map(([kind, items]) => [kind, copyTimedSet(items)])),
    countries: [...window.countries],
    agents: [...window.agents],
    networks: [...window.networks],
  }
}

/** True where the credential was idle for more than six hours before `at` (epoch ms): its next call opens a new window. */
export function isStale(window: CredentialWindow, at: number): boolean {
  return at - window.last > IDLE_MS
}

/** Adds one call to its credential's window. `isDiscovery` is true for a discovery read that is new to the identity. */
export function addCall(window: CredentialWindow, signal: Signal, isDiscovery: boolean): void {
  window.calls += 1
  if (signal.created !== undefined) {
    const { created, id: signalId, time } = signal
    const before = window.issued.find(({ id }) => id === created.id)
    const others = window.issued.filter((one) => one !== before)
    window.issued = latestIssued([...others, issuedAgain({ ...created, signalId, time }, before)])
  }
  if (signal.parentIncidentId !== undefined) window.parentIncidentId = signal.parentIncidentId
  if (signal.time > window.last) window.last = signal.time
  if (isDiscovery) mark(window.discovered, signal.action, { at: signal.time, limit: DISTINCT_LIMIT })
  if (triesPermissions(signal)) mark(window.denied, signal.action, { at: signal.time, limit: DISTINCT_LIMIT })
  const { country, agentFamily, addressKind } = signal.origin
  const network = networkOf(signal.origin)
  if (country !== undefined) addOrigin(window.countries, country)
  if (addressKind !== 'aws-service') addOrigin(window.agents, agentFamily)
  if (network !== undefined) addOrigin(window.networks, network)
}

/** The errors of calls that come too late: a session has expired, or a clock is wrong. */
const OUT_OF_TIME = /^(?:Client\.)?(?:ExpiredToken|RequestExpired|RequestTimeTooSkewed|TokenRefreshRequired)/

/**
 * True for a refused call that tells somebody what they may do. Not one that the organisation denies to everybody in the account, nor one that we refused, nor
 * one of a job whose session expired meanwhile.
 */
export function triesPermissions({
  outcome,
  deniedBy,
  refusedBy,
  errorCode,
}: Pick<Signal, 'outcome' | 'deniedBy' | 'refusedBy' | 'errorCode'>): boolean {
  return outcome === 'denied' && deniedBy !== 'service-control-policy' && refusedBy === undefined && !OUT_OF_TIME.test(errorCode ?? '')
}

/** The network of a call as a window names it: `aws` stands for all of Amazon's. */
export function networkOf({ network, networkKind }: Origin): string | undefined {
  return network !== undefined && networkKind === 'aws' ? 'aws' : network
}

/** Counts one discovery read and adds its surprisal in bits, rounded to hundredths. */
export function countRead(window: CredentialWindow, bits: number): void {
  window.reads += 1
  window.bits = Math.round((window.bits + bits) * 100) / 100
}

/** Counts one item of a kind; the same item again counts once. */
export function countDistinct(window: CredentialWindow, kind: CountedKind, { what, at }: { what: string; at: number }): void {
  const known = window.counted.get(kind) ?? emptyTimedSet()
  mark(known, what, { at, limit: COUNTED_LIMITS[kind] })
  window.counted.set(kind, known)
}

/** How many different items of a kind were counted within ten minutes of `at` (epoch ms), 12 at most. */
export function distinctOf(window: CredentialWindow, kind: CountedKind, at: number): number {
  const known = window.counted.get(kind)
  return known === undefined ? 0 : burstOf(known, at)
}

/** The most different items of each kind that are counted: the highest bar of the detectors that count them, because every item takes 8 bytes of a state of 16 KB. */
export const COUNTED_LIMITS: Readonly<Record<CountedKind, number>> = {
  secret: 12,
  'user-data': 3,
  'model-probe': 3,
  'failed-sign-in': 12,
  'refused-role': 5,
  'function-settings': 10,
  'mail-probe': 3,
  'launch-region': 3,
  'new-region': 5,
  destroyed: 12,
  'data-destroyed': 3,
  'unusual-object': 12,
}

/** The most countries, agent families or networks that a window remembers. */
const ORIGINS_LIMIT = 4

function addOrigin(origins: string[], origin: string): void {
  if (origins.length < ORIGINS_LIMIT && !origins.includes(origin)) origins.push(origin)
}

/** How many distinct actions have their newest call within ten minutes of `at` (epoch ms). */
export function burstOf(actions: TimedSet, at: number): number {
  let distinct = 0
  for (const time of actions.times) if (Math.abs(at - time) <= BURST_MS) distinct += 1
  return distinct
}
