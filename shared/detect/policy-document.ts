import { type Place, placeOf } from '../domain/arn.ts'
import { allowsEverything } from '../domain/iam-permissions.ts'
import { isConditional, type Restriction, restrictionsIn, type Statement, statementsOf } from '../domain/iam-policy.ts'
import type { Signal } from '../domain/signal.ts'

/** The names of AWS managed policies that grant, or let the holder grant itself, nearly every permission. */
const ADMIN_POLICIES: ReadonlySet<string> = new Set(['AdministratorAccess', 'IAMFullAccess', 'PowerUserAccess'])

/** The name of a managed policy where it is that of one that grants nearly everything. A policy of the account may have the same name. */
export function adminPolicyIn(arn: string): string | undefined {
  const name = /:policy\/([^/]+)$/.exec(arn)?.[1]
  return name !== undefined && ADMIN_POLICIES.has(name) ? name : undefined
}

/**
 * True where a policy document grants nearly everything in the account of a call, however it is written.
 *
 * A condition counts only where it bounds what the rights are good for: the permissions boundary of whoever gets rights, or the tags of
 * resources. When, from where and by whom a right is used makes it no smaller.
 */
export function grantsEverything(
  document: unknown,
  { identity, account, region }: Pick<Signal, 'identity' | 'account' | 'region'>,
): boolean {
  const place: Place = { ...placeOf(identity, region), account }
  const counted = statementsOf(document).filter((one) => (one.effect === 'Deny' ? !isConditional(one) : !isBounded(one)))
  return allowsEverything(counted, place)
}

function isBounded({ condition }: Statement): boolean {
  return restrictionsIn(condition).some(bounds)
}

function bounds({ key, values }: Restriction): boolean {
  if (values.length === 0) return false
  if (/^[a-z0-9-]+:resourcetag\//.test(key)) return values.every((value) => /[^*?]/.test(value))
  return key === 'iam:permissionsboundary' && values.every((value) => /\/[^/*?]+$/.test(value) && adminPolicyIn(value) === undefined)
}

/** The policy document in a request, under whichever parameter its service uses; undefined where there is none. */
export function policyIn(request: Readonly<Record<string, unknown>>): unknown {
  const { attributes, attributeName, attributeValue } = request
  const inAttributes = typeof attributes === 'object' && attributes !== null && 'Policy' in attributes ? attributes.Policy : undefined
  const vault = request.policy
  const inVault = typeof vault === 'object' && vault !== null && 'policy' in vault ? vault.policy : undefined
  const named = attributeName === 'Policy' ? attributeValue : undefined
  const accessPolicies = request.accessPolicies
  // CloudTrail records the body of an S3 request as it was sent, under the name of its outermost XML element.
  const accessPoint = request.PutAccessPointPolicyRequest
  const inAccessPoint = typeof accessPoint === 'object' && accessPoint !== null && 'Policy' in accessPoint ? accessPoint.Policy : undefined
  return (
    inVault ??
    inAttributes ??
    inAccessPoint ??
    named ??
    accessPolicies ??
    request.bucketPolicy ??
    request.policyText ??
    request.resourcePolicy ??
    request.policyDocument ??
    vault
  )
}
