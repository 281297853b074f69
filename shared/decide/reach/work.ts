import { mostSteps } from '../../domain/glob.ts'
import type { Statement } from '../../domain/iam-policy.ts'
import { Meter } from '../../domain/meter.ts'
import type { Answer } from './answer.ts'
import { type ConditionContext, conditionHolds } from './evaluate-condition.ts'
import { passingTo } from './holder-context.ts'
import type { StatementGroup } from './read-policies.ts'
import type { ResourceSet } from './resource-set.ts'

/**
 * The most that may be spent on one identity, in steps of matching: some tenths of a second. Whoever may write policies can write ones that take minutes, and would keep the
 * rest of the account from being read.
 */
export const IDENTITY_STEPS = 20_000_000

/** The most answers that are kept of one identity. What is asked more often is asked of policies by the thousand. */
const KEPT = 1_000

/** A question about some resources, and the statements about its action: those of the identity, then those of each limit. */
export interface Question {
  readonly about: readonly string[]
  readonly levels: readonly (readonly StatementGroup[])[]
  readonly context: ConditionContext
}

/**
 * What is left to spend on one identity, and what was found of it. Most actions are named by the same statements, so most questions are asked once. Each comparison takes
 * what it costs, or at most costs.
 */
export class Work<Found = unknown> extends Meter {
  readonly #rights = new Map<ConditionContext, Map<string, Found>>()
  readonly #conditions = new Map<ConditionContext, Map<Statement, Answer>>()
  readonly #passing = new Map<ConditionContext, Map<string, ConditionContext>>()

  constructor(limit = IDENTITY_STEPS) {
    super(limit)
  }

  /** The answer to a question, found once. */
  once({ about, levels, context }: Question, find: () => Found): Found {
    const key = `${levels.map((level) => level.map(({ id }) => id).join()).join(';')} ${about.join(' ')}`
    this.take(key.length)
    return foundOnce(entriesOf(this.#rights, context), key, find)
  }

  /** Whether the condition of a statement holds, found once. */
  holds(statement: Statement, context: ConditionContext): Answer {
    return foundOnce(entriesOf(this.#conditions, context), statement, () => conditionHolds(statement, context, this))
  }

  /** The context of a call of the identity that passes a role to a service: one for each, so that what is found in it is found once. */
  passingTo(service: string, partition: string | undefined, context: ConditionContext): ConditionContext {
    return foundOnce(entriesOf(this.#passing, context), service, () => passingTo(service, partition, context))
  }

  /** Takes what comparing a set of resources with a pattern costs at most. */
  takeForPattern({ patterns, except }: ResourceSet, pattern: string): void {
    for (const one of patterns) {
      this.take(mostSteps(one, pattern))
      for (const other of except) this.take(mostSteps(one, other))
    }
    for (const other of except) this.take(mostSteps(pattern, other))
  }
}

function entriesOf<K, V>(all: Map<ConditionContext, Map<K, V>>, context: ConditionContext): Map<K, V> {
  return foundOnce(all, context, () => new Map<K, V>())
}

function foundOnce<K, V>(entries: Map<K, V>, key: K, find: () => V): V {
  if (entries.has(key)) return entries.get(key) as V
  const found = find()
  if (entries.size < KEPT) entries.set(key, found)
  return found
}
