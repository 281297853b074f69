import type { Detector } from '../detector.ts'
import { RISK_CODES } from './access-key-exposed.ts'

/** AWS adds codes. What a new one means is not known, so it brings a question and no containment. */
export const unknownRiskReported: Detector = {
  id: 'unknown-risk-reported',
  title: 'AWS reports a risk of a kind that is not known',
  weight: 0.65,
  group: 'exposure',
  attack: 'T1552',
  runbook: 'Open the event in AWS Health and do what it says; rotate the credential where it calls it exposed.',
  looksAt: 'exposure',
  delivery: 'exposures',
  matches(signal) {
    if (signal.source !== 'aws-health' || signal.exposure === undefined || RISK_CODES.has(signal.exposure)) return undefined
    return { reason: `AWS Health says ${signal.exposure}` }
  },
}
