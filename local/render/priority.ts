import type { Incident } from '../../shared/domain/incident.ts'
import { printable } from '../../shared/domain/printable.ts'
import { ALARM, priorityOf, priorityParts } from '../../shared/domain/priority.ts'
import { standingText } from '../../shared/domain/standing.ts'

/** The most reasons of a blast radius that are printed; `--json` gives all. */
const REASONS = 4

/** How much the identity could do, by what that is known, and the gravest reasons. */
export function blastRadiusText({ blastRadius: { score, basis, reasons } }: Incident): string {
  const more = reasons.length > REASONS ? `, and ${reasons.length - REASONS} more` : ''
  return `${score} by ${basis}${reasons.length > 0 ? `: ${printable(reasons.slice(0, REASONS).join(', '), 400)}${more}` : ''}`
}

/** What the priority is made of. One that was stored by another formula has no parts here. */
export function priorityText(incident: Incident): string {
  const { priority, blastRadius } = incident
  if (priority === ALARM) return `${priority}, an alarm`
  const { evidence, reach, exposure, criticality } = priorityParts(incident)
  if (priorityOf(incident) !== priority) return String(priority)
  return `${priority}: evidence ${evidence}, reach of ${blastRadius.score} +${reach}, exposure +${exposure}, criticality +${criticality}`
}

/** Rows of whose an identity is and why it matters, as far as that is known. */
export function standingRows(incident: Incident): string[][] {
  const criticality = standingText(incident)
  return [
    ...(incident.owner === undefined ? [] : [['owner', printable(incident.owner, 120)]]),
    ...(criticality === undefined ? [] : [['critical', criticality]]),
  ]
}
