import { partyOf } from '../../domain/report.ts'
import { reportedBy } from '../../domain/reported-by.ts'
import type { Detector } from '../detector.ts'

/** What another product sees done is as bad as it says itself, by its severity. Its text decides nothing. */
export const harmReported: Detector = {
  id: 'harm-reported',
  title: 'Another product says that the credential does harm',
  weight: 0.45,
  group: 'abuse',
  attack: 'T1078.004',
  runbook: 'Open the finding at the product that reports it, and undo what it names once the credential is out of use.',
  looksAt: 'finding',
  delivery: 'findings',
  matches(signal) {
    const { report } = signal
    return report?.harm === undefined ? undefined : { reason: `${partyOf(reportedBy(signal))}: ${report.type}`, weight: report.harm }
  },
}
