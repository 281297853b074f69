import type { AccessFinding } from '../domain/access-finding.ts'
import type { AccountPolicies } from '../domain/account-policies.ts'
import type { Identity } from '../domain/signal.ts'
import type { StoredReach } from '../domain/stored-reach.ts'
import type { Accounts } from './accounts.ts'
import type { Clock, Log } from './runtime.ts'

/** Stores what identities could break, as the inventory of a night found it. */
export interface ReachStore {
  /** Undefined where nothing is known of a user or role. Throws `UnreadableItem` where what is stored cannot be read. */
  read(identity: Pick<Identity, 'id' | 'account'>): Promise<StoredReach | undefined>
  /** All of an account, in no order. `onUnreadable` is told of each item that cannot be read, by its key. */
  list(account: string, onUnreadable?: (key: string) => void): AsyncIterable<StoredReach>
  save(account: string, reach: StoredReach): Promise<void>
}

/** Reads the users, roles, groups and policies of an account at once. Throws `RefusedInAccount` where another account refuses. */
export interface AccountSource {
  read(account: string): Promise<AccountPolicies>
}

/** Reads what AWS's own analysis found of the users and roles of an account, by ARN; undefined where nothing analyses it. */
export interface AccessFindingSource {
  read(account: string): Promise<ReadonlyMap<string, readonly AccessFinding[]> | undefined>
}

/** What the inventory of reach needs. */
export interface ReachPorts {
  readonly reach: ReachStore
  readonly policies: AccountSource
  readonly access: AccessFindingSource
  readonly account: string
  /** The accounts whose identities are taken; absent where that is its own alone. */
  readonly accounts?: Pick<Accounts, 'ids'> | undefined
  readonly clock: Clock
  readonly log: Log
}
