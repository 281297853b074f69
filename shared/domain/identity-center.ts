import { arnGlobs } from './arn-globs.ts'
import type { Identity } from './signal.ts'

/**
 * A role that IAM Identity Center manages, and behind it the name of the session of a person. IAM reserves the path, and only Identity Center may assume
 * such a role; it names each session after the user who signed in, so a session's name is nobody's choice.
 * @see https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
 */
const ROLE = /^arn:[^:]+:iam::\d{12}:role\/aws-reserved\/sso\.amazonaws\.com\/(?:[a-z0-9-]+\/)?AWSReservedSSO_[^/]+/

/** The person whose session of a role of Identity Center it is; undefined of another role, and where the session has no name. */
export function personOf({ id, account }: Identity, sessionName: string | undefined): Identity | undefined {
  if (sessionName === undefined || ROLE.exec(id)?.[0] !== id) return undefined
  return { id: `${id}/${sessionName}`, kind: 'identity-center', name: sessionName, account }
}

/** The role of the permission set of a person, whose baseline is that of all its people; undefined of everybody else. */
export function permissionSetOf({ id, kind, account }: Identity): Identity | undefined {
  const role = kind === 'identity-center' ? roleOfPerson(id) : undefined
  return role === undefined ? undefined : { id: role, kind: 'role', name: role.slice(role.lastIndexOf('/') + 1), account }
}

/** Behind the name of a permission set, the role's name has 16 signs of Identity Center. */
const SET_NAME = /\/AWSReservedSSO_([^/]+)_[0-9a-f]{16}$/

/**
 * The name of the permission set that is provisioned as a role; undefined of every other role. A permission set has one role in each account that it is assigned to,
 * and that role's policies are what it allows there.
 */
export function permissionSetNameOf(roleArn: string): string | undefined {
  return ROLE.exec(roleArn)?.[0] === roleArn ? SET_NAME.exec(roleArn)?.[1] : undefined
}

/** The ARN of the role by which a person of Identity Center acts, or of a role itself; undefined of every other identity. */
export function roleArnOf({ id, kind }: Identity): string | undefined {
  return kind === 'role' ? id : kind === 'identity-center' ? roleOfPerson(id) : undefined
}

/** The ARN of the role in the id of a person, or undefined where the id is of something else. */
export function roleOfPerson(id: string): string | undefined {
  const role = ROLE.exec(id)?.[0]
  // The pattern takes all of the role's name, so what comes behind it begins with a slash.
  return role !== undefined && id.length > role.length + 1 ? role : undefined
}

/** True where a pattern of the policy is of an identity. One of a role of Identity Center is of its people too. */
export function goesBy(pattern: string, identityId: string): boolean {
  const role = roleOfPerson(identityId)
  return arnGlobs(pattern, identityId) || (role !== undefined && arnGlobs(pattern, role))
}
