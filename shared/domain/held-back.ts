import type { Incident } from './incident.ts'

/** The beginning of a reason that says that an account refuses the responder. */
const HELD_BACK = 'the responder is refused in its account: '

/** The reason for people of what keeps an incident from being contained or restricted: its account refuses the responder. */
export function heldBackBy(message: string): string {
  return `${HELD_BACK}${message}`
}

/** True where an incident asks because an account refused the responder: it is tried again until the account does not. */
export function isHeldBack({ state, decision, verdict }: Pick<Incident, 'state' | 'decision' | 'verdict'>): boolean {
  return state === 'asking' && verdict === undefined && decision.why.some((line) => line.startsWith(HELD_BACK))
}

/** An incident without the reasons that held it back. */
export function withoutHeldBack(incident: Incident): Incident {
  const { decision } = incident
  return { ...incident, decision: { ...decision, why: decision.why.filter((line) => !line.startsWith(HELD_BACK)) } }
}
