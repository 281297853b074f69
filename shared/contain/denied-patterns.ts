import { GRAVE_GROUPS, graveActionsOf } from '../domain/grave-actions.ts'
import type { Restriction } from '../domain/restriction.ts'

/** Calls that replace or remove an inline policy of a user or a role, and so a restriction. */
export const OWN_POLICY_CALLS: readonly string[] = [
  'iam:DeleteRolePolicy',
  'iam:DeleteUserPolicy',
  'iam:PutRolePolicy',
  'iam:PutUserPolicy',
]

/** How much of the grave actions is denied. */
export interface Extent {
  /** The gravest groups, by their number. */
  readonly groups: number
  /** True where the identity's own policies are guarded by themselves, so that those of others may be habit. */
  readonly isOwnGuarded: boolean
  /** True where services that are not habit are denied whole, so that their actions need not be named. */
  readonly isLimited: boolean
}

/** Patterns of the grave actions that are not habit: as they are listed, or in narrower ones around what is habit. */
export function deniedPatterns(
  { services, actions, isCovered }: Pick<Restriction, 'services' | 'actions' | 'isCovered'>,
  { groups, isOwnGuarded, isLimited }: Extent,
): readonly string[] {
  const neverHabit = isOwnGuarded ? [] : OWN_POLICY_CALLS
  const habit = new Set(actions.map(lower))
  for (const call of neverHabit) habit.delete(lower(call))
  const isNamed = (pattern: string) => !isLimited || services.includes(pattern.slice(0, pattern.indexOf(':')))
  const patterns = GRAVE_GROUPS.slice(0, groups)
    .filter(({ needsHabit }) => isCovered || !needsHabit)
    .flatMap((group) => group.patterns.filter(isNamed))
  return [...new Set(patterns.flatMap((pattern) => withoutHabit(pattern, habit)))]
}

/** The actions of each pattern in lower case: IAM tells no cases apart, and most patterns match nothing that is habit. */
const LOWER: ReadonlyMap<string, readonly string[]> = new Map(
  GRAVE_GROUPS.flatMap(({ patterns }) => patterns.map((pattern) => [pattern, graveActionsOf(pattern).map(lower)] as const)),
)

function withoutHabit(pattern: string, habit: ReadonlySet<string>): readonly string[] {
  if (!(LOWER.get(pattern) ?? []).some((action) => habit.has(action))) return [pattern]
  const matched = graveActionsOf(pattern)
  const avoided = matched.filter((action) => habit.has(lower(action)))
  return matched.filter((action) => !avoided.includes(action)).map((action) => narrowed(pattern, action, avoided))
}

/** The widest part of a pattern that matches an action and none of those to avoid. It begins with as much of the action's name as that takes. */
function narrowed(pattern: string, action: string, avoided: readonly string[]): string {
  const star = pattern.indexOf('*')
  const end = pattern.slice(star + 1)
  for (let length = star + 1; length <= action.length - end.length; length += 1) {
    const start = lower(action.slice(0, length))
    if (!avoided.some((other) => lower(other).startsWith(start))) return `${action.slice(0, length)}*${end}`
  }
  return action
}

function lower(text: string): string {
  return text.toLowerCase()
}
