import type { Change } from '../domain/change.ts'
import type { IdentityState } from '../domain/identity-state.ts'
import type { Incident, IncidentSignal } from '../domain/incident.ts'
import type { UnreadableItem } from '../errors.ts'

/** A stored value with the number of its revision; 0 stands for "not stored yet". */
export interface Versioned<T> {
  readonly value: T
  readonly version: number
}

/** What is stored of an identity: its fold state and the incident it was in last. */
export interface StoredIdentity {
  readonly state: Versioned<IdentityState> | undefined
  /** Why there is no state where one is stored: that is not an identity that nothing is known of. */
  readonly unreadable?: UnreadableItem
  readonly incidentId: string | undefined
}

/**
 * Told of each item of a list that is stored and cannot be read; the others go on. A list that is not given one throws `UnreadableItem` at the
 * first such item, so that none is left out in silence.
 */
export type OnUnreadable = (item: UnreadableItem) => void

/** The fold's state of every identity. */
export interface IdentityStore {
  /** Every asked id is in the answer. One round trip for up to 50 identities. */
  load(identityIds: readonly string[]): Promise<Map<string, StoredIdentity>>
  /** False where somebody else has saved since `version` was read; then nothing was written. */
  saveState(state: IdentityState, version: number): Promise<boolean>
  /** Says which incident an identity was in last, where that is `previous` or not known yet; else it stays as it is. */
  setIncident(identityId: string, incidentId: string, previous: string | undefined): Promise<void>
  /** The id of every identity that has a state, in no order. Reads the whole table where it is followed to its end. */
  ids(): AsyncIterable<string>
}

/** Incidents and their timelines. Whatever is stored and cannot be read is `UnreadableItem`, never absent. */
export interface IncidentStore {
  get(id: string): Promise<Versioned<Incident> | undefined>
  /** False where somebody else has saved since `version` was read, or where it exists and `version` is 0. */
  save(incident: Incident, version: number): Promise<boolean>
  /** Adds a signal to the timeline; a signal that is there already stays as it is. */
  addSignal(incidentId: string, signal: IncidentSignal): Promise<void>
  /** The timeline, oldest first. */
  signals(incidentId: string, onUnreadable?: OnUnreadable): Promise<IncidentSignal[]>
  /** Incidents that are not closed, highest priority first. */
  listOpen(limit: number, onUnreadable?: OnUnreadable): Promise<Incident[]>
  /** Every incident, in no order. */
  listAll(onUnreadable?: OnUnreadable): AsyncIterable<Incident>
}

/** The append-only, hash-chained record. A subject is `INCIDENT#id`, `ORDER#id`, `POLICY` or `SEAL`. */
export interface ChangeRecord {
  /** Throws `UnreadableEntry` where what is stored is no entry. */
  last(subject: string): Promise<Change | undefined>
  list(subject: string): Promise<Change[]>
  /** False where the entry's number is taken; then nothing was written. */
  append(change: Change): Promise<boolean>
  /** Every subject that has a chain. */
  subjects(): AsyncIterable<string>
}

/** Keeps seals where the record's own keepers cannot change them. Each has a number, from 1 on, without gaps. */
export interface SealVault {
  /** False where a seal of that number is there; then nothing was written. */
  put(number: number, text: string): Promise<boolean>
  /** The text that was put first, whatever was put over it since; undefined where there is none. */
  get(number: number): Promise<string | undefined>
  /** The highest number that there is, 0 for none. */
  last(): Promise<number>
}

/** Counts containments, so that a flood of them becomes questions. */
export interface Breaker {
  /**
   * Reserves a containment in an hour (epoch hours) for an incident. False where `limit` incidents have one already.
   * The same incident may reserve again: it counts once.
   */
  reserve(hour: number, incidentId: string, limit: number): Promise<boolean>
}
