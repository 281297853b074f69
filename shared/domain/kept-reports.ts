import * as z from 'zod'
import { CEILINGS } from './ceilings.ts'
import { KeptReport, REPORT_LIMIT } from './report.ts'
import type { Signal } from './signal.ts'
import type { Shape } from './stored.ts'

/** What is kept of what a signal reports; undefined of a call. */
export function keptReport({ id, source, time, credential, report, exposure }: Signal): KeptReport | undefined {
  if (source === 'cloudtrail') return undefined
  const { grade, place, url } = report ?? {}
  return {
    source,
    id,
    type: (report?.type ?? exposure ?? 'report').slice(0, 256),
    credentialId: credential.id,
    seenAt: time,
    ...(grade === undefined ? {} : { grade }),
    ...(place === undefined ? {} : { place: place.slice(0, 512) }),
    ...(url === undefined ? {} : { url: url.slice(0, 1024) }),
  }
}

/** Some reports with more: of each source, type, grade and credential the earliest, in the order of their times. The same array where nothing changes. */
export function withReports(known: readonly KeptReport[], more: readonly KeptReport[]): readonly KeptReport[] {
  const earliest = new Map(known.map((report) => [keyOf(report), report]))
  const news = more.filter((report) => {
    const before = earliest.get(keyOf(report))
    const isNews = before === undefined || isBefore(report, before)
    if (isNews) earliest.set(keyOf(report), report)
    return isNews
  })
  if (news.length === 0) return known
  return withinReportLimit([...earliest.values()])
}

/** At most `REPORT_LIMIT` reports, in the order of their times: those that say most come before others, so that many tickets displace nothing that AWS or GitHub says. */
export function withinReportLimit(reports: readonly KeptReport[]): readonly KeptReport[] {
  const byTime = (a: KeptReport, b: KeptReport) => (isBefore(a, b) ? -1 : 1)
  return [...reports]
    .sort((a, b) => strengthOf(b) - strengthOf(a) || byTime(a, b))
    .slice(0, REPORT_LIMIT)
    .sort(byTime)
}

/** How much a report says: 3 of what contains by itself, then what AWS says, then a secret, then an id alone and what other products say. */
function strengthOf({ source, grade }: KeptReport): number {
  if (grade === 'verified' || source === 'aws-health') return 3
  if (grade === undefined && CEILINGS[source].most === 'contain') return 2
  return grade === 'with-secret' ? 1 : 0
}

/** Reports of one kind: the store keeps one of each for a credential. Whoever imports findings chooses their types, so those are of one kind. */
export function kindOfReport({ source, grade, type }: KeptReport): string {
  return `${source}#${grade ?? (CEILINGS[source].most === 'contain' ? type : 'finding')}`
}

function keyOf(report: KeptReport): string {
  return `${kindOfReport(report)} ${report.credentialId}`
}

/** True for the earlier of two reports, and of one time for one of them, whichever came first. */
export function isBefore(a: KeptReport, b: KeptReport): boolean {
  if (a.seenAt !== b.seenAt) return a.seenAt < b.seenAt
  return a.id === b.id ? kindOfReport(a) < kindOfReport(b) : a.id < b.id
}

/** How a report of an exposure is stored. */
export const EXPOSURE_SHAPE: Shape<{ readonly report: KeptReport }> = {
  version: 1,
  schema: z.strictObject({ report: KeptReport }),
  migrations: new Map(),
}
