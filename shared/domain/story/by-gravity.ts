import { rateKindOf } from '../call-rate.ts'
import { GRAVE_GROUPS, graveActionsOf } from '../grave-actions.ts'
import { iamActionsOf } from '../iam-actions.ts'
import type { IncidentSignal } from '../incident.ts'
import { usesObjects } from '../object-habit.ts'

/** The place of each grave action: that of its group, of which the gravest is first. An action of two groups has the graver. */
const GRAVE: ReadonlyMap<string, number> = new Map(
  GRAVE_GROUPS.flatMap(({ patterns }, at) => patterns.flatMap(graveActionsOf).map((action) => [action, at] as const)).reverse(),
)

/** Calls by their kind, as people have to know of them: those that a restriction denies as grave first, then what takes out or writes data, other changes, and reads. */
export function byGravity(calls: readonly IncidentSignal[]): readonly (readonly [action: string, calls: readonly IncidentSignal[]])[] {
  return [...Map.groupBy(calls, ({ action }) => action)].sort(([a], [b]) => placeOf(a) - placeOf(b))
}

/** The lower the graver. */
function placeOf(action: string): number {
  const known = iamActionsOf(action).flatMap((name) => GRAVE.get(name) ?? [])
  const place = Math.min(...known, placeOfRate(action))
  if (place < GRAVE_GROUPS.length) return place
  if (usesObjects(action)) return GRAVE_GROUPS.length
  return GRAVE_GROUPS.length + (isRead(action) ? 2 : 1)
}

/** What destroys, shares or reads secrets is as grave as its group, also where no restriction names it. */
function placeOfRate(action: string): number {
  const kind = rateKindOf(action)
  const place = GRAVE_GROUPS.findIndex(({ name }) => name === (kind === 'secret' ? 'secrets' : kind))
  return place < 0 ? GRAVE_GROUPS.length : place
}

function isRead(action: string): boolean {
  return /:(Get|List|Describe|Head|BatchGet|Lookup)/.test(action)
}
