import type { Assessment } from '../domain/assessment.ts'
import type { Bounds } from '../domain/bounds.ts'
import { isContainableIdentity, wordsFor } from '../domain/containable.ts'
import { type Action, type Decision, isStronger, weaker } from '../domain/decision.ts'
import type { Mode, Thresholds } from '../domain/policy.ts'
import type { Identity } from '../domain/signal.ts'

/** The most that each mode lets happen without a person. */
const MOST: Readonly<Record<Mode, Action>> = { observe: 'observe', ask: 'ask', contain: 'contain' }

/**
 * What to do about an assessment: what its risk calls for, cut to what the bounds allow.
 *
 * `account` is the one that the responder acts in. Pure and monotone: a higher risk never gives a weaker action. Containment needs deterministic evidence, so the
 * advisor can hold it back, to a question, but never bring it about; and no question that the evidence asks is suppressed by it.
 */
export function decide(assessment: Assessment, identity: Identity, bounds: Bounds, account?: string): Decision {
  const would = calledFor(assessment, bounds.thresholds)
  const why = [reasonFor(assessment, would, bounds.thresholds)]
  let action = would
  const limit = (most: Action, reason: string) => {
    if (!isStronger(action, most)) return
    action = weaker(action, most)
    why.push(reason)
  }
  limit(MOST[bounds.mode], `mode ${bounds.mode} of tier ${bounds.tier} allows no more than ${MOST[bounds.mode]}`)
  if (bounds.protection !== undefined) limit('ask', bounds.protection)
  if (!isContainableIdentity(identity)) limit('ask', notContainable(identity))
  if (account !== undefined && identity.account !== account) limit('ask', foreignAccount(identity, account))
  return { action, would, tier: bounds.tier, mode: bounds.mode, why }
}

/** IAM knows users and roles by name only, so another account's would be taken for one of its own. */
export function foreignAccount(identity: Identity, account: string): string {
  return `of account ${identity.account}: this responder acts in ${account} only`
}

function calledFor({ risk, baseRisk, isConfirmed }: Assessment, thresholds: Thresholds): Action {
  if (isConfirmed || Math.min(risk, baseRisk) >= thresholds.contain) return 'contain'
  const most = Math.max(risk, baseRisk)
  if (most >= thresholds.ask) return 'ask'
  return most >= thresholds.notify ? 'notify' : 'observe'
}

function reasonFor({ risk, baseRisk, isConfirmed }: Assessment, would: Action, thresholds: Thresholds): string {
  if (isConfirmed) return 'confirmed by a party that knows'
  const counted = would === 'contain' ? risk : Math.max(risk, baseRisk)
  return would === 'observe'
    ? `risk ${counted} is below notify ${thresholds.notify}`
    : `risk ${counted} reaches ${would} ${thresholds[would]}`
}

function notContainable(identity: Identity): string {
  if (identity.kind === 'root')
    return 'the root user cannot be contained by API: sign in as root, delete its keys, change its password, check its MFA; with centralised root access: countersign root-keys'
  return `${wordsFor(identity)} cannot be contained from here: a person has to act`
}
