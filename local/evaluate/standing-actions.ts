import { type Action, isStronger } from '../../shared/domain/action.ts'
import { isAbout } from '../../shared/domain/created-principal.ts'
import type { Incident, IncidentState } from '../../shared/domain/incident.ts'
import type { Signal } from '../../shared/domain/signal.ts'
import { HOUR_MS } from '../../shared/domain/time.ts'
import { type IsRefused, refusesCalls } from '../refused-by-steps.ts'

/** How long calls after an action count as its price: a person has answered by then. Milliseconds. */
const PRICE_MS = 24 * HOUR_MS

const GIVEN_BACK: readonly IncidentState[] = ['releasing', 'released', 'expired']

/** What the actions in force mean for one call. `isAfterAction`: within 24 hours of a restriction or containment of its identity. */
export interface CallEffect {
  readonly isAfterAction: boolean
  readonly isRefused: boolean
}

/** The restrictions and containments that a case has called for so far, and what they would have refused. */
export interface StandingActions {
  /** Notes an incident as it stands after a record, at the time of that record (epoch ms). */
  note(incident: Incident, time: number): void
  /** What the actions noted so far mean for a call that came after them. */
  effectOn(signal: Signal): CallEffect
}

/** Makes an empty list of actions. `isRefused` says what each of them refuses. */
export function standingActions(isRefused: IsRefused): StandingActions {
  const actions = new Map<string, { incident: Incident; since: number; would: Action }>()
  return {
    note(incident, time) {
      const known = actions.get(incident.id)
      if (!refusesCalls(incident) && known === undefined) return
      const { would } = incident.decision
      const isNew = known === undefined || isStronger(would, known.would)
      actions.set(incident.id, { incident, would, since: isNew ? time : known.since })
    },
    effectOn(signal) {
      const about = [...actions.values()].map(({ incident, since }) => {
        const isStanding = !GIVEN_BACK.includes(incident.state)
        const refused = isStanding && isRefused(incident, signal)
        return { refused, isAfter: signal.time - since <= PRICE_MS && (refused || isAbout(incident, signal.identity)) }
      })
      return { isAfterAction: about.some(({ isAfter }) => isAfter), isRefused: about.some(({ refused }) => refused) }
    },
  }
}
