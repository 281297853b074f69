import type { Change, ChangeKind } from '../../domain/change.ts'
import type { Incident } from '../../domain/incident.ts'
import type { IncidentWithChanges } from './incident-with-changes.ts'

/** A labelled count. */
export interface Counted {
  readonly what: string
  readonly count: number
}

/** Counts by function of the NIST Cybersecurity Framework 2.0. https://doi.org/10.6028/NIST.CSWP.29 */
export interface CsfFunctions {
  readonly Govern: readonly Counted[]
  readonly Identify: readonly Counted[]
  readonly Protect: readonly Counted[]
  readonly Detect: readonly Counted[]
  readonly Respond: readonly Counted[]
  readonly Recover: readonly Counted[]
}

/** Counts incidents, record entries and policy revisions of a period, by function of the NIST CSF 2.0. */
export function countByCsfFunction(within: readonly IncidentWithChanges[], policyChanges: readonly Change[]): CsfFunctions {
  const incidents = within.map(({ incident }) => incident)
  const entries = (kind: ChangeKind) =>
    within.reduce((sum, { changes }) => sum + changes.filter((change) => change.kind === kind).length, 0)
  const countIncidents = (test: (incident: Incident) => boolean) => incidents.filter(test).length
  const distinct = (values: readonly string[]) => new Set(values).size
  return {
    Govern: [
      { what: 'revisions of the policy put in force', count: policyChanges.length },
      {
        what: 'of these by the responder itself, tightening',
        count: policyChanges.filter(({ actor }) => actor === 'countersign:learn').length,
      },
      { what: 'of these with an override of every mode', count: policyChanges.filter(({ to }) => hasOverride(to)).length },
    ],
    Identify: [
      { what: 'identities with an incident', count: distinct(incidents.map(({ identity }) => identity.id)) },
      {
        what: 'incidents whose blast radius is known by policies',
        count: countIncidents(({ blastRadius }) => blastRadius.basis === 'policies'),
      },
      {
        what: 'credentials and resources that suspects created (lineage)',
        count: incidents.reduce((sum, { lineage }) => sum + lineage.length, 0),
      },
    ],
    Protect: [
      {
        what: 'containments that the policy reduced to a weaker action',
        count: countIncidents(({ decision }) => decision.would === 'contain' && decision.action !== 'contain'),
      },
      {
        what: 'incidents with a suppression, so that the same evidence does not contain again',
        count: countIncidents(({ suppression }) => suppression !== undefined),
      },
    ],
    Detect: [
      { what: 'incidents opened', count: incidents.length },
      {
        what: 'detectors that found something',
        count: distinct(incidents.flatMap(({ findings }) => findings.map(({ detector }) => detector))),
      },
      { what: 'confirmed by AWS or another party', count: countIncidents(({ assessment }) => assessment.isConfirmed) },
    ],
    Respond: [
      { what: 'incidents restricted', count: countIncidents(({ restrictedAt }) => restrictedAt !== undefined) },
      { what: 'incidents contained', count: countIncidents(({ containedAt }) => containedAt !== undefined) },
      { what: 'steps of containment done', count: entries('step-done') },
      { what: 'steps that failed', count: entries('step-failed') },
      { what: 'steps that somebody reversed and contain applied again', count: entries('step-reversed') },
      { what: 'incidents escalated because nobody answered', count: countIncidents(({ escalatedAt }) => escalatedAt !== undefined) },
      { what: 'verdicts and orders of people', count: entries('verdict') },
    ],
    Recover: [
      { what: 'incidents released', count: countIncidents(({ state }) => state === 'released') },
      { what: 'steps undone', count: entries('step-undone') },
      { what: 'keys rotated and delivered', count: entries('rotation-delivered') },
    ],
  }
}

function hasOverride(policy: unknown): boolean {
  return typeof policy === 'object' && policy !== null && (policy as { override?: unknown }).override !== undefined
}
