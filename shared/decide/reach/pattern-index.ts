import { iamGlobs } from '../../domain/glob.ts'

/** Who has a right, by the patterns of what it may be about, so that each need not be asked about each resource. */
export class PatternIndex<T> {
  readonly #exact = new Map<string, Set<T>>()
  readonly #globs = new Map<string, Set<T>>()

  add(patterns: readonly string[], one: T): void {
    for (const pattern of patterns) {
      const index = /[*?$]/.test(pattern) ? this.#globs : this.#exact
      const known = index.get(pattern)
      if (known === undefined) index.set(pattern, new Set([one]))
      else known.add(one)
    }
  }

  /** Who may have the right to a resource. Those for whom `isDone` are left out, for good. */
  *of(resource: string, isDone: (one: T) => boolean): Iterable<T> {
    yield* left(this.#exact.get(resource), isDone)
    for (const [pattern, those] of this.#globs) {
      if (those.size === 0) this.#globs.delete(pattern)
      else if (iamGlobs(pattern.replace(/\$\{[^}]*\}/g, '*'), resource)) yield* left(those, isDone)
    }
  }
}

function* left<T>(those: Set<T> | undefined, isDone: (one: T) => boolean): Iterable<T> {
  for (const one of those ?? []) {
    if (isDone(one)) those?.delete(one)
    else yield one
  }
}
