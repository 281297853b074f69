import { accountOfKey } from '../domain/key-account.ts'
import { RefusedInAccount } from '../errors.ts'
import type { Iam } from './iam.ts'
import type { Log } from './runtime.ts'

/**
 * The accounts that the responder acts in: its own, and those in which it has a role.
 *
 * A call of IAM in another account throws `RefusedInAccount` where its role is not there, does not trust the responder, or lacks the right.
 */
export interface Accounts {
  /** Ids of 12 digits, that of the stack's own account among them. */
  readonly ids: ReadonlySet<string>
  /** The IAM of one of these accounts. */
  iam(account: string): Iam
  /** ARN of the managed policy in that account that denies everything; undefined where there is none. */
  quarantinePolicyArn(account: string): string | undefined
}

/** What says which accounts the responder acts in. `account` is its own, undefined where a log of any account is replayed. */
export interface ActingIn {
  readonly account: string | undefined
  readonly accounts?: Pick<Accounts, 'ids'> | undefined
}

/** True where the responder acts in an account: its own, or one that it is configured for. */
export function actsIn(account: string, { account: own, accounts }: ActingIn): boolean {
  return own === undefined || account === own || accounts?.ids.has(account) === true
}

/**
 * The reads of IAM by which identities of all accounts that are acted in are told: each asks the account of who it is about. Of an account that is not acted in,
 * or that refuses the responder, nothing is known: that is no "not found" of a namesake here, and an event must not be lost to it.
 */
export function readsOf(accounts: Accounts, own: string, log: Log): Pick<Iam, 'ownerOf' | 'describe' | 'policiesOf'> {
  const unknownIn = (account: string) => (cause: unknown) => {
    if (!(cause instanceof RefusedInAccount)) throw cause
    log.warn('account.refused', { account, reason: cause.message })
    return undefined
  }
  return {
    ownerOf: async (accessKeyId, where) => {
      const account = accountOfKey(accessKeyId) ?? where ?? own
      return accounts.ids.has(account) ? accounts.iam(account).ownerOf(accessKeyId) : undefined
    },
    describe: async (identity) => {
      const { account } = identity
      return accounts.ids.has(account) ? accounts.iam(account).describe(identity).catch(unknownIn(account)) : undefined
    },
    policiesOf: async (identity) => {
      const { account } = identity
      return accounts.ids.has(account) ? accounts.iam(account).policiesOf(identity).catch(unknownIn(account)) : undefined
    },
  }
}
