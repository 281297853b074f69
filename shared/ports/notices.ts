import type { Incident, NoticeKind } from '../domain/incident.ts'
import type { Posting } from '../domain/posting.ts'

/** What people are told. `body` is plain text; what an attacker may have written in it is clipped and free of control characters. */
export interface Notice {
  readonly incidentId: string
  readonly kind: NoticeKind
  readonly priority: number
  readonly title: string
  readonly body: string
}

export interface Notifier {
  notify(notice: Notice): Promise<void>
}

/** Another place where incidents are seen, such as AWS Security Hub. The same incident again changes what is there. */
export interface FindingHub {
  share(incident: Incident): Promise<void>
}

/** Remembers the message of each incident, so that later notices change it and do not add another. */
export interface Postings {
  get(incidentId: string): Promise<Posting | undefined>
  /** False where another message than `previous` (its `ts`; undefined for none) is remembered; then nothing was written. */
  put(incidentId: string, posting: Posting, previous: string | undefined): Promise<boolean>
}
