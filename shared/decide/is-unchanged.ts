import type { Incident } from '../domain/incident.ts'
import { isSameHistory } from '../domain/name-history.ts'
import { isSameStanding } from '../domain/standing.ts'

/** True where a merge changed nothing but how much the identity matters, and to whom. */
export function isBetterKnownAlone(a: Incident, b: Incident): boolean {
  const { criticality: _criticality, owner: _owner, ...before } = a
  const { criticality, owner } = b
  return isUnchanged({ ...before, ...(criticality === undefined ? {} : { criticality }), ...(owner === undefined ? {} : { owner }) }, b)
}

/** True when a merge changed nothing that needs a write. */
export function isUnchanged(a: Incident, b: Incident): boolean {
  return (
    a.state === b.state &&
    a.credentials === b.credentials &&
    a.lineage === b.lineage &&
    a.decision === b.decision &&
    a.owedNotice === b.owedNotice &&
    a.identity === b.identity &&
    a.restriction === b.restriction &&
    a.usual === b.usual &&
    (a.reports?.length ?? 0) === (b.reports?.length ?? 0) &&
    (a.reports ?? []).every((report, at) => report === b.reports?.[at]) &&
    isSameExcepted(a.excepted, b.excepted) &&
    isSameHistory(a.names, b.names) &&
    isSameStanding(a, b) &&
    a.assessment.risk === b.assessment.risk &&
    a.findings.length === b.findings.length &&
    scenesOf(a) === scenesOf(b)
  )
}

function isSameExcepted(a: Incident['excepted'] = [], b: Incident['excepted'] = []): boolean {
  return a.length === b.length && a.every((one, at) => one === b[at])
}

/** In how many scenes its findings were made. */
function scenesOf({ findings }: Incident): number {
  return findings.reduce((sum, { scenes = [] }) => sum + scenes.length, 0)
}
