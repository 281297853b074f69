import { findingUid } from './finding-id.ts'
import type { Incident } from './incident.ts'
import { partyOf, type ReportingSource } from './report.ts'

/** Another incident about which a finding of this one is too. `what` is the finding in words; text of parties stands in it as it is. */
export interface SameFinding {
  readonly incident: Incident
  readonly what: string
}

type Reported = Pick<Incident, 'reports' | 'findings'>

/**
 * The incidents, of some, that one report made as well: an attack sequence of GuardDuty names several identities, and each has an incident of its own. In the order of
 * `incidents`. A report is known by its party and by the id that it has there, whichever way it came.
 */
export function sameFindings(incident: Pick<Incident, 'id'> & Reported, incidents: readonly Incident[]): readonly SameFinding[] {
  const own = reportsOf(incident)
  if (own.size === 0) return []
  return incidents.flatMap((other) => {
    if (other.id === incident.id) return []
    const shared = [...reportsOf(other).keys()].find((key) => own.has(key))
    return shared === undefined ? [] : [{ incident: other, what: own.get(shared) ?? '' }]
  })
}

/** One sentence for each such incident. Names are text of others. */
export function sameFindingLines(found: readonly SameFinding[]): string[] {
  return found.map(
    ({ incident: { id, identity, state }, what }) =>
      `the same report (${what}) is also in incident ${id}: ${identity.kind} ${identity.name}, ${state}`,
  )
}

/** True where reports of a kind are about several identities, so that others may have an incident of the same. */
export function isAboutSeveral({ reports = [] }: Pick<Incident, 'reports'>): boolean {
  return reports.some(({ source, type }) => source === 'guardduty' && type.startsWith('AttackSequence:'))
}

/** What parties reported of an incident, by party and id. Of each kind an incident keeps the earliest report and the strongest finding, so both are looked at. */
function reportsOf({ reports = [], findings }: Reported): ReadonlyMap<string, string> {
  const key = (source: ReportingSource, id: string) => `${source} ${findingUid(id)}`
  return new Map([
    ...findings.flatMap(({ reportedBy, signalId, title }) =>
      reportedBy === undefined ? [] : [[key(reportedBy, signalId), `${partyOf(reportedBy)}: ${title}`] as const],
    ),
    ...reports.map(({ source, id, type, grade }) => [key(source, id), `${partyOf(source)}: ${grade ?? type}`] as const),
  ])
}
