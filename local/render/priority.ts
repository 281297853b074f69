import type { Incident } from '../../shared/domain/incident.ts'
import { ALARM, priorityOf, priorityParts } from '../../shared/domain/priority.ts'
import { printable } from '../../shared/record/notice.ts'

/** The most reasons of a blast radius that are printed; `--json` gives all. */
const REASONS = 4

/** How much the identity could do, by what that is known, and the gravest reasons. */
export function blastRadiusText({ blastRadius: { score, basis, reasons } }: Incident): string {
  const more = reasons.length > REASONS ? `, and ${reasons.length - REASONS} more` : ''
  return `${score} by ${basis}${reasons.length > 0 ? `: ${printable(reasons.slice(0, REASONS).join(', '), 400)}${more}` : ''}`
}

/** What the priority is made of. One that was stored by another formula has no parts here. */
export function priorityText({ priority, assessment, blastRadius, findings }: Incident): string {
  if (priority === ALARM) return `${priority}, an alarm`
  const { evidence, reach, exposure } = priorityParts(assessment, blastRadius, findings)
  if (priorityOf(assessment, blastRadius, findings) !== priority) return String(priority)
  return `${priority}: evidence ${evidence}, reach of ${blastRadius.score} +${reach}, exposure +${exposure}`
}
