import type { Owner, StepKind } from '../shared/contain/steps/step-kind.ts'
import { STEPS } from '../shared/contain/steps/steps.ts'

/** What contain's role needs for the steps on one kind of resource: actions of IAM, by what the steps declare. */
export interface StepRights {
  readonly writes: readonly string[]
  /** Writes with the stack's own deny-all policy, and with no other. */
  readonly ownPolicyWrites: readonly string[]
  /** What is looked at before and after; and the path and the tags of whom it may contain, whatever the step. */
  readonly reads: readonly string[]
}

export const USER_RIGHTS = rightsOn('userName', 'GetUser')
export const ROLE_RIGHTS = rightsOn('roleName', 'GetRole')

/** All that contain changes. */
export const VERBS = [USER_RIGHTS, ROLE_RIGHTS].flatMap(({ writes, ownPolicyWrites }) => [...writes, ...ownPolicyWrites])

function rightsOn(owner: Owner, describe: string): StepRights {
  const kinds = STEPS.filter((kind) => kind.owner === owner)
  const [own, any] = [kinds.filter(isOwnPolicyOnly), kinds.filter((kind) => !isOwnPolicyOnly(kind))]
  return {
    writes: actionsOf(any.flatMap(writesOf)),
    ownPolicyWrites: actionsOf(own.flatMap(writesOf)),
    reads: actionsOf([...kinds.flatMap(({ calls }) => calls.reads), describe]),
  }
}

function isOwnPolicyOnly({ calls }: StepKind): boolean {
  return calls.isOwnPolicyOnly === true
}

function writesOf({ calls: { set, unset } }: StepKind): string[] {
  return [set, unset]
}

function actionsOf(operations: readonly string[]): string[] {
  return [...new Set(operations.map((operation) => `iam:${operation}`))]
}
