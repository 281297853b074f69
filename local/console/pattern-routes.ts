import type { Hono, MiddlewareHandler } from 'hono'
import { listPatterns } from '../../shared/record/patterns.ts'
import { revoke } from '../commands/patterns.ts'
import type { Target } from '../target.ts'
import type { Framing, Page, Room } from './frame.ts'
import { patternsPage, RevokeForm } from './patterns-page.ts'
import { readForm } from './read-form.ts'
import { collected } from './unreadable.ts'

/** What the routes need of the console: `whole` frames a page, `limited` refuses a form that is too large. */
export interface RouteParts {
  readonly target: Target
  readonly room: Room
  readonly whole: (page: Page, place: string, unreadable?: Framing['unreadable']) => Promise<string>
  readonly limited: MiddlewareHandler
}

/** Adds the page of accepted patterns, and the form that revokes one. */
export function addPatternRoutes(app: Hono, { target, room, whole, limited }: RouteParts): void {
  app.get('/patterns', async (context) => {
    const { unreadable, onUnreadable } = collected()
    const patterns = await listPatterns(target.record, onUnreadable)
    const isDone = !room.isReadOnly && context.req.query('said') === 'done'
    return context.html(whole(patternsPage({ patterns, isDone, now: target.clock.now() }, room), '/patterns', unreadable))
  })
  app.post('/patterns/:id/revoke', limited, async (context) => {
    const { reason } = readForm(RevokeForm, await context.req.parseBody())
    await revoke(target, context.req.param('id'), reason)
    return context.redirect(`${room.base}/patterns?said=done`, 303)
  })
}
