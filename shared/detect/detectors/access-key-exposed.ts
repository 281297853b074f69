import { partyOf } from '../../domain/report.ts'
import { reportedBy, seenAt, unjoinedText } from '../../domain/reported-by.ts'
import { type Signal, text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

/** The event type codes by which AWS Health reports that a credential is exposed or compromised. */
export const RISK_CODES: ReadonlySet<string> = new Set([
  'AWS_RISK_CREDENTIALS_EXPOSED',
  'AWS_RISK_CREDENTIALS_EXPOSURE_SUSPECTED',
  'AWS_RISK_CREDENTIALS_COMPROMISED',
  'AWS_RISK_CREDENTIALS_COMPROMISE_SUSPECTED',
  'AWS_RISK_IAM_QUARANTINE',
])

export const accessKeyExposed: Detector = {
  id: 'access-key-exposed',
  title: 'The credential is reported as exposed',
  weight: 0.99,
  group: 'exposure',
  attack: 'T1552',
  runbook: 'Rotate the key, remove it from where it was published, then read in CloudTrail what it did since.',
  fact: 'exposed',
  looksAt: 'exposure',
  isConfirmed: true,
  delivery: 'exposures',
  matches(signal) {
    const { report } = signal
    if (report?.grade === 'verified')
      return { reason: `${partyOf(reportedBy(signal))}: ${provedBy(signal)}, and ${seenAt(report)}${unjoinedText(report)}` }
    if (signal.source !== 'aws-health' || !RISK_CODES.has(signal.exposure ?? '')) return undefined
    const isSuspected = signal.exposure?.endsWith('_SUSPECTED') === true
    const note = text(signal.request, 'note')
    const reason = `AWS Health says ${signal.exposure}${note === undefined ? '' : `: ${note}`}`
    return { reason, weight: isSuspected ? 0.95 : 0.99 }
  },
}

/** What a party knows that says so: Trusted Advisor looks in public places and tries no key, all others try it. */
function provedBy({ source }: Signal): string {
  return source === 'trusted-advisor' ? 'the key is in public' : 'the key works'
}
