import type { Iam } from './iam.ts'
import type { BackfillQueue, ContainInvoker, RotateInvoker } from './invokers.ts'
import type { Notifier } from './notices.ts'
import type { Clock, Log } from './runtime.ts'
import type { ChangeRecord, IncidentStore } from './stores.ts'

/** What the sweep needs. No member can change IAM. */
export interface SweepPorts {
  readonly incidents: IncidentStore
  readonly record: ChangeRecord
  readonly iam: Pick<Iam, 'describe'>
  readonly containInvoker: ContainInvoker
  /** Undefined when keys are not rotated. */
  readonly rotateInvoker: RotateInvoker | undefined
  readonly backfillQueue: BackfillQueue
  readonly notifier: Notifier
  /** Notifies the on-call person. */
  readonly pager: Notifier
  readonly clock: Clock
  readonly log: Log
}
