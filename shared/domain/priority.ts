import type { BlastRadius } from './blast-radius.ts'
import type { Finding } from './finding.ts'

/** Findings that come before everything else: while the responder is blind nothing else is seen, and what was contained and works is out of control. */
const URGENT: ReadonlySet<string> = new Set(['responder-tampered', 'contained-credential-used'])

/** Up to this weight even an urgent finding is an ordinary one. */
const URGENT_WEIGHT = 0.5

export function priorityOf(risk: number, blastRadius: BlastRadius, findings: readonly Finding[]): number {
  if (findings.some(({ detector, weight }) => URGENT.has(detector) && weight > URGENT_WEIGHT)) return 100
  return Math.round((risk * blastRadius.score) / 10) / 10
}
