import type { BreakerLaneKind } from '../domain/breaker-lanes.ts'
import type { Change } from '../domain/change.ts'
import type { IdentityState } from '../domain/identity-state.ts'
import type { Incident, IncidentSignal } from '../domain/incident.ts'
import type { Moves } from '../domain/moves.ts'
import type { NameHistory } from '../domain/name-history.ts'
import type { KeptReport } from '../domain/report.ts'
import type { Identity } from '../domain/signal.ts'
import type { UnreadableEntry, UnreadableItem } from '../errors.ts'

/** A stored value with its version for optimistic locking; 0 means "not stored yet". */
export interface Versioned<T> {
  readonly value: T
  readonly version: number
}

/** What is stored of an identity: its fold state and the id of its last incident. */
export interface StoredIdentity {
  readonly state: Versioned<IdentityState> | undefined
  /** Set when a state is stored but cannot be read. Such an identity must not be treated as new. */
  readonly unreadable?: UnreadableItem
  readonly incidentId: string | undefined
}

/** The names of a user as stored. `unreadable`: something is stored that cannot be read; the history is then empty and says nothing. */
export interface StoredNames extends Versioned<NameHistory> {
  readonly unreadable?: UnreadableItem
}

/**
 * Called for each item of a list that is stored but cannot be read; the list continues with the next item. A list without this callback throws
 * `UnreadableItem` at the first such item, so that none is left out silently.
 */
export type OnUnreadable = (item: UnreadableItem) => void

/** Stores the fold state of every identity. */
export interface IdentityStore {
  /** Set where a loaded state may be changed in place: nobody else reads it, and no batch that fails is delivered again. */
  readonly lendsStates?: true
  /** Loads identities; every requested id is in the result. One round trip for up to 50 identities. */
  load(identityIds: readonly string[]): Promise<Map<string, StoredIdentity>>
  /** The versions of stored states, 0 for none; every requested id is in the result. Much cheaper than a write that fails. */
  versions(identityIds: readonly string[]): Promise<ReadonlyMap<string, number>>
  /** False, without a write, when another writer has saved since `version` was read. */
  saveState(state: IdentityState, version: number): Promise<boolean>
  /** Sets the last incident of an identity when the stored one is `previous` or absent; else does nothing. */
  setIncident(identityId: string, incidentId: string, previous: string | undefined): Promise<void>
  /** The names that users had, by their unique ids; every requested id is in the result, with an empty history where nothing is known of it. */
  loadNames(principalIds: readonly string[]): Promise<Map<string, StoredNames>>
  /** False, without a write, when another writer has saved since `version` was read. */
  saveNames(principalId: string, names: NameHistory, version: number): Promise<boolean>
  /** The moves to an address range; none where none are known. */
  loadMoves(range: string): Promise<Versioned<Moves>>
  /** False, without a write, when another writer has saved since `version` was read. They are forgotten when they are too old to count. */
  saveMoves(range: string, moves: Moves, version: number): Promise<boolean>
  /**
   * Remembers where a credential was seen, before or after anything is known of it. Of each source and grade the earliest report stays, so that the order in which
   * reports come makes no difference, and a flood of them fills nothing. What is told at `now` (epoch ms) of a session, or of an id alone, is forgotten in time
   * (domain/exposure-life.ts).
   */
  addExposure(report: KeptReport, now: number): Promise<void>
  /** Where a credential was seen, oldest first, at most 20 reports. Throws `UnreadableItem` where one cannot be read. */
  exposuresOf(credentialId: string): Promise<readonly KeptReport[]>
  /** Remembers for 30 days, from a time (epoch ms) on, that a workload had a session of a role. `workload`: account and name. */
  addWorkload(workload: string, role: Identity, at: number): Promise<void>
  /** The roles that had sessions of the name of a workload, three at most. */
  workloadsOf(workload: string): Promise<readonly Identity[]>
  /**
   * Admits an identity whose owner nobody knows as one of the first `limit` of an hour (epoch hours). The same one is admitted again and counts once. False where
   * the hour is full.
   */
  admitUnclaimed(hour: number, identityId: string, limit: number): Promise<boolean>
  /** The id of every identity that has a state, in no order. Reads the whole table. */
  ids(): AsyncIterable<string>
}

