import { ASSIGNEE_LIMIT, Assignee, type Assignment, assigneeText, assignmentIn, NOBODY } from '../domain/assignment.ts'
import { type Change, chain } from '../domain/change.ts'
import type { Incident } from '../domain/incident.ts'
import { printable } from '../domain/printable.ts'
import { ResponderError } from '../errors.ts'
import type { Versioned } from '../ports/stores.ts'
import { headOf, incidentSubject } from '../record/append.ts'
import { updateIncident } from '../record/update-incident.ts'
import type { CommentPorts } from './comment.ts'
import { findIncident } from './reviewer.ts'

/** Attempts to append to the chain before another writer's entries count as a conflict. */
const APPEND_ATTEMPTS = 8

/** Whom an incident is to be assigned to, by whom. `seen`: the number of the assignment that the person saw, 0 for none; undefined from the command line. */
export interface Assigning {
  /** Null gives it back: nobody works on it then. */
  readonly to: string | null
  readonly by: string
  readonly seen?: number | undefined
}

/**
 * Assigns an incident to somebody, in any state, also a closed one.
 *
 * The entry of the record is written first, under the next number of the chain that was read; the incident takes the assignment of the highest number, so
 * that of two people at once both are in the record and the later one counts. Whoever saw another assignment than the last one is refused. The head of the
 * incident stays, by which a verdict is bound to what its reviewer saw: an assignment decides nothing, and makes no button stale.
 *
 * Throws `usage`, `incident.unknown`, `incident.state` for an archived one, `review.stale` or `record.conflict`.
 */
export async function assign(incidentId: string, { to, by, seen }: Assigning, ports: CommentPorts): Promise<Incident> {
  const assignee = to === null ? null : assigneeIn(to)
  const subject = incidentSubject(incidentId)
  for (let attempt = 0; attempt < APPEND_ATTEMPTS; attempt++) {
    const stored = await findIncident(incidentId, ports)
    if (stored.value.archived !== undefined)
      throw new ResponderError(
        'incident.state',
        `incident ${incidentId} is closed and archived: it is not assigned any more; comment on it`,
      )
    const changes = await ports.record.list(subject)
    const current = assignmentIn(changes)
    // Also where the last run broke off before it wrote the incident.
    if ((current?.to ?? null) === assignee) return current === undefined ? stored.value : (await apply(stored, current, ports)).value
    if (seen !== undefined && seen !== (current?.entry ?? 0))
      throw new ResponderError(
        'review.stale',
        `incident ${incidentId} is assigned to ${assigneeText(current)} since you saw it, by ${printable(current?.by ?? '', 200)}; look at it again`,
      )
    const entry = chain(subject, headOf(changes.at(-1)), entryOf(incidentId, { assignee, by, current, now: ports.clock.now() }))
    if (!(await ports.record.append(entry))) continue
    return (await apply(stored, { to: assignee, by, at: entry.at, entry: entry.number }, ports)).value
  }
  throw new ResponderError(
    'record.conflict',
    `${subject}: ${APPEND_ATTEMPTS} other entries were written first; look at incident ${incidentId} and assign it again`,
  )
}

/** The name in what a person wrote. Throws `usage` where it is none. */
export function assigneeIn(text: string): string {
  const name = text.trim()
  const isName = Assignee.safeParse(name).success && /[\p{L}\p{N}]/u.test(name)
  if (isName && name.toLowerCase() !== NOBODY) return name
  throw new ResponderError(
    'usage',
    name.toLowerCase() === NOBODY
      ? `"${NOBODY}" is no assignee; to give an incident back say --nobody`
      : `an assignee has 1 to ${ASSIGNEE_LIMIT} characters, a letter or digit among them, got ${JSON.stringify(printable(name, 60))}`,
  )
}

function entryOf(
  incidentId: string,
  { assignee, by, current, now }: { assignee: string | null; by: string; current: Assignment | undefined; now: number },
): Pick<Change, 'at' | 'actor' | 'kind' | 'target' | 'from' | 'to' | 'why'> {
  const why = assignee === null ? 'nobody works on it' : assignee === by ? 'works on it' : 'is to work on it'
  const at = new Date(now).toISOString()
  return { at, actor: by, kind: 'assignment', target: `incident:${incidentId}`, from: current?.to ?? null, to: assignee, why }
}

/** Writes an assignment into the incident, unless it has a later one or was archived meanwhile. */
function apply(stored: Versioned<Incident>, assignment: Assignment, { incidents }: CommentPorts): Promise<Versioned<Incident>> {
  const assigned = (incident: Incident) =>
    incident.archived !== undefined || (incident.assignment?.entry ?? 0) >= assignment.entry ? undefined : { ...incident, assignment }
  return updateIncident(stored, assigned, incidents)
}
