import type { LastUsed, LastUsedSnapshot } from '../domain/last-used.ts'
import type { UnreadableItem } from '../errors.ts'
import type { Accounts } from './accounts.ts'
import type { Clock, Log } from './runtime.ts'
import type { IdentityStore, IncidentStore, Versioned } from './stores.ts'

/**
 * What IAM answers of one identity. `unknown`: there is no such user or role. `throttled`: IAM takes no more calls for now. `failed`: the job of IAM failed, took
 * too long, or its answer cannot be read; the next night asks again.
 */
export type LastUsedAnswer =
  | { readonly kind: 'taken'; readonly snapshot: LastUsedSnapshot }
  | { readonly kind: 'unknown' | 'throttled' }
  | { readonly kind: 'failed'; readonly why: string }

/** Asks IAM which services an identity used last when. Every other failure of IAM throws. */
export interface LastUsedSource {
  take(identityId: string): Promise<LastUsedAnswer>
}

/** The last-used data of an identity as stored; version 0 where there is none. `unreadable`: something is stored that cannot be read. */
export interface StoredLastUsed extends Versioned<LastUsed | undefined> {
  readonly unreadable?: UnreadableItem
}

/** An identity that has a baseline, and when its last-used data was asked for last (epoch ms); 0 for never. */
export interface LastUsedTurn {
  readonly identityId: string
  readonly triedAt: number
}

/** Stores last-used data by identity. */
export interface LastUsedStore {
  read(identityId: string): Promise<StoredLastUsed>
  /** False, without a write, when another writer has saved since `version` was read. `triedAt` (epoch ms) is noted whether there is anything new or not. */
  save(identityId: string, lastUsed: LastUsed, { version, triedAt }: { version: number; triedAt: number }): Promise<boolean>
  /** Every identity that has a baseline, in no order. Reads the whole table. */
  turns(): AsyncIterable<LastUsedTurn>
}

/** What the nightly inventory needs. */
export interface InventoryPorts {
  readonly lastUsed: LastUsedStore
  readonly source: LastUsedSource
  readonly identities: Pick<IdentityStore, 'load'>
  readonly incidents: Pick<IncidentStore, 'get'>
  /** The account that it acts in. */
  readonly account: string
  /** The accounts that it asks about; absent where that is its own alone. */
  readonly accounts?: Pick<Accounts, 'ids'> | undefined
  /** ARNs of the responder's own roles and of those that deploy it. */
  readonly ownRoles: ReadonlySet<string>
  readonly clock: Clock
  readonly log: Log
}
