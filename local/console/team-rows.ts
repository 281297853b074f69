import { html } from 'hono/html'
import { assigneeText } from '../../shared/domain/assignment.ts'
import type { Change } from '../../shared/domain/change.ts'
import { isForPeople } from '../../shared/domain/comment.ts'
import type { IncidentSignal } from '../../shared/domain/incident.ts'
import { type Cell, type Markup, shown } from '../page/document.ts'
import { moment } from '../render/style.ts'
import { latest } from './latest.ts'
import { commentText } from './team-section.ts'

/** A row of the timeline with its time (epoch ms). */
export interface TimedRow {
  readonly time: number
  readonly row: readonly Cell[]
}

/** The most assignments and comments on one page of the timeline, the latest of it: each has up to 9 KB as HTML. */
const ROWS = 30

/**
 * Rows of calls with the latest assignments and comments in between that are of one page of the timeline: from its first call on, until the next page's
 * first. `note`: how many there are, where there are more.
 */
export function withTeamRows(
  rows: readonly TimedRow[],
  changes: readonly Change[],
  {
    first,
    next,
    command,
  }: { readonly first: IncidentSignal | undefined; readonly next: IncidentSignal | undefined; readonly command: string },
): { readonly rows: readonly (readonly Cell[])[]; readonly note: Markup | '' } {
  const ofPeople = changes
    .filter(isForPeople)
    .map((change) => ({ time: Date.parse(change.at), change }))
    .filter(({ time }) => (first === undefined || time >= first.time) && (next === undefined || time < next.time))
  const { items, note } = latest(ofPeople, { most: ROWS, of: 'comments and assignments of this time', command })
  const teamRows = items.map(({ time, change }) => ({ time, row: teamRow(change) }))
  // Sorting is stable: of the same time, the call comes first.
  return { rows: [...rows, ...teamRows].sort((a, b) => a.time - b.time).map(({ row }) => row), note }
}

function teamRow({ at, kind, actor, to }: Change): readonly Cell[] {
  const said =
    kind === 'comment'
      ? html`<strong>comment</strong> by ${shown(actor, 120)}${commentText({ text: String(to) })}`
      : html`<strong>assigned</strong> to ${assigneeText({ to: typeof to === 'string' ? to : null })} by ${shown(actor, 120)}`
  return [moment(Date.parse(at)), said, '', '', '', '', '', '']
}
