import { iamGlobs } from '../../domain/glob.ts'
import { Meter } from '../../domain/meter.ts'

/** Those who have a pattern with wildcards, and what may still be spent on comparing it. */
interface Those<T> {
  readonly all: Set<T>
  meter: Meter
}

/** Who has a right, by the patterns of what it may be about, so that each need not be asked about each resource. */
export class PatternIndex<T> {
  readonly #exact = new Map<string, Set<T>>()
  readonly #globs = new Map<string, Those<T>>()

  /** How many patterns have wildcards. */
  get patterns(): number {
    return this.#globs.size
  }

  add(patterns: readonly string[], one: T): void {
    for (const pattern of patterns) {
      if (!/[*?$]/.test(pattern)) {
        const known = this.#exact.get(pattern)
        if (known === undefined) this.#exact.set(pattern, new Set([one]))
        else known.add(one)
        continue
      }
      // A variable may stand for anything.
      const glob = pattern.replace(/\$\{[^}]*\}/g, '*')
      const known = this.#globs.get(glob)
      if (known === undefined) this.#globs.set(glob, { all: new Set([one]), meter: new Meter(Number.POSITIVE_INFINITY) })
      else known.all.add(one)
    }
  }

  /** Sets what may be spent on each pattern, in steps of matching. A pattern of which nothing is left counts as matching everything. */
  limit(steps: number): void {
    for (const those of this.#globs.values()) those.meter = new Meter(steps)
  }

  /** Who may have the right to a resource. Those for whom `isDone` are left out, for good. */
  *of(resource: string, isDone: (one: T) => boolean): Iterable<T> {
    yield* left(this.#exact.get(resource), isDone)
    for (const [pattern, { all, meter }] of this.#globs) {
      if (all.size === 0) this.#globs.delete(pattern)
      else if (meter.isSpent || iamGlobs(pattern, resource, meter) || meter.isSpent) yield* left(all, isDone)
    }
  }
}

function* left<T>(those: Set<T> | undefined, isDone: (one: T) => boolean): Iterable<T> {
  for (const one of those ?? []) {
    if (isDone(one)) those?.delete(one)
    else yield one
  }
}
