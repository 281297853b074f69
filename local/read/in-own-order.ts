import type { Entry } from './read-file.ts'
import { compareTimed, type Timed, timed } from './timed.ts'

/** A file whose times never go back. Records of the same time are sorted, so the last of them wait for the next batch. */
export function inOwnOrder(batches: AsyncGenerator<Entry[]>): () => Promise<readonly Timed[] | undefined> {
  let held: Timed[] = []
  let isOver = false
  return async () => {
    while (!isOver) {
      const next = await batches.next()
      isOver = next.done === true
      for (const entry of next.done === true ? [] : next.value) held.push(timed(entry))
      const last = held.at(-1)?.time
      const cut = isOver ? held.length : held.findLastIndex(({ time }) => time !== last) + 1
      if (cut === 0) continue
      const ready = inOrder(held.slice(0, cut))
      held = held.slice(cut)
      return ready
    }
    return undefined
  }
}

/** Sorts entries, where they are not in order. */
function inOrder(entries: Timed[]): Timed[] {
  const isOrdered = entries.every((entry, at) => at === 0 || compareTimed(entries[at - 1] as Timed, entry) <= 0)
  return isOrdered ? entries : entries.sort(compareTimed)
}
