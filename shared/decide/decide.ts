import type { Assessment } from '../domain/assessment.ts'
import type { Bounds } from '../domain/bounds.ts'
import { isContainableIdentity, wordsFor } from '../domain/containable.ts'
import { type Action, type Decision, isStronger, STRONGEST_BY_MODE, weaker } from '../domain/decision.ts'
import type { Identity } from '../domain/signal.ts'
import { calledFor } from './evidence-table.ts'

/**
 * Decides the action for an assessment: the action that the evidence calls for, reduced to what the policy's bounds allow.
 *
 * `account` is the account that the responder acts in. The function is pure and monotone: more evidence never gives a weaker action. Approvers are
 * contained and never restricted.
 */
export function decide(assessment: Assessment, identity: Identity, bounds: Bounds, account?: string): Decision {
  const { action: uncapped, why: reason } = calledFor(assessment, bounds)
  const why = [reason, ...(bounds.about === undefined ? [] : [bounds.about])]
  let action = uncapped
  const capAt = (most: Action, reason: string) => {
    if (!isStronger(action, most)) return
    action = weaker(action, most)
    why.push(reason)
  }
  capAt(STRONGEST_BY_MODE[bounds.mode], `mode ${bounds.mode} of tier ${bounds.tier} allows no more than ${STRONGEST_BY_MODE[bounds.mode]}`)
  if (bounds.protection !== undefined) capAt('ask', bounds.protection)
  if (!isContainableIdentity(identity)) capAt('ask', notContainable(identity))
  if (account !== undefined && identity.account !== account) capAt('ask', foreignAccount(identity, account))
  if (action === 'restrict' && bounds.approver !== undefined) capAt('ask', bounds.approver)
  return { action, would: uncapped, tier: bounds.tier, mode: bounds.mode, why }
}

/** Says why an identity of another account is not contained: IAM calls name users and roles without an account, so they would hit a namesake here. */
export function foreignAccount(identity: Identity, account: string): string {
  return `the identity is of account ${identity.account}; this responder can contain only in account ${account}`
}

function notContainable(identity: Identity): string {
  if (identity.kind === 'root')
    return 'the root user cannot be contained by API: sign in as root, delete its keys, change its password, check its MFA; with centralised root access: countersign root-keys'
  return `${wordsFor(identity)} cannot be contained by this responder: a person has to act`
}
