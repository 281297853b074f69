import type { Assessment } from './assessment.ts'
import { confirmedBy } from './canary.ts'
import type { Report, ReportingSource } from './report.ts'
import type { Signal } from './signal.ts'

/** Who says what a signal says, where that is not CloudTrail. */
export function reportedBy({ source }: Pick<Signal, 'source'>): ReportingSource | undefined {
  return source === 'cloudtrail' ? undefined : source
}

/** Where a credential was seen, in words that follow its name. */
export function seenAt({ place }: Report, verb: 'was' | 'were' = 'was'): string {
  return place === undefined ? `${verb} seen` : `${verb} seen in ${place}`
}

/** Why nobody here is known to be meant, as the end of a sentence; empty where somebody is. */
export function unjoinedText({ unjoined }: Report): string {
  return unjoined === undefined ? '' : `; ${unjoined}`
}

/** Who or what confirms that somebody else has a credential, as the end of a sentence; empty where nobody does. */
export function confirmedText({ contributions }: Pick<Assessment, 'contributions'>): string {
  const confirmed = contributions.filter(({ finding }) => finding.isConfirmed)
  const parties = new Set(confirmed.map(({ finding }) => confirmedBy(finding)))
  return parties.size === 0 ? '' : `confirmed by ${[...parties].join(' and ')}`
}
