import type { Iam, SecretVault } from './iam.ts'
import type { Notifier } from './notices.ts'
import type { Clock, Log } from './runtime.ts'
import type { ChangeRecord, IncidentStore } from './stores.ts'

/** What rotate needs: access keys of users and a vault for their secrets. It cannot change policies. */
export interface RotatePorts {
  readonly incidents: IncidentStore
  readonly record: ChangeRecord
  readonly iam: Pick<Iam, 'listAccessKeys' | 'createAccessKey' | 'deleteAccessKey' | 'lastUsedOf'>
  readonly vault: SecretVault
  /** IAM and the vault of another account, where an incident is of one that is acted in; absent where only the stack's own is. */
  readonly elsewhere?: ((account: string) => Pick<RotatePorts, 'iam' | 'vault'> | undefined) | undefined
  /** The stack's own account; undefined where that makes no difference, as in an embedded one. */
  readonly account?: string | undefined
  readonly notifier: Notifier
  readonly clock: Clock
  readonly log: Log
}
