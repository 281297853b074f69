import { ResponderError } from '../../shared/errors.ts'

/** Time as a drill sees it. `stop` is aborted where the person interrupts it. */
export interface DrillTime {
  now(): number
  wait(ms: number): Promise<void>
  readonly stop: AbortSignal
}

/** How often is looked. What happened in between is seen so much later at most. */
export const LOOK_EVERY_MS = 1000

/** Looks until there is something, at once and then every second; undefined where there is nothing after `limitMs`. Throws `declined` where the person stops it. */
export async function watch<T>(look: () => Promise<T | undefined>, limitMs: number, time: DrillTime): Promise<T | undefined> {
  const until = time.now() + limitMs
  for (;;) {
    if (time.stop.aborted) throw new ResponderError('declined', 'the drill was interrupted')
    const found = await look()
    if (found !== undefined) return found
    if (time.now() >= until) return undefined
    await time.wait(LOOK_EVERY_MS)
  }
}
