import type { PolicyHolder } from '../../domain/account-policies.ts'
import type { Statement } from '../../domain/iam-policy.ts'
import type { Meter } from '../../domain/meter.ts'
import { type Answer, allOf, anyOf, known, not } from './answer.ts'
import { type ConditionContext, conditionHolds } from './evaluate-condition.ts'
import { isAboutHolder, type Trust } from './trust.ts'

/** Whether a trust policy lets somebody in. */
export interface Trusted {
  /** As one whom it names: this needs no policy of its own. */
  readonly asNamed: Answer['value']
  /** As one of the account, who needs a policy that allows it. */
  readonly asOfAccount: Answer['value']
  /** As anybody at all, without a policy of its own. */
  readonly asAnyone: Answer['value']
}

/** What is known of the calls of who asks, in each way in which it may call, and what may be spent on the answer. */
interface Asked {
  readonly contexts: readonly ConditionContext[]
  readonly meter: Meter
}

/** What asking about a statement costs beside its condition, in steps of matching. */
const VISIT = 32

const RANKS: readonly Answer['value'][] = ['no', 'unknown', 'yes']

/**
 * Whether a trust policy lets in somebody of the role's own account, in the best of the ways in which it may call. What that takes is taken from `meter`; where that has none left,
 * what depends on a condition is not known.
 *
 * Which session of a role calls is not known, so a session that is named is possible. Whether `*` lets in somebody of the account who has no right of its own is said of resource policies in general, and
 * trust policies are named as an exception of other kinds, so that is possible too.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-single-account.html
 */
export function trusts(trust: Trust, holder: PolicyHolder, { contexts, meter }: Asked): Trusted {
  const all = contexts.map((context) => trustedIn(trust, holder, { context, meter }))
  const best = (way: keyof Trusted) => RANKS[Math.max(...all.map((one) => RANKS.indexOf(one[way])))] ?? 'no'
  return { asNamed: best('asNamed'), asOfAccount: best('asOfAccount'), asAnyone: best('asAnyone') }
}

function trustedIn(
  trust: Trust,
  holder: PolicyHolder,
  { context, meter }: { readonly context: ConditionContext; readonly meter: Meter },
): Trusted {
  const holds = (statement: Statement) => {
    meter.take(VISIT)
    return conditionHolds(statement, context, meter)
  }
  const isLetIn = not(anyOf(trust.denials.filter((statement) => isAboutHolder(statement, holder)).map(holds)))
  const isPossible: Answer = { value: 'unknown', unknown: [] }
  const sessions = holder.kind === 'role' ? (trust.sessions.get(holder.name) ?? []) : []
  const possibly = (statements: readonly Statement[]) => allOf([anyOf(statements.map(holds)), isPossible])
  const named = anyOf([...(trust.named.get(holder.id) ?? []).map(holds), possibly(sessions)])
  const ofAccount = anyOf([...[...trust.ofAccount, ...trust.ofAnyone].map(holds), trust.isUnread ? isPossible : known(false)])
  return {
    asNamed: allOf([isLetIn, named]).value,
    asOfAccount: allOf([isLetIn, ofAccount]).value,
    asAnyone: allOf([isLetIn, possibly(trust.ofAnyone)]).value,
  }
}
