/** Time that passes only when everything waits for it. Milliseconds. */
export interface VirtualTime {
  now(): number
  sleep(ms: number): Promise<void>
  /** Lets time pass until `isDone`, or until nothing waits any more. */
  run(isDone: () => boolean): Promise<void>
}

interface Sleeper {
  readonly at: number
  readonly order: number
  wake(): void
}

/** A discrete-event clock that starts at `start` (epoch ms). What is woken at the same time is woken in the order in which it fell asleep. */
export function virtualTime(start: number): VirtualTime {
  let now = start
  let order = 0
  const sleepers = heap<Sleeper>((a, b) => a.at - b.at || a.order - b.order)
  return {
    now: () => now,
    sleep: (ms) => new Promise((wake) => sleepers.push({ at: now + Math.max(0, ms), order: order++, wake })),
    async run(isDone) {
      for (;;) {
        // Everything that follows from what was woken has happened when this callback is run.
        await new Promise((resolve) => setImmediate(resolve))
        if (isDone()) return
        const next = sleepers.pop()
        if (next === undefined) return
        now = next.at
        next.wake()
      }
    },
  }
}

/** A binary heap: `pop` takes the least. */
export function heap<T>(compare: (a: T, b: T) => number): {
  push(item: T): void
  pop(): T | undefined
  peek(): T | undefined
  readonly size: () => number
} {
  const items: T[] = []
  const isLess = (a: number, b: number) => compare(items[a] as T, items[b] as T) < 0
  const swap = (a: number, b: number) => {
    const item = items[a] as T
    items[a] = items[b] as T
    items[b] = item
  }
  return {
    size: () => items.length,
    peek: () => items[0],
    push(item) {
      let at = items.push(item) - 1
      for (let up = (at - 1) >> 1; at > 0 && isLess(at, up); up = (at - 1) >> 1) {
        swap(at, up)
        at = up
      }
    },
    pop() {
      const least = items[0]
      const last = items.pop()
      if (items.length === 0 || last === undefined) return least
      items[0] = last
      for (let at = 0; ; ) {
        const left = 2 * at + 1
        if (left >= items.length) return least
        const child = left + 1 < items.length && isLess(left + 1, left) ? left + 1 : left
        if (!isLess(child, at)) return least
        swap(at, child)
        at = child
      }
    },
  }
}

/** Numbers from 0 up to 1 by a seed, the same in each run (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
