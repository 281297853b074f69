/**
 * Counts the steps of matching that something may still cost. Whoever writes policies can write ones that take minutes to evaluate, so whoever evaluates them pays for
 * each step and stops where nothing is left: what is not worked out by then is not known.
 */
export class Meter {
  #left: number

  constructor(limit: number) {
    this.#left = limit
  }

  get left(): number {
    return this.#left
  }

  /** True where nothing is left: no answer that is found from here on is one. */
  get isSpent(): boolean {
    return this.#left <= 0
  }

  take(steps: number): void {
    this.#left -= steps
  }

  /** Gives up what is left, as when the time for it is over. */
  spend(): void {
    this.#left = 0
  }
}

/** For what nobody outside can make long. */
export const UNLIMITED = new Meter(Number.POSITIVE_INFINITY)
