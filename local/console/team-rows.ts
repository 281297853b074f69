import { html } from 'hono/html'
import { assigneeText } from '../../shared/domain/assignment.ts'
import type { Change } from '../../shared/domain/change.ts'
import { isForPeople } from '../../shared/domain/comment.ts'
import type { IncidentSignal } from '../../shared/domain/incident.ts'
import { type Cell, shown } from '../page/document.ts'
import { moment } from '../render/style.ts'
import { commentText } from './team-section.ts'

/** A row of the timeline with its time (epoch ms). */
export interface TimedRow {
  readonly time: number
  readonly row: readonly Cell[]
}

/** Rows of calls with the assignments and comments in between that are of one page of the timeline: from its first call on, until the next page's first. */
export function withTeamRows(
  rows: readonly TimedRow[],
  changes: readonly Change[],
  { first, next }: { readonly first: IncidentSignal | undefined; readonly next: IncidentSignal | undefined },
): (readonly Cell[])[] {
  const ofPeople = changes
    .filter(isForPeople)
    .map((change) => ({ time: Date.parse(change.at), row: teamRow(change) }))
    .filter(({ time }) => (first === undefined || time >= first.time) && (next === undefined || time < next.time))
  // Sorting is stable: of the same time, the call comes first.
  return [...rows, ...ofPeople].sort((a, b) => a.time - b.time).map(({ row }) => row)
}

function teamRow({ at, kind, actor, to }: Change): readonly Cell[] {
  const said =
    kind === 'comment'
      ? html`<strong>comment</strong> by ${shown(actor, 120)}${commentText({ text: String(to) })}`
      : html`<strong>assigned</strong> to ${assigneeText({ to: typeof to === 'string' ? to : null })} by ${shown(actor, 120)}`
  return [moment(Date.parse(at)), said, '', '', '', '', '', '']
}
