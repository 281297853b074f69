import { assessmentOf } from '../assessment.ts'
import { axisOf, EvidenceGroup, Finding } from '../finding.ts'
import { type Fields, inEach, inFields, isFields } from '../stored.ts'

/** Detectors whose findings were in a group of 0.2.0 that says less of them: those that say who calls, and those of what nobody can take back. */
const MOVED: ReadonlyMap<unknown, EvidenceGroup> = new Map<unknown, EvidenceGroup>([
  ['caller-identity-from-new-place', 'origin'],
  ['offensive-tool-used', 'origin'],
  ['console-sign-in-guessed', 'origin'],
  ['new-assumer', 'origin'],
  ['suspect-credential-used', 'lineage'],
  ['contained-credential-used', 'lineage'],
  ['backups-destroyed', 'impact'],
  ['data-encrypted-for-ransom', 'impact'],
  ['database-deleted', 'impact'],
  ['destroyed-in-bulk', 'impact'],
  ['domain-transferred', 'impact'],
  ['expiry-shortened', 'impact'],
  ['key-scheduled-for-deletion', 'impact'],
  ['organization-left', 'impact'],
  ['bucket-opened', 'exfiltration'],
  ['data-sent-out', 'exfiltration'],
  ['database-exported', 'exfiltration'],
  ['project-made-public', 'exfiltration'],
  ['snapshot-shared', 'exfiltration'],
  ['traffic-mirrored', 'exfiltration'],
])

/** The group of a finding of 0.2.0: refusals and discovery became one. */
export function currentGroup(detector: unknown, group: unknown): unknown {
  return MOVED.get(detector) ?? (group === 'denial' ? 'discovery' : group)
}

/** A finding of 0.2.0 with its axis. Which fact it rests on was not said, so that it counts by itself. */
export function findingOfVersion2(finding: Fields): Fields {
  const group = currentGroup(finding.detector, finding.group)
  const known = EvidenceGroup.safeParse(group)
  return { ...finding, group, axis: known.success ? axisOf(known.data) : undefined, fact: finding.detector }
}

/** An assessment of 0.2.0, of which both numbers are computed from what it was made of. */
export function assessmentOfVersion2(assessment: Fields): Fields {
  const contributions = inEach(assessment.contributions, (one) => ({ ...one, finding: inFields(one.finding, findingOfVersion2) }))
  const findings = Array.isArray(contributions)
    ? contributions.flatMap((one) => (isFields(one) ? [Finding.safeParse(one.finding).data] : []))
    : []
  const { compromise, harm, unchosen, lasting, familiarity } = assessmentOf(findings.filter((one) => one !== undefined))
  return { ...assessment, contributions, compromise, harm, unchosen, lasting, familiarity }
}
