import { type Action, isStronger, weaker } from '../domain/action.ts'
import type { Assessment } from '../domain/assessment.ts'
import type { Bounds } from '../domain/bounds.ts'
import { isContainableIdentity, wordsFor } from '../domain/containable.ts'
import { type Decision, STRONGEST_BY_MODE } from '../domain/decision.ts'
import type { Identity } from '../domain/signal.ts'
import { type ActingIn, actsIn } from '../ports/accounts.ts'
import { calledFor } from './evidence-table.ts'

/**
 * Decides the action for an assessment: the action that the evidence calls for, reduced to what the policy's bounds allow.
 *
 * `acting` says which accounts the responder acts in, and is left out where that makes no difference. The function is pure and monotone: more evidence never gives a weaker action. Approvers are
 * contained and never restricted.
 */
export function decide(assessment: Assessment, identity: Identity, bounds: Bounds, acting?: ActingIn): Decision {
  const { action: uncapped, why: reason, uncounted } = calledFor(assessment, bounds)
  const why = [reason, ...(uncounted === undefined ? [] : [uncounted]), ...(bounds.about === undefined ? [] : [bounds.about])]
  let action = uncapped
  const capAt = (most: Action, reason: string) => {
    if (!isStronger(action, most)) return
    action = weaker(action, most)
    why.push(reason)
  }
  capAt(STRONGEST_BY_MODE[bounds.mode], `mode ${bounds.mode} of tier ${bounds.tier} allows no more than ${STRONGEST_BY_MODE[bounds.mode]}`)
  if (bounds.protection !== undefined) capAt('ask', bounds.protection)
  if (!isContainableIdentity(identity)) capAt('ask', notContainable(identity))
  const foreign = acting && foreignAccount(identity, acting)
  if (foreign !== undefined) capAt('ask', foreign)
  if (action === 'restrict' && bounds.approver !== undefined) capAt('ask', bounds.approver)
  return { action, would: uncapped, tier: bounds.tier, mode: bounds.mode, why }
}

/**
 * Why an identity of an account that the responder does not act in is not contained, or undefined where it acts there. IAM calls name users and roles
 * without an account, so they would hit a namesake here.
 */
export function foreignAccount({ account }: Pick<Identity, 'account'>, acting: ActingIn): string | undefined {
  if (actsIn(account, acting)) return undefined
  const { account: own, accounts } = acting
  const more = (accounts?.ids.size ?? 1) - 1
  return `the identity is of account ${account}; this responder can contain only in account ${own}${more > 0 ? ` and the ${more} of memberAccounts` : ''}`
}

function notContainable(identity: Identity): string {
  if (identity.kind === 'root')
    return 'the root user cannot be contained by API: sign in as root, delete its keys, change its password, check its MFA; with centralised root access, root-keys of the command line deletes its keys'
  return `${wordsFor(identity)} cannot be contained by this responder: a person has to act`
}
