import type { Incident } from '../shared/domain/incident.ts'
import type { Notifier } from '../shared/ports/notices.ts'
import type { ChangeRecord, IdentityStore, IncidentStore, SealVault } from '../shared/ports/stores.ts'
import type { Reviewed } from '../shared/review/review.ts'
import type { Review } from '../shared/review/reviewer.ts'

/** Where the commands work: the embedded account in a folder, or a deployed stack. */
export interface Target {
  readonly name: string
  /** The options that name it on the command line, such as `--stack Countersign --region us-east-1`; empty for the usual folder. */
  readonly options: string
  readonly identities: IdentityStore
  readonly incidents: IncidentStore
  readonly record: ChangeRecord
  readonly notifier: Notifier
  /** Where the seals are; undefined where a stack of an earlier version has none. */
  readonly vault: SealVault | undefined
  /** Who is at the keyboard, as an ARN or `local:user`. */
  readonly caller: string
  /** Applies a verdict and waits until it is carried out, or for a stack until it is handed on. */
  review(incidentId: string, review: Omit<Review, 'by'>): Promise<Reviewed>
  /** Has a change of what was there before set back; as `review`, it waits for what it can wait for. */
  approve(incidentId: string, approval: { edgeId: string; reason: string }): Promise<Incident>
  /** Deletes the root user's keys that an incident names, with credentials that manage the organisation's root users. Answers them. */
  deleteRootKeys(incidentId: string, approval: { reason: string; profile: string | undefined }): Promise<string[]>
  close(): Promise<void>
}
