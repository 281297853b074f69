import { GRAVE_ACTIONS } from '../domain/grave-actions.ts'
import type { PolicyRestriction, Restriction } from '../domain/restriction.ts'
import { brakesMore } from './brake.ts'
import { OWN_POLICY_CALLS } from './denied-patterns.ts'
import { readRestriction } from './restriction-document.ts'
import type { Subject } from './steps/step.ts'

/** True where a restriction that stands denies something that another would let through, to whom it names or from where. False where one of them is none. */
export function restrictsMore(standing: string, other: string): boolean {
  const [now, then] = [readRestriction(standing), readRestriction(other)]
  if (now === undefined || then === undefined) return false
  return PARTS.some((isLooser) => isLooser(now, then))
}

type Read = NonNullable<ReturnType<typeof readRestriction>>

/** Each is true where the second lets something through that the first denies. */
const PARTS: readonly ((now: Read, then: Read) => boolean)[] = [
  (now, then) => isOfFewerSessions(now.restriction, then.restriction),
  (now, then) => isFencedLess(now.restriction, then.restriction),
  (now, then) => leavesGraveActions(now.restriction, then.restriction),
  (now, then) => leavesServices(now.restriction, then.restriction),
  (now, then) => leavesDataPlanes(now.restriction, then.restriction),
  (now, then) => leavesOwnPolicies(now.subject, then),
  (now, then) => brakesMore(now.restriction, then.restriction),
]

/** Who was issued within a time is about as many as its bounds say; names and times are not compared with each other. */
function isOfFewerSessions(now: PolicyRestriction, then: PolicyRestriction): boolean {
  const isWithinTime =
    then.issued === undefined ||
    (now.issued !== undefined && then.issued.since <= now.issued.since && now.issued.until <= then.issued.until)
  const isNamed = then.sessions.length === 0 || (now.sessions.length > 0 && isWithin(now.sessions, then.sessions))
  return !(isWithinTime && isNamed)
}

function isFencedLess(now: Restriction, then: Restriction): boolean {
  return now.isFenced && !(then.isFenced && isWithin(then.addresses, now.addresses) && isWithin(then.endpoints, now.endpoints))
}

/** The actions of a document are those that it lets through, of the grave ones all. */
function leavesGraveActions(now: Restriction, then: Restriction): boolean {
  return !isWithin(then.actions.map(lower).filter(isGrave), now.actions.map(lower))
}

/** A document without services denies none as new. */
function leavesServices(now: Restriction, then: Restriction): boolean {
  if (now.services.length === 0) return false
  if (then.services.length === 0 || !isWithin(then.services, now.services)) return true
  const others = then.actions.filter((action) => !now.services.includes(action.slice(0, action.indexOf(':'))))
  return !isWithin(others.map(lower), now.actions.map(lower))
}

/** A document without services closes no data plane; that is what `leavesServices` says of it. */
function leavesDataPlanes({ neverUsed: now = [] }: Restriction, { neverUsed: then = [] }: Restriction): boolean {
  return !isWithin(now, then)
}

/** A document that guards no inline policies by themselves, or another's, has to deny their change altogether. */
function leavesOwnPolicies(now: Subject | undefined, { restriction, subject }: Read): boolean {
  if (now === undefined || (subject?.kind === now.kind && subject.name === now.name)) return false
  const left = restriction.actions.map(lower)
  return OWN_POLICY_CALLS.some((call) => left.includes(lower(call)))
}

const GRAVE = new Set(GRAVE_ACTIONS.map(lower))

function isGrave(action: string): boolean {
  return GRAVE.has(action)
}

function isWithin(some: readonly string[], all: readonly string[]): boolean {
  return some.every((one) => all.includes(one))
}

function lower(text: string): string {
  return text.toLowerCase()
}
