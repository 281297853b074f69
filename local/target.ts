import type { ExposureReport } from '../shared/domain/exposure-report.ts'
import type { Incident } from '../shared/domain/incident.ts'
import type { IncidentArchive } from '../shared/ports/archive.ts'
import type { FailureQueue, SetAsideStore } from '../shared/ports/failures.ts'
import type { LastUsedStore } from '../shared/ports/last-used.ts'
import type { Notifier, Postings } from '../shared/ports/notices.ts'
import type { ReachStore } from '../shared/ports/reach.ts'
import type { Clock } from '../shared/ports/runtime.ts'
import type { ChangeRecord, IdentityStore, IncidentStore, SealVault } from '../shared/ports/stores.ts'
import type { Reviewed } from '../shared/review/review.ts'
import type { Review } from '../shared/review/reviewer.ts'

/** What the commands work on: the embedded account in a folder, or a deployed stack. */
export interface Target {
  readonly name: string
  /** The options that name it on the command line, such as `--stack Countersign --region us-east-1`; empty for the usual folder. */
  readonly options: string
  /** By what clock its times are, where it is not the clock of AWS: one sentence for whoever reads them. */
  readonly timesNote?: string
  /** What to know before a verdict where the target is no account in AWS, but a replayed log: one sentence or two. */
  readonly replayedNote?: string
  readonly identities: IdentityStore
  /** What IAM said of identities on the nights before; undefined in the embedded account, which has no IAM to ask. */
  readonly lastUsed?: Pick<LastUsedStore, 'read'>
  /** What identities could break, by the last inventory of a stack, and the account of the stack; the embedded account has one alone. */
  readonly reach?: { readonly store: Pick<ReachStore, 'read' | 'list'>; readonly account: string }
  readonly incidents: IncidentStore
  readonly record: ChangeRecord
  readonly notifier: Notifier
  /** Where the messages of incidents stand in Slack; undefined where there is no Slack. */
  readonly slack?: Pick<Postings, 'get'>
  /** The store of the seals; undefined for a stack of an earlier version that has none. */
  readonly vault: SealVault | undefined
  /** Where closed incidents are archived, which `incidents` and `record` read too; undefined in the embedded account, which archives none. */
  readonly archive?: IncidentArchive | undefined
  /** The dead-letter queues, and what was taken out of them for good; undefined in the embedded account, which has no queues. */
  readonly failures?: {
    readonly stack: { readonly name: string; readonly region: string }
    readonly queues: readonly FailureQueue[]
    readonly setAside: SetAsideStore
  }
  /** The clock by which verdicts are given. */
  readonly clock: Clock
  /** The person who runs the command, as an ARN or `local:user`. */
  readonly caller: string
  /** Applies a verdict. On the embedded account it waits until it is carried out; on a stack, until contain is invoked. */
  review(incidentId: string, review: Omit<Review, 'by'>): Promise<Reviewed>
  /** Approves that a change of an existing resource is undone. It waits as `review` does. */
  approve(incidentId: string, approval: { edgeId: string; reason: string }): Promise<Incident>
  /** Deletes the root user's access keys that an incident names, with the rights of centralised root access. Returns their ids. */
  deleteRootKeys(incidentId: string, approval: { reason: string; profile: string | undefined }): Promise<string[]>
  /**
   * Hands reports of exposed credentials on. On the embedded account it waits until they are `evaluated`, on a stack until its bus has them, where they are `queued`.
   * Throws where not all were taken; what is reported again counts once.
   */
  report(reports: readonly ExposureReport[]): Promise<'evaluated' | 'queued'>
  /** Moves on what waits in an embedded account; undefined where another process or the schedule of a stack does it. */
  readonly sweep?: () => Promise<void>
  /** Resolves where the account is another process's and that one ends. */
  readonly ended?: Promise<void>
  /** Told the address of the console that this process serves of it. */
  announce?(consoleUrl: string): void
  close(): Promise<void>
}
