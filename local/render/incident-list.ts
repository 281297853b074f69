import { accountText } from '../../shared/domain/account-name.ts'
import { shortAssignee } from '../../shared/domain/assignment.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { printable } from '../../shared/domain/printable.ts'
import { reasonsOf } from '../../shared/domain/reasons.ts'
import { moment } from './style.ts'
import { type Column, table } from './table.ts'

const LIST_COLUMNS: readonly Column[] = [
  { name: 'PRIORITY', align: 'right', worth: 3 },
  { name: 'ID' },
  { name: 'STATE' },
  { name: 'RISK', align: 'right', worth: 2 },
  { name: 'WHO', isText: true, least: 12 },
  { name: 'OWNER', isText: true, least: 10, worth: 4 },
  { name: 'ASSIGNED', isText: true, least: 8, worth: 4 },
  { name: 'SINCE (UTC)', worth: 1 },
  { name: 'FIRST REASON', isText: true, worth: 5 },
]

/** Incidents as a list, one a line, or folded to `width`. */
export function renderList(incidents: readonly Incident[], width?: number): string {
  const isOwned = incidents.some(({ owner }) => owner !== undefined)
  const isAssigned = incidents.some(({ assignment }) => typeof assignment?.to === 'string')
  const who = whoIn(incidents)
  const rows = incidents.map((incident) => [
    String(incident.priority),
    incident.id,
    incident.state,
    String(incident.assessment.risk),
    printable(who(incident), 112),
    ...(isOwned ? [printable(incident.owner ?? '', 24)] : []),
    ...(isAssigned ? [shortAssignee(incident.assignment, 24)] : []),
    moment(incident.openedAt),
    printable(reasonsOf(incident).contributions[0]?.finding.title ?? '', 50),
  ])
  return table(
    LIST_COLUMNS.filter(({ name }) => (isOwned || name !== 'OWNER') && (isAssigned || name !== 'ASSIGNED')),
    rows,
    { width },
  )
}

/** The name of each incident's identity, with its account where a list has several: two may have somebody of one name. */
export function whoIn(incidents: readonly Incident[]): (incident: Incident) => string {
  const isOfSeveral = new Set(incidents.map(({ identity }) => identity.account)).size > 1
  return (incident) => {
    const { name, account } = incident.identity
    const place = account === 'unknown' ? 'an unknown account' : accountText(incident)
    return isOfSeveral ? `${printable(name, 40)} of ${place}` : name
  }
}
