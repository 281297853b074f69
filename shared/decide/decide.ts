import { type Assessment, riskOfActs } from '../domain/assessment.ts'
import type { Bounds } from '../domain/bounds.ts'
import { isContainableIdentity, wordsFor } from '../domain/containable.ts'
import { type Action, type Decision, isStronger, STRONGEST_BY_MODE, weaker } from '../domain/decision.ts'
import type { Thresholds } from '../domain/policy.ts'
import type { Identity } from '../domain/signal.ts'

/**
 * Decides the action for an assessment: the action that the risk calls for, reduced to what the policy's bounds allow.
 *
 * `account` is the account that the responder acts in. The function is pure and monotone: a higher risk never gives a weaker action. Containment
 * and restriction need deterministic evidence: the advisor can reduce both to `ask`, but it can neither cause them nor prevent a question. What only
 * was attempted, with credentials that were not accepted, asks at most. Approvers are contained and never restricted.
 */
export function decide(assessment: Assessment, identity: Identity, bounds: Bounds, account?: string): Decision {
  const uncapped = actionForRisk(assessment, bounds.thresholds)
  const why = [reasonFor(assessment, uncapped, bounds.thresholds), ...(bounds.about === undefined ? [] : [bounds.about])]
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

function actionForRisk(assessment: Assessment, thresholds: Thresholds): Action {
  const { risk, baseRisk, isConfirmed } = assessment
  const certain = Math.min(risk, riskOfActs(assessment))
  if (isConfirmed || certain >= thresholds.contain) return 'contain'
  if (certain >= thresholds.restrict) return 'restrict'
  const most = Math.max(risk, baseRisk)
  if (most >= thresholds.ask) return 'ask'
  return most >= thresholds.notify ? 'notify' : 'observe'
}

function reasonFor({ risk, baseRisk, isConfirmed }: Assessment, would: Action, thresholds: Thresholds): string {
  if (isConfirmed) return 'confirmed by AWS'
  const counted = would === 'contain' || would === 'restrict' ? risk : Math.max(risk, baseRisk)
  return would === 'observe'
    ? `risk ${counted} is below notify ${thresholds.notify}`
    : `risk ${counted} reaches ${would} ${thresholds[would]}`
}

function notContainable(identity: Identity): string {
  if (identity.kind === 'root')
    return 'the root user cannot be contained by API: sign in as root, delete its keys, change its password, check its MFA; with centralised root access: countersign root-keys'
  return `${wordsFor(identity)} cannot be contained by this responder: a person has to act`
}
