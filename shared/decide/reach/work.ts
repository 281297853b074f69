import { mostSteps } from '../../domain/glob.ts'
import type { Answer } from './answer.ts'
import type { ConditionContext } from './evaluate-condition.ts'
import type { PlacedStatement } from './read-policies.ts'
import type { ResourceSet } from './resource-set.ts'

/**
 * What may be spent on one identity, in signs of patterns that are compared: some tenths of a second at most. Whoever may write policies can write ones that take
 * minutes, and would keep the rest of the account from being read.
 */
const LIMIT = 20_000_000

/** A sign of a condition is compared with so many of what is known of the call. */
const SIGNS_OF_CALL = 16

/** A question about some resources, and the statements about its action: those of the identity, then those of each limit. */
export interface Question {
  readonly about: readonly string[]
  readonly levels: readonly (readonly PlacedStatement[])[]
  readonly context: ConditionContext
}

/** Each statement has a number, by which questions are compared. */
const NUMBERS = new WeakMap<PlacedStatement, number>()
let latest = 0

/**
 * What is left to spend on one identity, and what was found of it. Most actions are named by the same statements, so most questions are asked once. Each comparison takes
 * from what is left beforehand.
 */
export class Work<Found = unknown> {
  #left = LIMIT
  readonly #rights = new WeakMap<ConditionContext, Map<string, Found>>()
  readonly #conditions = new WeakMap<ConditionContext, Map<unknown, Answer>>()

  get isSpent(): boolean {
    return this.#left <= 0
  }

  /** The answer to a question, found once. */
  once({ about, levels, context }: Question, find: () => Found): Found {
    const key = `${levels.map((level) => level.map(numberOf).join()).join(';')} ${about.join(' ')}`
    return foundOnce(entriesOf(this.#rights, context), key, find)
  }

  /** Whether a condition holds, found once. */
  onceOf(condition: unknown, context: ConditionContext, find: () => Answer): Answer {
    return foundOnce(entriesOf(this.#conditions, context), condition, () => {
      this.#left -= JSON.stringify(condition).length * SIGNS_OF_CALL
      return this.isSpent ? { value: 'unknown', unknown: [] } : find()
    })
  }

  /** Takes what comparing a set of resources with a pattern costs at most. */
  takeForPattern({ patterns, except }: ResourceSet, pattern: string): void {
    for (const one of patterns) {
      this.#left -= mostSteps(one, pattern)
      for (const other of except) this.#left -= mostSteps(one, other)
    }
  }
}

function entriesOf<K, V>(all: WeakMap<ConditionContext, Map<K, V>>, context: ConditionContext): Map<K, V> {
  const known = all.get(context)
  if (known !== undefined) return known
  const made = new Map<K, V>()
  all.set(context, made)
  return made
}

function foundOnce<K, V>(entries: Map<K, V>, key: K, find: () => V): V {
  if (entries.has(key)) return entries.get(key) as V
  const found = find()
  entries.set(key, found)
  return found
}

function numberOf(placed: PlacedStatement): number {
  const known = NUMBERS.get(placed)
  if (known !== undefined) return known
  latest += 1
  NUMBERS.set(placed, latest)
  return latest
}
