import { type Place, placeOf } from '../domain/arn.ts'
import { allowsEverything } from '../domain/iam-permissions.ts'
import { isConditional, type Restriction, readStatements, restrictionsIn, type Statement, statementsOf } from '../domain/iam-policy.ts'
import { has, type Parameters, valueAt } from '../domain/parameters.ts'
import { type Signal, text } from '../domain/signal.ts'

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

/**
 * Where services put the policy of a resource in a request, in the order in which they count. CloudTrail records the body of an S3 request as it was sent, under
 * the name of its outermost XML element.
 */
const RESOURCE_POLICIES = [
  ['policy', 'policy'],
  ['attributes', 'Policy'],
  ['PutAccessPointPolicyRequest', 'Policy'],
  ['attributeValue'],
  ['accessPolicies'],
  ['bucketPolicy'],
  ['policyText'],
  ['resourcePolicy'],
  ['policyDocument'],
  ['policy'],
] as const

/** The policy document in a request, under whichever parameter its service uses; undefined where there is none. */
export function policyIn(request: Parameters): unknown {
  const isOther = text(request, 'attributeName') !== 'Policy'
  const path = RESOURCE_POLICIES.find(([first, ...rest]) => !(first === 'attributeValue' && isOther) && has(request, first, ...rest))
  return path === undefined ? undefined : valueAt(request, ...path)
}

/** The trust policy in a request, of a new role or of one that was there. */
export function trustPolicyIn(request: Parameters): unknown {
  return valueAt(request, 'policyDocument') ?? valueAt(request, 'assumeRolePolicyDocument')
}

/** The parameters that hold a policy which gives access. */
const POLICIES = ['policyDocument', 'assumeRolePolicyDocument', 'inlinePolicy'] as const

/**
 * True where a request holds a policy of which no statement can be read, because the record clips or hides it. AWS has read it: it refuses a call whose policy
 * is none. An empty policy takes one away.
 */
export function isUnreadablePolicy(request: Parameters): boolean {
  const documents = [policyIn(request), ...POLICIES.map((parameter) => valueAt(request, parameter))]
  return documents.some((document) => document !== undefined && document !== '' && readStatements(document) === undefined)
}
