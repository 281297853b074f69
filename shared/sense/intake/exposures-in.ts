import { createHash } from 'node:crypto'
import { type ExposureGrade, ExposureReport, type ExposureSource } from '../../domain/exposure-report.ts'
import { safeUrl, withoutSecrets } from './forget-secrets.ts'
import { sift } from './sift.ts'

/** Where a party found what it sends. */
export interface Finding {
  readonly source: ExposureSource
  /** Its name at the party: the same in every delivery about it, such as `acme/api:42`. */
  readonly finding: string
  /** In words, such as `acme/api: config.env, line 3`. */
  readonly place: string
  readonly url?: unknown
  /** ISO 8601, or epoch milliseconds, as the party states it. */
  readonly seenAt: unknown
  /** The party tried the credential of its finding and it works. */
  readonly isVerified: boolean
  /** The party says that the secret was found with the id. */
  readonly isPaired?: boolean
}

/** The longest name of a finding that is written as it is; of others a hash is. The id of a report has 256 characters, of which a credential takes up to 100. */
const FINDING_LIMIT = 140

/**
 * The reports of all credentials whose ids stand in a text of a party. What else stands there is forgotten.
 *
 * A party tries one credential. Where its text names several, it does not say which of them works, and whoever wrote the text may have put another's id beside their
 * own key: then none is verified.
 */
export function exposuresIn(text: string, about: Finding, now: number): ExposureReport[] {
  const { source, finding, isVerified, isPaired = false } = about
  const isPlain = /^[\w.:/@-]+$/.test(finding) && finding.length <= FINDING_LIMIT && withoutSecrets(finding, FINDING_LIMIT) === finding
  const url = safeUrl(about.url)
  const found = sift(text)
  return found.map(({ credentialId, hasSecret }) => {
    const grade: ExposureGrade = isVerified && found.length === 1 ? 'verified' : hasSecret || isPaired ? 'with-secret' : 'id-only'
    return ExposureReport.parse({
      version: 1,
      id: `${source}:${isPlain ? finding : hashOf(finding)}:${credentialId}`,
      source,
      credentialId,
      grade,
      place: withoutSecrets(about.place, 512) || source,
      ...(url === undefined ? {} : { url }),
      seenAt: timeOf(about.seenAt, now),
    })
  })
}

/** A time as a party states it. Where it states none, or one that has not come, it is now. Epoch milliseconds. */
export function timeOf(stated: unknown, now: number): number {
  const time = typeof stated === 'string' ? Date.parse(stated) : typeof stated === 'number' ? stated : Number.NaN
  return time > 0 && time <= now ? Math.floor(time) : now
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
