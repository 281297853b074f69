import type { Incident, NoticeKind } from '../domain/incident.ts'
import type { Posting } from '../domain/posting.ts'

/** A message to people about an incident. `body` is plain text, in which text from outside is clipped and free of control characters. */
export interface Notice {
  readonly incidentId: string
  /**
   * `self-check` is about the responder itself, `seal` about the record, `report` about a credential that a party found without naming it: these belong to no
   * incident. `breaker`: what is beyond the limit becomes questions.
   */
  readonly kind: NoticeKind | 'self-check' | 'seal' | 'breaker' | 'report'
  readonly priority: number
  readonly title: string
  readonly body: string
}

/** The deployed stack that notices tell of, so that they can print commands that work on it. */
export interface NoticeStack {
  readonly name: string
  readonly region: string
  /** The account that it is in: a notice about another one says so. */
  readonly account?: string | undefined
}

/** Delivers notices to people. */
export interface Notifier {
  /** Undefined where no stack is deployed, as in an embedded account. */
  readonly stack?: NoticeStack | undefined
  notify(notice: Notice): Promise<void>
}

/** A system that shows incidents as findings, such as AWS Security Hub. The same incident again updates its finding. */
export interface FindingHub {
  share(incident: Incident): Promise<void>
}

/** Remembers the presses that were taken, so that none counts twice. */
export interface PressLog {
  /** True where no other invocation has taken the press. `forgetAt`: epoch seconds, after which it may be forgotten. */
  claim(pressId: string, invocationId: string, forgetAt: number): Promise<boolean>
}

/** Stores the Slack message of each incident, so that later notices update it. */
export interface Postings {
  get(incidentId: string): Promise<Posting | undefined>
  /** False, without a write, when the stored message is not `previous` (its `ts`; undefined for none). */
  put(incidentId: string, posting: Posting, previous: string | undefined): Promise<boolean>
}
