import { html } from 'hono/html'
import type { Change } from '../../shared/domain/change.ts'
import type { Incident, IncidentSignal } from '../../shared/domain/incident.ts'
import { leftOutText } from '../../shared/domain/timeline.ts'
import { commandOn } from '../command-name.ts'
import { type Markup, shown, table } from '../page/document.ts'
import type { Room } from './frame.ts'
import { timelineRow } from './reported.ts'
import { runsOf } from './runs.ts'
import { withTeamRows } from './team-rows.ts'

/** Calls and reports on one page. */
const ROWS = 200

/** The timeline of an incident, a page of it, with what people wrote meanwhile. A run of like calls is one row. */
export function timelineSection(
  {
    signals,
    changes,
    part,
    incident,
  }: {
    readonly signals: readonly IncidentSignal[]
    readonly changes: readonly Change[]
    readonly part: number
    readonly incident: Incident
  },
  room: Pick<Room, 'base' | 'options'>,
): Markup {
  const parts = Math.max(1, Math.ceil(signals.length / ROWS))
  const at = Math.min(part, parts - 1)
  const columns = [
    { name: 'At (UTC)', kind: 'time' },
    { name: 'Call or report', kind: 'wide' },
    { name: 'Outcome' },
    { name: 'From' },
    { name: 'Tool' },
    { name: 'Region', kind: 'time' },
    { name: 'Risk', kind: 'number' },
    { name: 'Findings', kind: 'wide' },
  ] as const
  const link = (to: number, text: string) => html`<a href="${room.base}/incidents/${incident.id}?part=${to}#timeline">${text}</a> `
  const leftOut = leftOutText(signals)
  const calls = signals.some(({ reportedBy }) => reportedBy !== undefined) ? 'Calls and reports' : 'Calls'
  const unkept = leftOut === undefined ? '' : html`<p>${shown(leftOut, 400)}.</p>`
  const runs = runsOf(signals.slice(at * ROWS, (at + 1) * ROWS)).map((run) => ({ time: run.first.time, row: timelineRow(run, incident) }))
  const command = commandOn(room, `incidents show ${incident.id}`)
  const span = { first: at === 0 ? undefined : signals[at * ROWS], next: signals[(at + 1) * ROWS] }
  const { rows, note } = withTeamRows(runs, changes, { ...span, command })
  return html`${table(columns, rows, `${calls} ${at * ROWS + 1} to ${Math.min(signals.length, (at + 1) * ROWS)} of ${signals.length}`)}
${note}${unkept}${at > 0 ? link(at - 1, 'Earlier') : ''}${at < parts - 1 ? link(at + 1, 'Later') : ''}`
}
