import { KEY_ID_DISCLOSED } from '../../domain/ceilings.ts'
import { partyOf } from '../../domain/report.ts'
import { reportedBy, seenAt } from '../../domain/reported-by.ts'
import type { Detector } from '../detector.ts'

/** An id is no secret: it stands in error messages and in logs. It says something only beside what the key does, and brings about a notice at most. */
export const keyIdDisclosed: Detector = {
  id: KEY_ID_DISCLOSED,
  title: 'The id of the key was seen where others can read it',
  weight: 0.2,
  group: 'exposure',
  fact: 'exposed',
  attack: 'T1552',
  runbook: 'Look whether the secret stands near it. An id alone needs no rotation.',
  looksAt: 'exposure',
  delivery: 'reports',
  matches(signal) {
    if (signal.report?.grade !== 'id-only') return undefined
    return { reason: `${partyOf(reportedBy(signal))}: the id ${seenAt(signal.report)}` }
  },
}
