import type { ExposureReport, RuntimeAlert } from '../../domain/exposure-report.ts'
import type { AlertReference } from '../../domain/report-party.ts'

/**
 * A request of a party: header names in lower case, and the body as text. The body is known to be UTF-8, so this text stands for exactly the bytes that the
 * party signed.
 */
export interface Delivery {
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly text: string
}

/** What a party found without saying which key it is: people have to look. `what` and `place` are safe to print, `url` leads to the finding. */
export interface UnnamedCredential {
  readonly what: string
  readonly place: string
  readonly url: string | undefined
}

/** What a delivery of an authentic party says. `ignored` names the kind of event, which says nothing of an exposure. */
export type Reading =
  | {
      readonly kind: 'reports'
      readonly reports: readonly (ExposureReport | RuntimeAlert)[]
      /** What it found beside these, without saying which key it is. */
      readonly unnamed?: UnnamedCredential
    }
  | { readonly kind: 'alert'; readonly alert: AlertReference; readonly url: string | undefined }
  | { readonly kind: 'unnamed'; readonly unnamed: UnnamedCredential }
  | { readonly kind: 'ignored'; readonly event: string }
  | { readonly kind: 'unreadable' }

/** A party: how it proves that a delivery is its own, and what its events say. */
export interface Party {
  /** `secrets`: one, or two while one replaces the other; `now`: epoch milliseconds. */
  isAuthentic(delivery: Delivery, about: { readonly secrets: readonly string[]; readonly now: number }): Promise<boolean>
  /** `body` is the parsed JSON of the delivery. Never throws. */
  read(body: unknown, about: { readonly headers: Delivery['headers']; readonly now: number }): Reading
}

export const UNREADABLE: Reading = { kind: 'unreadable' }
