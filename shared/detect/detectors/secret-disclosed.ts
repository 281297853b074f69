import { SECRET_DISCLOSED } from '../../domain/ceilings.ts'
import { partyOf } from '../../domain/report.ts'
import { reportedBy, seenAt, unjoinedText } from '../../domain/reported-by.ts'
import type { Detector } from '../detector.ts'

/** Whoever read it there can use the key. Nobody tried it, and it may be an old one, so the policy says what follows: `disclosedSecret`. */
export const secretDisclosed: Detector = {
  id: SECRET_DISCLOSED,
  title: 'The key and its secret were seen where others can read them',
  weight: 0.65,
  group: 'exposure',
  fact: 'exposed',
  attack: 'T1552',
  runbook: 'Rotate the key, take it out of where it was seen, and read in CloudTrail what it did since then.',
  looksAt: 'exposure',
  delivery: 'reports',
  matches(signal) {
    if (signal.report?.grade !== 'with-secret') return undefined
    return {
      reason: `${partyOf(reportedBy(signal))}: the id and its secret ${seenAt(signal.report, 'were')}${unjoinedText(signal.report)}`,
    }
  },
}
