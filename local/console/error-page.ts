import { html } from 'hono/html'
import type { Page, Room } from './frame.ts'
import { typedLine } from './typed-line.ts'

/** The page that says what went wrong. */
export function errorPage(text: string, room: Pick<Room, 'base' | 'options'>): Page {
  return {
    title: 'That did not work',
    body: html`<p class="note bad" role="alert">${typedLine(text, room)}</p><p>Go back, or look at <a href="${room.base}/">the open incidents</a>.</p>`,
  }
}

/** The HTTP status of each error that a reader can act on. 409: look at the incident as it is now, and decide again. */
export const STATUS: Readonly<Record<string, 400 | 404 | 409 | 503>> = {
  'incident.unknown': 404,
  'pattern.unknown': 404,
  'incident.state': 409,
  'incident.conflict': 409,
  'identity.conflict': 409,
  'review.forbidden': 409,
  'review.stale': 409,
  'review.second': 409,
  'record.conflict': 409,
  'store.unavailable': 503,
  usage: 400,
}
