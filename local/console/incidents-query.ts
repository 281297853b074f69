import * as z from 'zod'
import { type Incident, IncidentState } from '../../shared/domain/incident.ts'
import { byPriority } from '../../shared/domain/priority.ts'
import { isAssignedTo } from './assignee-filter.ts'

/** The orders of the list. */
export const ORDERS = ['priority', 'risk', 'newest', 'oldest'] as const

/** What the list of incidents is asked for by its address. What is none of the values counts as not said, so that an old link still shows a list. */
export const IncidentsQuery = z.object({
  q: z.string().trim().max(200).catch('').default(''),
  state: IncidentState.or(z.literal('')).catch('').default(''),
  assignee: z.string().trim().max(200).catch('').default(''),
  order: z.enum(ORDERS).catch('priority').default('priority'),
  all: z.literal('1').or(z.literal('')).catch('').default(''),
  /** With 1, every incident that may be dismissed is ticked. */
  ticked: z.literal('1').or(z.literal('')).catch('').default(''),
})
export type IncidentsQuery = z.infer<typeof IncidentsQuery>

const COMPARED: Readonly<Record<IncidentsQuery['order'], (a: Incident, b: Incident) => number>> = {
  priority: byPriority,
  risk: (a, b) => b.assessment.risk - a.assessment.risk || byPriority(a, b),
  newest: (a, b) => b.openedAt - a.openedAt,
  oldest: (a, b) => a.openedAt - b.openedAt,
}

/** The incidents that hold every word of the query, of the state and the assignee and in the order that it names. Words are looked for in who, whose, who works on it, credentials, findings and ids, without regard to case. */
export function matching(incidents: readonly Incident[], { q, state, assignee, order }: IncidentsQuery): readonly Incident[] {
  const words = q
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  return incidents
    .filter((incident) => state === '' || incident.state === state)
    .filter((incident) => isAssignedTo(incident, assignee))
    .filter((incident) => {
      const text = textOf(incident)
      return words.every((word) => text.includes(word))
    })
    .toSorted(COMPARED[order])
}

function textOf({ id, identity, owner, assignment, credentials, findings, lineage, state }: Incident): string {
  const found = findings.flatMap(({ detector, title, technique }) => [detector, title, technique])
  const parts = [
    id,
    identity.id,
    identity.name,
    identity.kind,
    owner ?? '',
    assignment?.to ?? '',
    state,
    ...found,
    ...lineage.map((edge) => edge.id),
  ]
  return [...parts, ...credentials.map((credential) => credential.id)].join('\n').toLowerCase()
}

/** A query as it stands in an address. */
export function addressOf(query: IncidentsQuery): string {
  return new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString()
}
