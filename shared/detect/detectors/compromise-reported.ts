import { partyOf } from '../../domain/report.ts'
import { reportedBy, unjoinedText } from '../../domain/reported-by.ts'
import type { Detector } from '../detector.ts'

/** From this weight on a finding asks: nobody here knows who is meant, so nobody else looks at it. */
const UNJOINED = 0.6

/** What another product sees is as sure as it says itself, by its severity. Its text decides nothing. */
export const compromiseReported: Detector = {
  id: 'compromise-reported',
  title: 'Another product says that somebody else uses the credential',
  weight: 0.45,
  group: 'origin',
  attack: 'T1078.004',
  runbook: 'Open the finding at the product that reports it, and compare its times and addresses with the timeline here.',
  looksAt: 'finding',
  delivery: 'findings',
  matches(signal) {
    const { report } = signal
    if (report?.compromise === undefined) return undefined
    const { unjoined } = report
    const reason = `${partyOf(reportedBy(signal))}: ${report.type}${unjoinedText(report)}`
    return { reason, weight: unjoined === undefined ? report.compromise : Math.max(UNJOINED, report.compromise) }
  },
}
