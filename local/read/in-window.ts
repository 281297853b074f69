import type { Entry } from './read-file.ts'
import { compareTimed, type Timed, timed } from './timed.ts'

/** A stream in the order of time, as far as what may be held of it goes (bytes of text): each time, the earlier half is passed on. */
export function inWindow(batches: AsyncGenerator<Entry[]>, heldBytes: number): () => Promise<readonly Timed[] | undefined> {
  let held: Timed[] = []
  let bytes = 0
  return async () => {
    let isOver = false
    while (bytes <= heldBytes && !isOver) {
      const next = await batches.next()
      isOver = next.done === true
      for (const entry of next.done === true ? [] : next.value) {
        held.push(timed(entry))
        bytes += entry.bytes
      }
    }
    if (held.length === 0) return undefined
    held.sort(compareTimed)
    const ready = isOver ? held : held.slice(0, Math.max(1, held.length >> 1))
    held = isOver ? [] : held.slice(ready.length)
    for (const entry of ready) bytes -= entry.bytes
    return ready
  }
}
