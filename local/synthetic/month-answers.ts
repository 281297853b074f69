import { counted } from '../../shared/domain/counted.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { printable } from '../../shared/domain/printable.ts'
import { MINUTE_MS } from '../../shared/domain/time.ts'
import type { Target } from '../target.ts'

/** Who of the story answers what the month asks. */
export const ANSWERER = 'ben'

/** How long after it was opened an incident is answered, at the earliest. */
const ANSWERED_AFTER_MS = 10 * MINUTE_MS

/** The answers of a person of the story to what the month before the last day asks. */
export interface MonthAnswers {
  readonly released: readonly Pick<Incident, 'id' | 'identity' | 'verdict'>[]
  /** Releases, with a reason, every incident that asks or in which something is restricted: nothing in that month is the work of an intruder. */
  answer(): Promise<void>
}

/** Makes the answers, which go through the review that people use. `target`: the account as that person has it. */
export function monthAnswers(target: Pick<Target, 'incidents' | 'review' | 'clock'>): MonthAnswers {
  const released: Incident[] = []
  return {
    released,
    async answer() {
      const until = target.clock.now() - ANSWERED_AFTER_MS
      for (const { id, state, identity, openedAt } of await target.incidents.listOpen(20)) {
        if (state === 'watching' || openedAt > until) continue
        released.push(await target.review(id, { kind: 'legitimate', reason: reasonFor(identity) }))
      }
    },
  }
}

function reasonFor({ kind, name }: Incident['identity']): string {
  return kind === 'iam-user' ? `asked ${name}, who had planned it` : `asked the owners of ${name}, who had planned it`
}

/** What the month held, in one line. */
export function monthLine({ released }: Pick<MonthAnswers, 'released'>, days: number): string {
  if (released.length === 0) return `In these ${days} days no incident asked anybody.`
  const byReason = Map.groupBy(released, ({ verdict }) => printable(verdict?.reason ?? '', 100))
  const each = [...byReason].map(([reason, all]) => `${reason} (${all.map(({ id }) => id).join(', ')})`)
  const them = released.length === 1 ? 'it' : 'each'
  return `In these ${days} days ${counted(released.length, 'incident')} asked, and ${ANSWERER} released ${them} with a reason: ${each.join('; ')}.`
}
