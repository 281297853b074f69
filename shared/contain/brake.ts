import { GRAVE_GROUPS, graveActionsOf } from '../domain/grave-actions.ts'
import type { Brake, Restriction } from '../domain/restriction.ts'

/** The statement of a restriction that denies what is braked, habit or not, until the time of the brake: IAM compares with its own clock. */
export const BRAKE_SID = 'Brake'

/**
 * Actions and condition of the brake's statement: of what is braked, whatever the other statements leave open by `isOpen`. Undefined where they leave nothing open.
 */
export function brakeParts(
  { groups, until }: Brake,
  isOpen: (action: string) => boolean,
): { readonly Action: readonly string[]; readonly Condition: Readonly<Record<string, unknown>> } | undefined {
  const Action = GROUPS.filter((group) => groups.includes(group))
    .flatMap(patternsOf)
    .filter((pattern) => actionsOf(pattern).some(isOpen))
  return Action.length === 0 ? undefined : { Action, Condition: { DateLessThan: { 'aws:CurrentTime': new Date(until).toISOString() } } }
}

/** The brake that a statement may be one of: whether it is, is for the comparison of the whole text to say. Undefined where there is none. */
export function brakeIn(statement: Readonly<Record<string, unknown>> | undefined): Brake | undefined {
  const { Action, Condition } = (statement ?? {}) as { Action?: unknown; Condition?: { DateLessThan?: Record<string, unknown> } }
  const until = Date.parse(String(Condition?.DateLessThan?.['aws:CurrentTime']))
  if (!Array.isArray(Action) || Number.isNaN(until)) return undefined
  return { groups: GROUPS.filter((group) => patternsOf(group).some((pattern) => Action.includes(pattern))), until }
}

/** True where a brake denies something that another restriction lets through, or for longer. A read one names all grave actions that it leaves open. */
export function brakesMore({ brake: now }: Restriction, { brake: then, actions, services }: Restriction): boolean {
  if (now === undefined) return false
  const held = then !== undefined && then.until >= now.until ? then.groups : []
  return now.groups
    .filter((group) => !held.includes(group))
    .flatMap(patternsOf)
    .flatMap(actionsOf)
    .some((action) => actions.includes(action) || (isBeside(action) && (services.length === 0 || services.includes(serviceOf(action)))))
}

type Group = Brake['groups'][number]

const GROUPS: readonly Group[] = ['sharing', 'deletion']

/** Calls of which the rate is kept, that are in no group of grave actions: a restriction denies them as new, and a brake as what is braked. */
const BESIDE: Readonly<Record<Group, readonly string[]>> = {
  sharing: ['ecr:SetRepositoryPolicy'],
  deletion: ['cognito-idp:DeleteUserPool', 'redshift:DeleteCluster'],
}

function patternsOf(group: Group): readonly string[] {
  return [...(GRAVE_GROUPS.find(({ name }) => name === group)?.patterns ?? []), ...BESIDE[group]]
}

function isBeside(action: string): boolean {
  return GROUPS.some((group) => BESIDE[group].includes(action))
}

function actionsOf(pattern: string): readonly string[] {
  return isBeside(pattern) ? [pattern] : graveActionsOf(pattern)
}

function serviceOf(action: string): string {
  return action.slice(0, action.indexOf(':'))
}
