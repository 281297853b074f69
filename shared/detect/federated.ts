import { parseArn } from '../domain/arn.ts'
import { type Restriction, restrictionsIn } from '../domain/iam-policy.ts'
import { isTrusted, SHARED_PROVIDERS, type SharedProvider, saysWhose, sharedProvider } from '../domain/trusted-claim.ts'
import { type Named, type Owner, rankOf } from './policy-limits.ts'

/**
 * Who gets in by an identity provider that a statement trusts, and is not known to be of the account.
 *
 * A provider of the account that serves one customer, as the issuer of an EKS cluster does, is its own: the address is in IAM, and whoever adds
 * one there is a finding. One that serves everybody is only as narrow as the claims asked for.
 */
export function federatedIn(provider: string, condition: unknown, owner: Owner): readonly Named[] {
  if (/[*?]/.test(provider)) return [{ name: 'everybody who signs in', certainty: 'certain' }]
  const arn = parseArn(provider)
  if (arn !== undefined && arn.account !== owner.account) return [{ name: provider, certainty: 'certain' }]
  if (arn !== undefined && !arn.resource.startsWith('oidc-provider/')) return []
  const host = sharedProvider((arn?.resource.slice('oidc-provider/'.length) ?? provider).toLowerCase())
  if (host === undefined) return []
  const limits = restrictionsIn(condition).flatMap((restriction) => limitOf(restriction, host, owner))
  const [narrowest] = limits.toSorted((one, other) => rankOf(one) - rankOf(other))
  return narrowest ?? [{ name: `everybody who signs in with ${host}`, certainty: 'certain' }]
}

/** The outsiders that a restriction leaves of a provider; none of it where it does not say whose tokens get in. */
function limitOf({ key, values }: Restriction, host: SharedProvider, { trustedClaims = [] }: Owner): readonly (readonly Named[])[] {
  const claim = SHARED_PROVIDERS[host].find((one) => key === `${host}:${one}`)
  if (claim === undefined || values.length === 0 || !values.every(saysWhose)) return []
  const trusted = trustedClaims.filter((one) => one.provider === host && one.claim === claim)
  const strange = values.filter((value) => !trusted.some((one) => isTrusted(value, one)))
  const [notYours, certainty] = trusted.length === 0 ? ([', not known to be yours', 'likely'] as const) : (['', 'certain'] as const)
  return [strange.map((value) => ({ name: `${claim} ${value} of ${host}${notYours}`, certainty }))]
}
