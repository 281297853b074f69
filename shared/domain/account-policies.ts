import type { IdentityKind } from './signal.ts'

/** A policy under the name by which people know it: its own, with where it is attached. `document` is as IAM gives it, undefined where it is not known. */
export interface NamedPolicy {
  readonly name: string
  readonly document: unknown
}

/** All policies that decide what one identity may do. */
export interface PolicySet {
  /** Its own, those of its groups, and the managed ones that are attached to either. */
  readonly identity: readonly NamedPolicy[]
  readonly boundary?: NamedPolicy
}

/** The policies of organisations above an account: a level each, the root first. Each level has to allow. */
export type ServiceControlPolicies = readonly (readonly NamedPolicy[])[]

/** Where a policy of an identity stands. */
export interface PolicyPlace {
  readonly policy: NamedPolicy
  readonly as: 'inline' | 'attached' | 'boundary'
  /** What has it: the identity itself, or a group that a user is in. */
  readonly of: 'user' | 'role' | 'group'
  /** The ARN of what has it. */
  readonly holder: string
  /** The ARN of a managed policy of the account; undefined of an inline one, and of one that AWS manages. */
  readonly arn?: string
}

/** A user or role of an account, with what its policies say. */
export interface PolicyHolder {
  /** Its ARN. */
  readonly id: string
  readonly kind: Extract<IdentityKind, 'iam-user' | 'role'>
  readonly name: string
  /** IAM's unique id, where it is known. */
  readonly principalId?: string
  readonly tags: Readonly<Record<string, string>>
  readonly policies: PolicySet
  /** Where each of its policies stands; undefined where that is not known. */
  readonly places?: readonly PolicyPlace[]
  /** Who may assume a role; undefined of a user, and where it is not known. */
  readonly trust?: unknown
}

/** What is known of the policies of one account. */
export interface AccountPolicies {
  readonly holders: readonly PolicyHolder[]
  readonly controls: ServiceControlPolicies
}

/** Roles that a service makes for itself: nobody else can assume them, pass them or change their policies. */
const SERVICE_LINKED = /^arn:[^:]*:iam::[^:]*:role\/aws-service-role\//

/**
 * True for a service-linked role.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html
 */
export function isServiceLinked(arn: string): boolean {
  return SERVICE_LINKED.test(arn)
}

/** The policies of an account, and which user or role of it is meant, by ARN. */
export interface KnownPolicies {
  readonly account: AccountPolicies
  readonly id: string
}
