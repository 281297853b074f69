import type { Iam, SecretVault } from './iam.ts'
import type { Notifier } from './notices.ts'
import type { Clock, Log } from './runtime.ts'
import type { ChangeRecord, IncidentStore } from './stores.ts'

/** What rotate needs: keys of users and a place for their secrets, no policies of anybody. */
export interface RotatePorts {
  readonly incidents: IncidentStore
  readonly record: ChangeRecord
  readonly iam: Pick<Iam, 'listAccessKeys' | 'createAccessKey' | 'deleteAccessKey' | 'lastUsedOf'>
  readonly vault: SecretVault
  readonly notifier: Notifier
  readonly clock: Clock
  readonly log: Log
}
