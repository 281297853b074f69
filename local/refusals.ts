import { isStronger } from '../shared/domain/action.ts'
import { isAbout } from '../shared/domain/created-principal.ts'
import type { Incident } from '../shared/domain/incident.ts'
import type { Identity, Signal } from '../shared/domain/signal.ts'
import { HOUR_MS } from '../shared/domain/time.ts'
import { incidentIndex } from './incident-index.ts'
import { type IsRefused, refusedBySteps } from './refused-by-steps.ts'

/** The most refused calls that are kept as examples. */
const EXAMPLES = 200

/** The most addresses of evidence that are kept of an incident. */
const ADDRESSES = 1000

/** The most ids of calls that are kept to know a duplicate. Calls are observed in the order of time, so the same call comes again soon. */
const REMEMBERED = 10_000

/** How long calls after an action count as its price: a person has answered by then. Milliseconds. */
const PRICE_MS = 24 * HOUR_MS

/** A call in the history that a restriction or containment would have refused. */
export interface Refusal {
  readonly incidentId: string
  readonly signal: Signal
}

/** How many calls there were, and how many of them would have been refused. */
export interface RefusedOf {
  readonly calls: number
  readonly refused: number
}

/**
 * What a restriction or containment costs and stops. A log does not say whose a call is, so its address does. `stopped`: calls from the addresses of the
 * evidence, from the first of them on. `collateral`: calls from other addresses within 24 hours after the action.
 */
export interface Price {
  readonly collateral: RefusedOf
  readonly stopped: RefusedOf
}

/** The later calls of a history that what was done about incidents would have refused. */
export interface Refusals {
  /** Notes a call with findings that belongs to an incident. */
  suspected(incidentId: string, signal: Signal): void
  /** Notes that an incident is restricted or contained from a time on, epoch ms. Until the action is a stronger one, the first time counts. */
  acted(incident: Incident, at: number): void
  /** Counts the signals that would have been refused, each once however often it comes. */
  observe(signal: Signal): void
  /** How many calls would have been refused: by one incident, or by all. */
  count(incidentId?: string): number
  /** The price of one incident, or the sum of all that were restricted or contained: a call that belongs to several counts for each. */
  priceOf(incidentId?: string): Price
  readonly examples: readonly Refusal[]
}

interface Account {
  readonly identity: Identity
  readonly from: number
  readonly addresses: Set<string>
  readonly collateral: { calls: number; refused: number }
  readonly stopped: { calls: number; refused: number }
  refused: number
  action?: { readonly incident: Incident; readonly since: number }
}

/** Makes an empty count of refused calls. `isRefused` says what each incident refuses. */
export function refusals(isRefused: IsRefused = refusedBySteps()): Refusals {
  const accounts = new Map<string, Account>()
  const index = incidentIndex()
  const examples: Refusal[] = []
  const isNew = lastKeys(REMEMBERED)
  let total = 0
  const accountOf = (id: string, { identity, time }: Pick<Signal, 'identity' | 'time'>): Account => {
    const known = accounts.get(id)
    if (known !== undefined) return known
    const account = { identity, from: time, addresses: new Set<string>(), collateral: noCalls(), stopped: noCalls(), refused: 0 }
    accounts.set(id, account)
    index.add(id, { identity, lineage: [] })
    return account
  }
  return {
    examples,
    suspected(incidentId, signal) {
      const { addresses } = accountOf(incidentId, signal)
      if (addresses.size < ADDRESSES) addresses.add(signal.origin.address)
    },
    acted(incident, at) {
      const account = accountOf(incident.id, { identity: incident.identity, time: at })
      const { action } = account
      const isFirst = action === undefined || isStronger(incident.decision.would, action.incident.decision.would)
      account.action = { incident, since: isFirst ? at : action.since }
      index.add(incident.id, incident)
    },
    observe(signal) {
      if (signal.kind !== 'api-call') return
      const ids = index.idsFor(signal)
      // Nearly every call is of no incident, and need not be remembered.
      if (ids.length === 0 || !isNew(`${signal.identity.id} ${signal.id}`)) return
      const by = ids.filter((id) => countCall(accounts.get(id), signal, isRefused))
      const [incidentId] = by
      if (incidentId === undefined) return
      total += 1
      if (examples.length < EXAMPLES) examples.push({ incidentId, signal })
    },
    count(incidentId) {
      return incidentId === undefined ? total : (accounts.get(incidentId)?.refused ?? 0)
    },
    priceOf(incidentId) {
      const counted = incidentId === undefined ? [...accounts.values()] : [accounts.get(incidentId)]
      const acted = counted.flatMap((account) => (account?.action === undefined ? [] : [account]))
      return { collateral: sumOf(acted.map(({ collateral }) => collateral)), stopped: sumOf(acted.map(({ stopped }) => stopped)) }
    },
  }
}

/** A function that is true for a key that is none of the last `limit` that it was true for. */
function lastKeys(limit: number): (key: string) => boolean {
  const known = new Set<string>()
  // In a ring: to find the oldest key of a set takes the longer, the more were removed from it.
  const ring: string[] = []
  let next = 0
  return (key) => {
    if (known.has(key)) return false
    const oldest = ring[next]
    if (oldest !== undefined) known.delete(oldest)
    known.add(key)
    ring[next] = key
    next = (next + 1) % limit
    return true
  }
}

/** Counts one call for an incident. True where it would have been refused. */
function countCall(account: Account | undefined, signal: Signal, isRefused: IsRefused): boolean {
  if (account === undefined) return false
  const { action } = account
  const isAfter = action !== undefined && signal.time > action.since
  const refused = isAfter && isRefused(action.incident, signal)
  if (refused) account.refused += 1
  if (!refused && !isAbout(account, signal.identity)) return false
  const isOfEvidence = account.addresses.has(signal.origin.address)
  if (isOfEvidence && signal.time >= account.from) add(account.stopped, refused)
  if (!isOfEvidence && isAfter && signal.time - action.since <= PRICE_MS) add(account.collateral, refused)
  return refused
}

function noCalls(): { calls: number; refused: number } {
  return { calls: 0, refused: 0 }
}

function add(into: { calls: number; refused: number }, isRefused: boolean): void {
  into.calls += 1
  if (isRefused) into.refused += 1
}

function sumOf(all: readonly RefusedOf[]): RefusedOf {
  return {
    calls: all.reduce((sum, { calls }) => sum + calls, 0),
    refused: all.reduce((sum, { refused }) => sum + refused, 0),
  }
}
