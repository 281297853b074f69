import type { Change } from '../domain/change.ts'
import type { Incident } from '../domain/incident.ts'
import { standingSteps } from './contain/progress.ts'
import { printable } from './notify.ts'

/** Says in words why an incident is one and what was done about it. An explanation is plain text; each line is clipped. */
export type ExplainIncident = (incident: Incident, changes: readonly Change[]) => Promise<readonly string[]>

/** Explains by what is known and nothing else: each finding with its share, the decision with its reasons, what was done. */
export const explainByFacts: ExplainIncident = async (incident, changes) => {
  const { assessment, blastRadius, decision, identity } = incident
  const steps = standingSteps(changes).filter(({ isDone }) => isDone)
  const opinion = assessment.opinion?.kind === 'answered' ? `; the advisor moved it by ${assessment.opinion.shift}` : ''
  return [
    `${identity.kind} ${printable(identity.name, 64)} has risk ${assessment.risk} of 100 (${assessment.baseRisk} by the findings${opinion}).`,
    ...[...assessment.contributions]
      .sort((a, b) => b.share - a.share)
      .map(({ finding, share }) => `+${share.toFixed(1)} ${finding.title} (${finding.technique}): ${printable(finding.reason, 120)}`),
    `It could do this much: ${blastRadius.score} of 100 by ${blastRadius.basis}${blastRadius.reasons.map((reason) => `; ${printable(reason, 80)}`).join('')}.`,
    `Decision: ${decision.action}. ${decision.why.map((line) => printable(line, 160)).join('; ')}.`,
    steps.length === 0 ? 'Nothing is contained.' : `Contained: ${steps.map(({ target }) => printable(target, 120)).join('; ')}.`,
  ]
}
