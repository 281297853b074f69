import { outsidersIn } from '../../detect/outsiders.ts'
import { readStatements } from '../../domain/iam-policy.ts'
import type { Policy } from '../../domain/policy.ts'
import type { Identity } from '../../domain/signal.ts'
import type { StoredSecret } from '../../ports/iam.ts'

/** The tag by which a secret says whose key it is for. The responder sets it when it creates a secret. */
export const USER_TAG = 'countersign:user'

/**
 * Why a user's new key must not be put into a secret that is there, or undefined where it may be. The names of secrets are predictable, so
 * somebody else may have created one of that name, with a resource policy that lets outsiders read it. Whom a policy lets in must be of the
 * account, or of the organisation or the claims that people named as theirs: whoever is not known to be is refused, however unlikely an outsider.
 */
export function refusalOf(
  { tags, policy }: StoredSecret,
  { name, account }: Identity,
  { organization, trustedClaims }: Pick<Policy, 'organization' | 'trustedClaims'>,
): string | undefined {
  const user = tags[USER_TAG]
  if (user === undefined) return `it was not created by the responder: look at who made it, then tag it ${USER_TAG}=${name}, or delete it`
  if (user !== name) return `it is tagged ${USER_TAG}=${user} and is not for ${name}`
  if (policy === undefined) return undefined
  if (readStatements(policy) === undefined) return 'its resource policy cannot be read'
  const outsiders = outsidersIn(policy, { account, organization, trustedClaims }).map(({ name: outsider }) => outsider)
  return outsiders.length === 0 ? undefined : `its resource policy lets in ${outsiders.slice(0, 2).join(', ')}`
}
