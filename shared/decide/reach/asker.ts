import { parseArn } from '../../domain/arn.ts'
import type { ConditionContext } from './evaluate-condition.ts'
import { type ReadPolicies, type Right, type RightRequest, rightOf } from './right.ts'

/** Who asks for a right. */
export interface Asker {
  /** The ARN of the identity. */
  readonly id: string
  readonly policies: ReadPolicies
  /** What is known of its calls: as it is, and where it may call as something else, as that. A right counts where one of these gives it. */
  readonly contexts: readonly ConditionContext[]
  /** Those of them in which its own policies may say something else: the first alone where they ask for nothing of what differs. */
  readonly ownContexts: readonly ConditionContext[]
}

/** The best right that an identity has, however it calls; undefined where it has none. `passedTo`: the service to which it passes a role. */
export function rightOfAsker(
  { id, policies, ownContexts }: Asker,
  request: Omit<RightRequest, 'context'>,
  passedTo?: string,
): Right | undefined {
  let best: Right | undefined
  for (const known of ownContexts) {
    const context = passedTo === undefined ? known : policies.work.passingTo(passedTo, parseArn(id)?.partition, known)
    const right = rightOf(policies, { ...request, context })
    if (right !== undefined) best = best === undefined ? right : better(best, right)
    if (best?.outcome === 'allowed' && best.strength === 1) break
  }
  return best
}

function better(one: Right, other: Right): Right {
  const isBetter = one.outcome === 'possible' && other.outcome === 'allowed'
  return { ...(isBetter ? other : one), strength: Math.max(one.strength, other.strength) }
}
