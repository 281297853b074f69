import { commentsIn } from '../../shared/domain/comment.ts'
import { sameFindings } from '../../shared/domain/same-finding.ts'
import { ResponderError } from '../../shared/errors.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { containmentOrderIn, readNotices, withNotices } from '../../shared/record/orders.ts'
import { commandOn } from '../command-name.ts'
import { renderChanges } from '../render/changes.ts'
import { renderComments } from '../render/comments.ts'
import { renderIncident } from '../render/incident.ts'
import { jsonText } from '../render/json-text.ts'
import { nextCommands } from '../render/next-commands.ts'
import { overrideLines } from '../render/override.ts'
import type { Paint } from '../render/style.ts'
import { renderTimeline } from '../render/timeline.ts'
import { wrapText } from '../render/wrap.ts'
import type { Target } from '../target.ts'
import { tellUnreadable } from '../tell-unreadable.ts'
import { LIST_LIMIT, notesOf } from './incidents.ts'

/** One incident in full: contributions, timeline, changes. */
export async function showIncident(
  target: Target,
  id: string,
  { isJson, paint, width }: { isJson: boolean; paint: Paint; width?: number | undefined },
): Promise<string> {
  const [stored, signals, changes, notices] = await Promise.all([
    target.incidents.get(id),
    target.incidents.signals(id, tellUnreadable),
    target.record.list(incidentSubject(id)),
    readNotices(id, target.record, tellUnreadable),
  ])
  if (stored === undefined)
    throw new ResponderError(
      'incident.unknown',
      `no incident ${id} in ${target.name}; \`${commandOn(target, 'incidents')}\` lists the open ones`,
    )
  const { value: incident } = stored
  // One report may be about several identities, each of which has an incident of its own.
  const among = incident.reports === undefined ? [] : await target.incidents.listOpen(LIST_LIMIT, tellUnreadable)
  const sameReport = sameFindings(incident, among).map((one) => one.incident.id)
  if (isJson)
    return jsonText({
      incident,
      signals,
      changes,
      comments: commentsIn(changes),
      notices,
      ...(sameReport.length === 0 ? {} : { sameReport }),
    })
  const next = nextCommands(incident, changes, { target, paint, width })
  const told = [
    ...(await overrideLines(target)),
    renderIncident(incident, paint, {
      options: target.options,
      signals,
      changes,
      among,
      order: await containmentOrderIn(id, changes, target.record),
      width,
    }),
    '',
    ...renderComments(changes, paint),
    renderTimeline(incident, signals, paint, width),
    '',
    renderChanges(withNotices(changes, notices), paint, width),
    ...notesOf(target).map((note) => `  ${note}`),
    ...next,
  ]
  return wrapText(told.join('\n'), width)
}
