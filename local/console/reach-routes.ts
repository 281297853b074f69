import type { Hono } from 'hono'
import { principalIn } from '../../shared/domain/arn.ts'
import type { StoredReach } from '../../shared/domain/stored-reach.ts'
import { UnreadableItem } from '../../shared/errors.ts'
import type { OnUnreadable } from '../../shared/ports/stores.ts'
import type { Target } from '../target.ts'
import type { RouteParts } from './pattern-routes.ts'
import { reachPage } from './reach-page.ts'
import { collected } from './unreadable.ts'

/** Adds the page of what the identities of the account could break. */
export function addReachRoutes(app: Hono, { target, room, whole }: RouteParts): void {
  app.get('/reach', async (context) => {
    const { unreadable, onUnreadable } = collected()
    const found: StoredReach[] = []
    const { reach } = target
    const unread = (key: string) => onUnreadable(new UnreadableItem(key, 'it is no reach'))
    if (reach !== undefined) for await (const one of reach.store.list(reach.account, unread)) found.push(one)
    return context.html(whole(reachPage(found, room), '/reach', unreadable))
  })
}

/** What one identity could break; undefined where that is not known. */
export async function reachOf(id: string, { reach }: Pick<Target, 'reach'>, onUnreadable: OnUnreadable): Promise<StoredReach | undefined> {
  try {
    return await reach?.store.read({ id, account: principalIn(id)?.account ?? reach.account })
  } catch (cause) {
    if (!(cause instanceof UnreadableItem)) throw cause
    onUnreadable(cause)
    return undefined
  }
}
