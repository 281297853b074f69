import type { KnownPolicies } from '../domain/account-policies.ts'
import type { BlastRadius } from '../domain/blast-radius.ts'
import type { Accounts } from './accounts.ts'
import type { Advisor, AdvisorBudget } from './advisor.ts'
import type { Iam } from './iam.ts'
import type { BackfillQueue, BootstrapQueue, ContainInvoker } from './invokers.ts'
import type { LastUsedStore } from './last-used.ts'
import type { EventHistory, GeoIp, InstanceProfiles } from './lookup.ts'
import type { Notifier } from './notices.ts'
import type { ReachStore } from './reach.ts'
import type { Rules } from './rules.ts'
import type { Clock, Log, Pause } from './runtime.ts'
import type { ChangeRecord, IdentityStore, IncidentStore } from './stores.ts'

/** What respond needs. No member can change IAM. */
export interface RespondPorts {
  readonly identities: IdentityStore
  readonly incidents: IncidentStore
  readonly record: ChangeRecord
  readonly iam: Pick<Iam, 'ownerOf' | 'describe' | 'policiesOf'>
  /** Says what policies let an identity break; undefined in a stack, where IAM is asked for none and the inventory has said it. */
  readonly blastRadiusOf: ((policies: KnownPolicies) => BlastRadius | undefined) | undefined
  readonly advisor: Advisor
  readonly budget: AdvisorBudget
  readonly notifier: Notifier
  readonly containInvoker: ContainInvoker
  readonly bootstrapQueue: BootstrapQueue
  /** Requests the look-ups of an incident; absent where a log is replayed, which holds all that there is. */
  readonly backfillQueue?: BackfillQueue | undefined
  /** True where a log is replayed: a batch of it spans hours, so no report in it is handled before the calls that came first. */
  readonly isReplay?: true
  /** The account that it acts in; undefined when a log of any account is replayed. */
  readonly account: string | undefined
  /** The accounts that contain acts in; absent where that is its own alone. */
  readonly accounts?: Pick<Accounts, 'ids'> | undefined
  /** ARNs of the responder's own roles and of those that deploy it; absent where it is not deployed. */
  readonly ownRoles?: ReadonlySet<string> | undefined
  /** Which calls are delivered: reads, and those of role sessions; absent where all are, as in a log. */
  readonly delivery?: { readonly reads: boolean; readonly sessions: boolean }
  /** What IAM said of identities on the nights before; absent where nobody asks it, as in a replay. */
  readonly lastUsed?: Pick<LastUsedStore, 'read'> | undefined
  /** What identities could break, as the last inventory found it; absent where nobody takes one, as in a replay. */
  readonly reach?: Pick<ReachStore, 'read'> | undefined
  readonly history: Pick<EventHistory, 'lookup'> & Partial<Pick<EventHistory, 'account'>>
  /** Which role the instances of a profile have; absent where IAM cannot be asked, as in a replay. */
  readonly profiles?: InstanceProfiles | undefined
  /** The rules that people wrote; absent where there are none. */
  readonly rules?: Rules | undefined
  readonly geoIp: GeoIp
  readonly clock: Clock
  /** Absent where nobody else writes the same identities, as in a replay: a conflict is then tried again at once. */
  readonly pause?: Pause | undefined
  readonly log: Log
}
