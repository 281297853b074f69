import type { ExposureReport, RuntimeAlert } from '../domain/exposure-report.ts'
import type { AlertReference, ReportParty } from '../domain/report-party.ts'

/** The stack's own bus for what outside parties report. */
export interface ReportBus {
  /** Puts all of them, or throws: then the caller puts all of them again, and each counts once by its id. */
  put(reports: readonly (ExposureReport | RuntimeAlert)[]): Promise<void>
}

/** A delivery by what was signed of it. `now`: epoch ms; `forgetAt`: epoch seconds, after which it may be forgotten. */
export interface DeliveryClaim {
  readonly party: ReportParty
  readonly id: string
  readonly now: number
  readonly forgetAt: number
}

/** Remembers the deliveries that were taken, so that one that somebody sends again does nothing. */
export interface DeliveryLog {
  /** `taken` where nobody took it before, or where who took it did not come to the end within half a minute; `busy` where somebody works on it; else `done`. */
  claim(claim: DeliveryClaim): Promise<'taken' | 'busy' | 'done'>
  /** Says that all of it was handed on. */
  settle(claim: DeliveryClaim): Promise<void>
}

/** Has an alert of GitHub read by `fetch-alert`, and does not wait for it. */
export interface AlertInvoker {
  fetchAlert(alert: AlertReference): Promise<void>
}

/** An alert of secret scanning as GitHub has it. `text` may hold secrets: who reads it keeps what `sift` finds, and nothing else. */
export interface ScannedSecret {
  readonly text: string
  /** GitHub's name of the kind, such as `aws_access_key_id`. */
  readonly type: string
  /** True where GitHub tried it and it worked. */
  readonly isVerified: boolean
  /** The page of the alert, for people. */
  readonly url: string | undefined
  readonly createdAt: string | undefined
}

/** GitHub, with the rights of an App. */
export interface AlertSource {
  /** Throws where GitHub does not answer with the alert. */
  read(alert: AlertReference): Promise<ScannedSecret>
}
