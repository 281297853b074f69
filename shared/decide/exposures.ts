import { detect } from '../detect/detect.ts'
import type { Context } from '../detect/detector.ts'
import type { Folded } from '../detect/fold.ts'
import { CREDENTIAL_ID } from '../domain/exposure-report.ts'
import { type Finding, kindOfFinding } from '../domain/finding.ts'
import { keptReport, withReports } from '../domain/kept-reports.ts'
import type { KeptReport } from '../domain/report.ts'
import type { Signal } from '../domain/signal.ts'
import { reportSignal } from '../sense/sources/report-signal.ts'
import type { UnitOfWork } from './unit-of-work.ts'

/** A folded signal with all that was reported of its credential, be it long before. */
export interface WithReports {
  readonly folded: Folded
  /** What was reported, this signal's own report among it. */
  readonly reports: readonly KeptReport[]
}

/**
 * Adds to the evidence against a credential where it was seen: a report may have come when nothing was known of the credential, or long ago, and it raises every later
 * use. One read for each credential of a batch that there is evidence against, none for others.
 */
export async function withExposures(folded: Folded, unitOfWork: Pick<UnitOfWork, 'exposuresOf'>): Promise<WithReports> {
  const { signal, findings, evidence } = folded
  const own = keptReport(signal)
  const ownReports = own === undefined ? [] : [own]
  if (!CREDENTIAL_ID.test(signal.credential.id) || findings.length + evidence.length === 0) return { folded, reports: ownReports }
  const exposures = await unitOfWork.exposuresOf(signal.credential.id)
  const known = new Set(evidence.map(kindOfFinding))
  const more = exposures.flatMap((report) => findingsOf(report, signal)).filter((finding) => !known.has(kindOfFinding(finding)))
  return {
    folded: more.length === 0 ? folded : { ...folded, evidence: [...evidence, ...more] },
    reports: withReports(exposures, ownReports),
  }
}

/** The signal of a report that was kept, about whom a later signal of its credential is. */
export function signalOfReport(report: KeptReport, { account, region, identity, credential }: Signal): Signal {
  const { source, id, type, seenAt, grade, place } = report
  return reportSignal({
    kind: grade === undefined && source !== 'aws-health' ? 'finding' : 'credential-exposure',
    source,
    id,
    time: seenAt,
    account,
    region,
    identity,
    credential,
    code: type,
    report: { id, type, ...(grade === undefined ? {} : { grade }), ...(place === undefined ? {} : { place }) },
  })
}

/** What a report that was kept says, of a later signal of its credential. */
export function findingsOf(report: KeptReport, later: Signal): readonly Finding[] {
  return detect(signalOfReport(report, later), NO_CONTEXT)
}

/** What is exposed is so whatever the identity does. */
const NO_CONTEXT = Object.freeze({}) as Context
