import type { InventoryPorts } from '../ports/last-used.ts'
import type { ReachPorts } from '../ports/reach.ts'
import { inventory } from './inventory.ts'
import { inventoryReach } from './inventory-reach.ts'

/** What of the time reach may take. Most accounts need some seconds, and what is left is for last-used data. */
const REACH_SHARE = 0.4

/** What of the time is used: a question to IAM that was begun is answered in the rest. */
const USED_SHARE = 0.9

/**
 * Takes both inventories in the time that is left: what identities could break, then what they used last. Each is taken whatever becomes of the other, and has a part of the
 * time that the other cannot take. Reach comes first, because whoever has many identities used keeps IAM answering until the end of the night's time.
 */
export async function runInventories(
  { lastUsed, reach }: { readonly lastUsed: InventoryPorts; readonly reach: ReachPorts },
  remainingMs: number,
): Promise<void> {
  const start = lastUsed.clock.now()
  const time = remainingMs * USED_SHARE
  const [reached] = await Promise.allSettled([inventoryReach(reach, start + time * REACH_SHARE)])
  const [used] = await Promise.allSettled([inventory(lastUsed, start + time)])
  for (const one of [reached, used]) if (one.status === 'rejected') throw one.reason
}
