import type { KeptReport } from './report.ts'
import { DAY_MS } from './time.ts'

/**
 * Days for which it is remembered where a session's credential was seen. A session lasts 36 hours at most (`GetSessionToken`), its events are believed for 14 days, and no id is given
 * twice: after that nothing more is heard of it.
 */
export const SESSION_DAYS = 60

/** Days for which it is remembered that an id alone was seen. An id is no secret; 13 months have the same season of the year before in them. */
export const ID_ONLY_DAYS = 400

/** What is reported again in the last days of its life is remembered anew. A session is long over by then. */
export const RENEWED_DAYS = 30

/** When it may be forgotten where a credential was seen, epoch milliseconds, where that is told at `now`; undefined where it is kept for good. */
export function forgetExposureAt({ credentialId, grade }: Pick<KeptReport, 'credentialId' | 'grade'>, now: number): number | undefined {
  if (credentialId.startsWith('ASIA')) return now + SESSION_DAYS * DAY_MS
  return grade === 'id-only' ? now + ID_ONLY_DAYS * DAY_MS : undefined
}

/** What is to be forgotten before this (epoch milliseconds) gives way to a report that came later. */
export function forgottenSoon(now: number): number {
  return now + RENEWED_DAYS * DAY_MS
}
