import type { Accounts } from './accounts.ts'
import type { Iam } from './iam.ts'
import type { ReverifyQueue } from './invokers.ts'
import type { Notifier } from './notices.ts'
import type { Clock, Log } from './runtime.ts'
import type { Breaker, ChangeRecord, IncidentStore } from './stores.ts'

/** What contain needs. It has no advisor and reads no events. */
export interface ContainPorts {
  readonly incidents: IncidentStore
  readonly record: ChangeRecord
  readonly breaker: Breaker
  /** The IAM of the account that is acted in: of the stack's own, and within a run on an incident of that of its identity. */
  readonly iam: Iam
  readonly notifier: Notifier
  /** Pages the on-call person. */
  readonly pager: Notifier
  readonly reverifyQueue: ReverifyQueue
  /** The account that it acts in; undefined when a log of any account is replayed. */
  readonly account: string | undefined
  /** The accounts that it acts in; absent where that is its own alone. */
  readonly accounts?: Accounts | undefined
  /** ARNs of the responder's own roles and of those that deploy it; absent where it is not deployed. */
  readonly ownRoles?: ReadonlySet<string> | undefined
  /** ARN of the stack's managed policy that denies everything; undefined when there is none. */
  readonly quarantinePolicyArn: string | undefined
  readonly clock: Clock
  readonly log: Log
}
