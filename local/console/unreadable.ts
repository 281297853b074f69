import type { UnreadableItem } from '../../shared/errors.ts'
import type { OnUnreadable } from '../../shared/ports/stores.ts'

/** What cannot be read, for the page to say it at its top. */
export function collected(): { unreadable: UnreadableItem[]; onUnreadable: OnUnreadable } {
  const unreadable: UnreadableItem[] = []
  return { unreadable, onUnreadable: (item) => unreadable.push(item) }
}

/** The pulse only says whether there is something new: the page itself tells what cannot be read. */
export const toldOnThePage: OnUnreadable = () => {}
