import type { KnownPolicies } from '../../domain/account-policies.ts'
import type { BlastRadius } from '../../domain/blast-radius.ts'
import { REACH_REASONS } from '../../domain/stored-reach.ts'
import { reachIn } from './account-reach.ts'

/** The blast radius that an identity's policies give it, with the roles that it may come to; undefined where its account does not have it. */
export function blastRadiusOf({ account, id }: KnownPolicies): BlastRadius | undefined {
  const found = reachIn(account).get(id)
  return found === undefined ? undefined : { score: found.reach, basis: 'policies', reasons: found.reasons.slice(0, REACH_REASONS) }
}
