import type { Brake } from '../domain/restriction.ts'
import { GRAVE_GROUPS } from './grave-actions.ts'

/** The statement of a restriction that denies what is braked, habit or not, until the time of the brake: IAM compares with its own clock. */
export const BRAKE_SID = 'Brake'

/** Actions and condition of the brake's statement. */
export function brakeParts({ groups, until }: Brake): {
  readonly Action: readonly string[]
  readonly Condition: Readonly<Record<string, unknown>>
} {
  return {
    Action: GRAVE_GROUPS.filter(({ name }) => groups.some((one) => one === name)).flatMap(({ patterns }) => patterns),
    Condition: { DateLessThan: { 'aws:CurrentTime': new Date(until).toISOString() } },
  }
}

/** The brake that a statement may be one of: whether it is, is for the comparison of the whole text to say. Undefined where there is none. */
export function brakeIn(statement: Readonly<Record<string, unknown>> | undefined): Brake | undefined {
  const { Action, Condition } = (statement ?? {}) as { Action?: unknown; Condition?: { DateLessThan?: Record<string, unknown> } }
  const until = Date.parse(String(Condition?.DateLessThan?.['aws:CurrentTime']))
  if (!Array.isArray(Action) || Number.isNaN(until)) return undefined
  const groups = (['sharing', 'deletion'] as const).filter((group) =>
    GRAVE_GROUPS.some(({ name, patterns }) => name === group && patterns.every((pattern) => Action.includes(pattern))),
  )
  return { groups, until }
}

/** True where a brake denies something that another lets through, or for longer. */
export function brakesMore(now: Brake | undefined, then: Brake | undefined): boolean {
  return now !== undefined && !(then !== undefined && then.until >= now.until && now.groups.every((group) => then.groups.includes(group)))
}
