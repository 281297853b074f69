import type { Owner, StepKind } from '../shared/contain/steps/step-kind.ts'
import { STEPS } from '../shared/contain/steps/steps.ts'

/** The IAM actions that contain's role needs for the steps on users or on roles, from the steps' declarations. */
export interface StepRights {
  /** Actions that change a value. */
  readonly writes: readonly string[]
  /** Actions that attach or detach a managed policy. The role allows them for the stack's own deny-all policy only. */
  readonly ownPolicyWrites: readonly string[]
  /** Actions that read values before and after a step, the path and the tags of the user or role, and who owns a key now. */
  readonly reads: readonly string[]
}

/** Actions on users. */
export const USER_RIGHTS = rightsOn('userName', ['GetUser', 'GetAccessKeyLastUsed'])
/** Actions on roles. */
export const ROLE_RIGHTS = rightsOn('roleName', ['GetRole'])

/** Every action by which contain changes users and roles. */
export const VERBS = [USER_RIGHTS, ROLE_RIGHTS].flatMap(({ writes, ownPolicyWrites }) => [...writes, ...ownPolicyWrites])

function rightsOn(owner: Owner, describe: readonly string[]): StepRights {
  const kinds = STEPS.filter((kind) => kind.owner === owner)
  const [own, any] = [kinds.filter(isOwnPolicyOnly), kinds.filter((kind) => !isOwnPolicyOnly(kind))]
  return {
    writes: actionsOf(any.flatMap(writesOf)),
    ownPolicyWrites: actionsOf(own.flatMap(writesOf)),
    reads: actionsOf([...kinds.flatMap(({ calls }) => calls.reads), ...describe]),
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
