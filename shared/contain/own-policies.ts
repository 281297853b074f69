import { iamGlobs } from '../domain/glob.ts'
import { OWN_POLICY_CALLS } from './denied-patterns.ts'
import type { Subject } from './steps/step.ts'

/** The calls that replace or remove the inline policies of a user or role. A user that renamed itself would be guarded under its old name alone. A role cannot be renamed. */
export function ownCallsOf({ kind }: Subject): readonly string[] {
  return ['iam:Delete*Policy', 'iam:Put*Policy', ...(kind === 'role' ? [] : ['iam:UpdateUser'])]
}

/** A user or role of this name, with a path or without. IAM takes no resource of which the kind is a wildcard. */
export function resourcesOf({ kind, name }: Subject): readonly string[] {
  const start = `arn:*:iam::*:${kind === 'role' ? 'role' : 'user'}/`
  return [`${start}${name}`, `${start}*/${name}`]
}

/** True where the other statements of a restriction deny those calls of everybody. */
export function areOwnPoliciesDenied(usable: readonly string[] | undefined, denied: readonly string[]): boolean {
  if (usable !== undefined && !usable.some((pattern) => pattern.startsWith('iam:'))) return true
  return OWN_POLICY_CALLS.every((call) => denied.some((pattern) => iamGlobs(pattern, call)))
}
