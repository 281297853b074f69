import type { Change } from '../domain/change.ts'
import type { Incident } from '../domain/incident.ts'
import { standingSteps } from '../domain/progress.ts'
import { SWEEP_ACTOR } from '../domain/sweep-actor.ts'
import { isReleaseUnfinished, lastOrderOfPerson } from '../record/orders.ts'

/**
 * How long an incident has waited for people, and what they were told. Times are epoch milliseconds.
 *
 * `remindFrom`: reminders and the page count from here. `since`: the expiry counts from here. `told`: when people were last told after `remindFrom`.
 */
export interface Wait {
  readonly remindFrom: number
  readonly since: number
  readonly told: { readonly escalated: number | undefined; readonly paged: number | undefined }
  /** True where steps of contain are in place. */
  readonly isContained: boolean
  readonly isReleaseUnfinished: boolean
}

/**
 * Reads the wait of an incident from its record. `changes` is the incident's chain, `orders` that of what people ordered.
 *
 * Whoever may write the incident may write any time into it. A time there therefore only ever makes the wait longer, and never by a time in the future:
 * an extension counts where the chain has it. What people were told is read from the chain of orders, which `respond` may not write.
 */
export function waitOf(
  incident: Incident,
  { changes, orders, now }: { readonly changes: readonly Change[]; readonly orders: readonly Change[]; readonly now: number },
): Wait {
  const latest = (times: readonly (number | undefined)[]) =>
    Math.max(0, ...times.filter((time) => time !== undefined && time <= now).map(Number))
  const timeOf = (change: Change | undefined) => (change === undefined ? undefined : Date.parse(change.at))
  const { state, verdict, restrictedAt, containedAt, decidedBy, extendedUntil } = incident
  const extension = extendedUntil !== undefined && (extendedUntil <= now || isExtended(extendedUntil, changes)) ? extendedUntil : 0
  // The growth of an incident, which an intruder can bring about again and again, postpones its expiry, and no reminder.
  const remindFrom = Math.max(
    extension,
    latest([timeOf(changes[0]), restrictedAt, containedAt, decidedBy.time, timeOf(lastOrderOfPerson(orders))]),
  )
  const moves = changes.filter(({ kind, actor }) => MOVES.has(kind) && actor !== SWEEP_ACTOR)
  const toldOf = (notice: 'escalated' | 'paged') => {
    const at = timeOf(orders.findLast(({ kind, to }) => kind === 'notice' && to === notice))
    return at !== undefined && at >= remindFrom ? at : undefined
  }
  return {
    remindFrom,
    since: Math.max(remindFrom, latest(moves.map(timeOf))),
    told: { escalated: toldOf('escalated'), paged: toldOf('paged') },
    isContained: standingSteps(changes).length > 0,
    isReleaseUnfinished: state === 'asking' && verdict?.kind === 'legitimate' && isReleaseUnfinished(changes, orders),
  }
}

/** Entries of the chain after which an incident begins to wait anew. The sweep's own may be those of a run that broke off. */
const MOVES: ReadonlySet<Change['kind']> = new Set(['decision', 'state', 'verdict'])

function isExtended(until: number, changes: readonly Change[]): boolean {
  return changes.some(({ kind, to }) => kind === 'extension' && (to as { until?: unknown } | null)?.until === until)
}
