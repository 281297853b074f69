import type { NamedPolicy, PolicyHolder, PolicyPlace, PolicySet } from '../../domain/account-policies.ts'
import { readStatements, type Statement } from '../../domain/iam-policy.ts'

/** One call by which an identity takes off what limits it, and what the call is about. */
export interface LiftingCall {
  readonly action: string
  readonly resource: string
}

/** What a denial depends on that the identity can take off itself, for people. It stands where a condition has an operator, and no reader knows one of this name. */
const UNLESS_LIFTED = 'limits that it can take off itself'

/** The calls that take a policy off a user, a role or a group, or put another in its place. */
const LIFTING: Readonly<Record<PolicyPlace['as'], Readonly<Record<PolicyPlace['of'], readonly string[]>>>> = {
  inline: {
    user: ['iam:DeleteUserPolicy', 'iam:PutUserPolicy'],
    role: ['iam:DeleteRolePolicy', 'iam:PutRolePolicy'],
    group: ['iam:DeleteGroupPolicy', 'iam:PutGroupPolicy', 'iam:RemoveUserFromGroup'],
  },
  attached: {
    user: ['iam:DetachUserPolicy'],
    role: ['iam:DetachRolePolicy'],
    group: ['iam:DetachGroupPolicy', 'iam:RemoveUserFromGroup'],
  },
  boundary: {
    user: ['iam:DeleteUserPermissionsBoundary', 'iam:PutUserPermissionsBoundary'],
    role: ['iam:DeleteRolePermissionsBoundary', 'iam:PutRolePermissionsBoundary'],
    group: [],
  },
}

/** The calls that write a managed policy anew, wherever it is attached. */
const REWRITING = ['iam:CreatePolicyVersion', 'iam:SetDefaultPolicyVersion']

/** The actions by which an identity may take off what limits it. */
export const LIFTING_ACTIONS: readonly string[] = [...Object.values(LIFTING).flatMap((by) => Object.values(by).flat()), ...REWRITING]

/** The policies of an identity with what it can take off itself taken off, possibly. `denying`: with its denials as they are; the same where it takes off none. */
export interface Lifted {
  readonly policies: PolicySet
  readonly denying: PolicySet
}

/**
 * The policies of an identity in which what it can take off itself limits it only possibly: a denial that it can take off counts as one with a condition, and a boundary that it can
 * take off as one that may allow everything. What it could take off after that counts too. `mayIn`: whether policies let the identity make a call.
 *
 * So whoever may do less takes off less, and an allowance that is added never lowers what is left, nor does a denial raise it.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
 */
export function withLiftableLimits(holder: PolicyHolder, mayIn: (policies: PolicySet, call: LiftingCall) => boolean): Lifted {
  const limits = (holder.places ?? []).filter(isLimit)
  const lifted = new Set<PolicyPlace>()
  let policies = holder.policies
  for (let isNew = limits.length > 0; isNew; ) {
    const known = policies
    const more = limits.filter((place) => !lifted.has(place) && callsFor(place).some((call) => mayIn(known, call)))
    for (const place of more) lifted.add(place)
    isNew = more.length > 0
    if (isNew) policies = lift(holder, lifted)
  }
  const boundaries = [...lifted].filter(({ as }) => as === 'boundary')
  return { policies, denying: boundaries.length === lifted.size ? policies : lift(holder, new Set(boundaries)) }
}

/** Whether policies deny something: a managed one is read once for all who have it. */
const DENYING = new WeakMap<NamedPolicy, boolean>()

function isLimit({ policy, as }: PolicyPlace): boolean {
  if (as === 'boundary') return true
  const known = DENYING.get(policy)
  if (known !== undefined) return known
  const isDenying = readStatements(policy.document)?.some(({ effect }) => effect === 'Deny') ?? false
  DENYING.set(policy, isDenying)
  return isDenying
}

function callsFor({ as, of, holder, arn }: PolicyPlace): readonly LiftingCall[] {
  const rewriting = arn === undefined ? [] : REWRITING.map((action) => ({ action, resource: arn }))
  return [...LIFTING[as][of].map((action) => ({ action, resource: holder })), ...rewriting]
}

/** The policies of an identity of which some are taken off, possibly. One that it has in several ways stays as long as one of them stays. */
function lift({ policies: { identity, boundary }, places = [] }: PolicyHolder, lifted: ReadonlySet<PolicyPlace>): PolicySet {
  const isLifted = (policy: NamedPolicy, isBoundary: boolean) =>
    places.every((place) => place.policy !== policy || (place.as === 'boundary') !== isBoundary || lifted.has(place))
  return {
    identity: identity.map((policy) => (isLifted(policy, false) ? possibly(policy, 'denials') : policy)),
    ...(boundary === undefined ? {} : { boundary: isLifted(boundary, true) ? possibly(boundary, 'limit') : boundary }),
  }
}

/** The policies that were written anew: a managed one counts for each identity that has it. */
const POSSIBLE = { denials: new WeakMap<NamedPolicy, NamedPolicy>(), limit: new WeakMap<NamedPolicy, NamedPolicy>() }

/** A policy of which the denials are only possible; as a limit, it may allow everything besides. What cannot be read of it stays. */
function possibly(policy: NamedPolicy, as: keyof typeof POSSIBLE): NamedPolicy {
  const known = POSSIBLE[as].get(policy)
  if (known !== undefined) return known
  const statements = readStatements(policy.document)
  const { name } = policy
  const made = statements === undefined ? policy : { name, document: documentOf(statements, as === 'limit') }
  POSSIBLE[as].set(policy, made)
  return made
}

/** A document with the same allowances, and the denials only where they are not taken off. */
function documentOf(statements: readonly Statement[], mayAllowAll: boolean): unknown {
  const all = { Effect: 'Allow', Action: '*', Resource: '*', Condition: { [UNLESS_LIFTED]: '' } }
  return {
    Version: statements.some(({ hasVariables }) => hasVariables) ? '2012-10-17' : '2008-10-17',
    Statement: [...statements.map(written), ...(mayAllowAll ? [all] : [])],
  }
}

function written({ sid, effect, actions, notActions, resources, notResources, condition }: Statement): object {
  const isReadable = condition === undefined || (typeof condition === 'object' && condition !== null)
  const open = effect === 'Deny' && isReadable ? { ...condition, [UNLESS_LIFTED]: '' } : condition
  return {
    ...(sid === undefined ? {} : { Sid: sid }),
    Effect: effect,
    ...(notActions === undefined ? { Action: actions } : { NotAction: notActions }),
    ...(notResources === undefined ? { Resource: resources } : { NotResource: notResources }),
    ...(open === undefined ? {} : { Condition: open }),
  }
}