/** Stores incidents and their timelines. A stored item that cannot be read is an `UnreadableItem`, never absent. */
export interface IncidentStore {
  get(id: string): Promise<Versioned<Incident> | undefined>
  /** False, without a write, when another writer has saved since `version` was read, or when it exists and `version` is 0. */
  save(incident: Incident, version: number): Promise<boolean>
  /**
   * Adds a signal to the timeline. A signal that it contains already stays unchanged, and none is ever displaced. A long timeline leaves calls out that are like many others of it
   * (`placeOf` in domain/timeline.ts), but for what brought the decision (`isDeciding`).
   */
  addSignal(incidentId: string, signal: IncidentSignal, isDeciding?: boolean): Promise<void>
  /** The timeline, oldest first. The `representedCalls` of a signal say how many it stands for. */
  signals(incidentId: string, onUnreadable?: OnUnreadable): Promise<IncidentSignal[]>
  /** Incidents that are not closed, highest priority first. */
  listOpen(limit: number, onUnreadable?: OnUnreadable): Promise<Incident[]>
  /** Every incident, in no order. */
  listAll(onUnreadable?: OnUnreadable): AsyncIterable<Incident>
}

/** Entries that one page of a chain has at most, so that a long chain takes no more memory than a short one. */
export const PAGE_SIZE = 100

/** A part of a chain. It ends before `unreadable`. */
export interface ChangePage {
  readonly changes: readonly Change[]
  readonly hasMore: boolean
  readonly unreadable?: UnreadableEntry
}

/** The append-only, hash-chained record. A subject is `INCIDENT#id`, `ORDER#id`, `POLICY` or `SEAL`. */
export interface ChangeRecord {
  /** The last entry of a chain. Throws `UnreadableEntry` when the stored text cannot be parsed. */
  last(subject: string): Promise<Change | undefined>
  list(subject: string): Promise<Change[]>
  /** Entries of a chain from a number on, in order: at most `PAGE_SIZE`, and none from the first on that cannot be parsed. */
  page(subject: string, from: number): Promise<ChangePage>
  /** False, without a write, when the entry's number is taken. */
  append(change: Change): Promise<boolean>
  /** Every subject that has a chain. */
  subjects(): AsyncIterable<string>
}

/** Stores seals out of reach of those who can write the record. Seals are numbered from 1, without gaps. */
export interface SealVault {
  /** False, without a write, when a seal of that number exists. */
  put(number: number, text: string): Promise<boolean>
  /** The first text that was stored under the number, even when it was overwritten since; undefined when there is none. */
  get(number: number): Promise<string | undefined>
  /** The highest number in use; 0 for none. */
  last(): Promise<number>
  /** The lowest number whose first text was stored at `at` or later (epoch ms), by the clock of the vault; Infinity where there is none. */
  since(at: number): Promise<number>
}

/**
 * What is counted together in an hour (epoch hours). `ordinary` and `urgent`: what evidence says. `confirmed`: what AWS reported. `ordered`: what a person
 * ordered. `restricted` and `restricted-urgent`: restrictions, which use no place of a containment.
 */
export interface BreakerLane {
  readonly hour: number
  readonly kind: BreakerLaneKind
  /** Of one account alone; absent for all accounts together. */
  readonly account?: string
}

/** The circuit breaker of containments and restrictions: beyond the limit per hour, people are asked instead. */
export interface Breaker {
  /**
   * Reserves a containment for an incident. False when `limit` other incidents have reserved one in this lane. An incident has one place of a containment in an hour: where
   * it has one already, in whichever lane, it takes no other. Its place of a restriction is apart from that. A limit of 0 lets nothing through, not even that.
   */
  reserve(lane: BreakerLane, incidentId: string, limit: number): Promise<boolean>
  /**
   * True for the one incident whose run is to page people because the lane is full. It is told so again, since its run may have been interrupted,
   * until `markPaged`.
   */
  claimPage(lane: BreakerLane, incidentId: string): Promise<boolean>
  /** Notes that people were paged about the lane. */
  markPaged(lane: BreakerLane): Promise<void>
}
