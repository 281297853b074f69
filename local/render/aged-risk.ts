import { countedAt } from '../../shared/decide/correlate.ts'
import { counted } from '../../shared/domain/counted.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { decidedRisk } from '../../shared/domain/reasons.ts'

type Aged = Pick<Incident, 'id' | 'findings' | 'assessment' | 'decision' | 'updatedAt'>

/** The most incidents that the sentence names. */
const NAMED = 3

/** Why the risk of some incidents is lower than at their decision, in one sentence; undefined where no finding of them ceased to count. */
export function agedRiskNote(incidents: readonly Aged[]): string | undefined {
  const fallen = incidents.flatMap((incident) => {
    const decided = decidedRisk(incident)
    return decided !== undefined && decided > incident.assessment.risk && hasAged(incident) ? [`${decided} for ${incident.id}`] : []
  })
  if (fallen.length === 0) return undefined
  const more = fallen.length > NAMED ? `, and higher for ${counted(fallen.length - NAMED, 'other')}` : ''
  return `A finding counts towards the risk for 24 hours, unless it is confirmed or an exposure. At the decision the risk was ${fallen.slice(0, NAMED).join(', ')}${more}.`
}

/** True where a finding of the incident is too old to count at the time of the latest one that does. */
function hasAged({ findings, assessment, updatedAt }: Aged): boolean {
  const latest =
    assessment.contributions.length === 0 ? updatedAt : Math.max(...assessment.contributions.map(({ finding }) => finding.time))
  return countedAt(findings, latest).length < findings.length
}
