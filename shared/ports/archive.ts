import type { ArchivedItem } from '../domain/archive.ts'
import type { Incident } from '../domain/incident.ts'
import type { Clock, Log } from './runtime.ts'
import type { ChangeRecord, IncidentStore, SealVault, Versioned } from './stores.ts'

/** What is stored of an archived incident: its text, that nothing is, or that what is there has another hash, with one such text. */
export type StoredArchive =
  | { readonly kind: 'found'; readonly text: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'changed'; readonly text: string }

/** Stores archived incidents out of reach of those who can write the table. An object is named by its incident and the SHA-256 of its text. */
export interface IncidentArchive {
  /** Stores a text; where an object of the name exists, nothing is written. */
  put(incidentId: string, sha256: string, text: string): Promise<void>
  /** The object whose text has the hash, whatever was stored over it since. */
  get(incidentId: string, sha256: string): Promise<StoredArchive>
}

/** A part of the closed incidents that the table still has whole, or from which not all is removed. */
export interface ClosedPage {
  readonly ids: readonly string[]
  /** Where the next page begins; undefined after the last. */
  readonly next: string | undefined
}

/** The items of incidents in the table, as they are stored. */
export interface ArchiveTable {
  closed(from: string | undefined): Promise<ClosedPage>
  /** Every item of an incident, its orders and steps that an archive takes; none where there is no such incident. */
  read(incidentId: string): Promise<readonly ArchivedItem[]>
  /** Deletes an item that is still exactly this one. False where it is another one or gone. */
  remove(item: ArchivedItem): Promise<boolean>
  /** Notes that nothing is left to remove of an archived incident. False where another writer has saved it since. */
  settle(stored: Versioned<Incident>): Promise<boolean>
  /** Where the last run stopped; undefined where it came to the end. */
  place(): Promise<string | undefined>
  keepPlace(place: string | undefined): Promise<void>
}

/** What archiving needs. It reads seals and writes none. */
export interface ArchivePorts {
  readonly table: ArchiveTable
  readonly incidents: Pick<IncidentStore, 'get' | 'save'>
  readonly record: Pick<ChangeRecord, 'append'>
  readonly archive: IncidentArchive
  readonly vault: Pick<SealVault, 'last' | 'get'>
  /** Days without any change after which a closed incident is archived. */
  readonly afterDays: number
  readonly clock: Clock
  readonly log: Log
}
