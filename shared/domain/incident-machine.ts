import { isStronger } from './action.ts'
import { isContainableIdentity, issuedToContain } from './containable.ts'
import { type Decision, withReasons } from './decision.ts'
import type { Incident, IncidentState, NoticeKind } from './incident.ts'
import type { IncidentEvent, IncidentEventKind } from './incident-event.ts'
import { orderedCredentials } from './ordered-credentials.ts'
import { refusedAction } from './refused-action.ts'
import { withoutShortfall } from './restriction-lines.ts'

/** `refused`: the event is not allowed in the incident's state; `from` names the states that allow it. */
export type Transition =
  | { readonly kind: 'moved'; readonly incident: Incident }
  | { readonly kind: 'refused'; readonly state: IncidentState; readonly from: readonly IncidentState[] }

type Targets = Readonly<Partial<Record<IncidentState, readonly IncidentState[]>>>

/**
 * The states that each event may lead to from each state. A state that is not named refuses the event. The diagram in docs/incidents.md is
 * generated from this table.
 */
export const TRANSITIONS: Readonly<Record<IncidentEventKind, Targets>> = {
  decided: {
    watching: ['watching', 'asking', 'restricting', 'containing'],
    asking: ['asking', 'restricting', 'containing'],
    restricting: ['restricting', 'containing'],
    restricted: ['restricted', 'containing'],
    containing: ['containing'],
    contained: ['contained'],
    releasing: ['releasing'],
    rotating: ['rotating'],
  },
  grew: {
    watching: ['watching'],
    asking: ['asking', 'restricting', 'containing'],
    restricting: ['restricting'],
    restricted: ['restricting'],
    containing: ['containing'],
    contained: ['containing'],
    releasing: ['releasing'],
    rotating: ['containing'],
  },
  approved: { asking: ['containing'], containing: ['containing'], contained: ['containing'] },
  ordered: { watching: ['containing'], asking: ['containing'], restricting: ['containing'], restricted: ['containing'] },
  extended: { watching: ['watching'], asking: ['asking'], restricted: ['restricted'], contained: ['contained'] },
  legitimate: {
    watching: ['releasing'],
    asking: ['releasing'],
    restricting: ['releasing'],
    restricted: ['releasing'],
    containing: ['releasing'],
    contained: ['releasing'],
    releasing: ['releasing'],
    rotating: ['releasing'],
  },
  compromised: {
    watching: ['confirmed', 'rotating'],
    asking: ['confirmed', 'rotating'],
    restricted: ['confirmed', 'rotating'],
    contained: ['confirmed', 'rotating'],
  },
  restricted: { restricting: ['restricted'] },
  contained: { containing: ['contained'] },
  'not-contained': { restricting: ['asking'], containing: ['asking'] },
  released: { releasing: ['released'] },
  'not-released': { releasing: ['asking'] },
  rotated: { rotating: ['confirmed'] },
  'not-rotated': { rotating: ['asking'] },
  unanswered: {
    watching: ['expired', 'confirmed', 'releasing'],
    asking: ['expired', 'confirmed', 'releasing'],
    restricted: ['confirmed', 'releasing'],
    contained: ['confirmed', 'releasing'],
  },
}

/** The states in which an event is allowed. */
export function statesBefore(kind: IncidentEventKind): IncidentState[] {
  return Object.keys(TRANSITIONS[kind]) as IncidentState[]
}

/** The states that an event may lead to. */
export function statesAfter(kind: IncidentEventKind): IncidentState[] {
  return [...new Set(Object.values(TRANSITIONS[kind]).flat())]
}

/**
 * The incident after an event, with all that belongs to its new state: verdict, times, reasons, the notice that is owed.
 *
 * Returns the same object where the event changes nothing. This function is pure, and the only code that changes an incident's state.
 */
export function transition(incident: Incident, event: IncidentEvent): Transition {
  const targets = TRANSITIONS[event.kind][incident.state]
  // An incident is `contained` when its primary credentials are disabled. Those of an identity that cannot be contained are still in use.
  const isPossible = (event.kind !== 'contained' && event.kind !== 'restricted') || isContainableIdentity(incident.identity)
  if (targets === undefined || !isPossible) return { kind: 'refused', state: incident.state, from: statesBefore(event.kind) }
  return { kind: 'moved', incident: after(incident, event) }
}

/** The incident after an event, or undefined where the event is refused or changes nothing, so that there is nothing to store. */
export function moved(incident: Incident, event: IncidentEvent): Incident | undefined {
  const result = transition(incident, event)
  return result.kind === 'moved' && result.incident !== incident ? result.incident : undefined
}

function after(incident: Incident, event: IncidentEvent): Incident {
  const { decision } = incident
  switch (event.kind) {
    case 'decided':
      return afterDecision(incident, event)
    case 'grew':
      return inState(incident, stateGrown(incident))
    case 'approved': {
      const approved = [...incident.approved.filter((id) => id !== event.edgeId), event.edgeId]
      return { ...inState(incident, 'containing'), approved }
    }
    case 'ordered':
      return { ...inState(incident, 'containing'), credentials: orderedCredentials(incident) }
    case 'extended': {
      const extended = { ...incident, extendedUntil: event.until, escalatedAt: undefined, pagedAt: undefined }
      return withNotice(extended, 'extended')
    }
    case 'legitimate':
      return { ...incident, state: 'releasing', verdict: event.verdict }
    case 'compromised':
      // Where keys are rotated, the notice follows when the rotation is done.
      return event.isRotating
        ? { ...incident, state: 'rotating', verdict: event.verdict }
        : withNotice({ ...incident, state: 'confirmed', verdict: event.verdict }, 'confirmed')
    case 'restricted': {
      const restricted = {
        ...withUpdatedAt(incident, event.at),
        state: 'restricted',
        restrictedAt: incident.restrictedAt ?? event.at,
      } as const
      return withNotice({ ...restricted, decision: withReasons(withoutShortfall(decision), event.remarks) }, 'restricted')
    }
    case 'contained': {
      const contained = { ...withUpdatedAt(incident, event.at), state: 'contained', containedAt: incident.containedAt ?? event.at } as const
      return withNotice({ ...contained, decision: withReasons(withoutShortfall(decision), event.remarks) }, 'contained')
    }
    case 'not-contained':
    case 'not-released':
    case 'not-rotated':
      return withNotice(
        { ...withUpdatedAt(incident, event.at), state: 'asking', decision: { ...withReasons(decision, event.why), action: 'ask' } },
        'ask',
      )
    case 'released':
      return withNotice({ ...withUpdatedAt(incident, event.at), state: 'released', suppression: event.suppression }, 'released')
    case 'rotated':
      return withNotice({ ...incident, state: 'confirmed' }, 'rotated')
    case 'unanswered':
      return afterExpiry(incident, event)
  }
}

/** Evidence never weakens an incident: a weaker decision does not replace a stronger one. */
function afterDecision(incident: Incident, { decision, signalId, time, origin }: IncidentEvent & { kind: 'decided' }): Incident {
  if (!isStrongerDecision(decision, incident.decision) || wasRefused(incident, decision)) return incident
  const next = { ...inState(incident, stateDecided(incident, decision)), decision, decidedBy: { signalId, time, origin } }
  const isNoticeDue = isStronger(decision.action, incident.decision.action)
  return { ...next, owedNotice: (isNoticeDue ? noticeFor(decision) : undefined) ?? incident.owedNotice }
}

function stateDecided(incident: Incident, decision: Decision): IncidentState {
  const { state } = incident
  if (state === 'watching' || state === 'asking') return openingState({ ...incident, decision })
  const isRestricted = state === 'restricting' || state === 'restricted'
  return isRestricted && decision.action === 'contain' ? 'containing' : state
}

/** What is in place stays enforced and can be given back: only an incident without it ends as `expired`, which does neither. */
function afterExpiry(
  incident: Incident,
  { verdict, onExpiry, isContained, isReleaseUnfinished }: IncidentEvent & { kind: 'unanswered' },
): Incident {
  const isInPlace = incident.state === 'contained' || incident.state === 'restricted' || isContained
  if (!isInPlace) return withNotice({ ...incident, state: 'expired' }, 'expired')
  // People wanted it back, and something could not be restored: it is tried again. What was contained again since is not given back for that.
  if (incident.state === 'asking' && isReleaseUnfinished && incident.verdict?.kind === 'legitimate')
    return { ...incident, state: 'releasing' }
  return onExpiry === 'release'
    ? { ...incident, state: 'releasing', verdict }
    : withNotice({ ...incident, state: 'confirmed', verdict }, 'confirmed')
}

/** The incident in a state. What is contained or restricted anew has no verdict: the one before was about what has changed, and the record's chain keeps it. */
function inState(incident: Incident, state: IncidentState): Incident {
  if (state === incident.state) return incident
  return state === 'containing' || state === 'restricting' ? { ...incident, state, verdict: undefined } : { ...incident, state }
}

/** Compares `would` where the actions are equal: a bound that limits the action must not hide that a stronger one is called for. */
function isStrongerDecision(a: Decision, b: Decision): boolean {
  return isStronger(a.action, b.action) || (a.action === b.action && isStronger(a.would, b.would))
}

/** True where a bound refused what a decision calls for: more evidence of the same kind does not lift the bound. */
function wasRefused(incident: Incident, decision: Decision): boolean {
  const refused = refusedAction(incident)
  return refused !== undefined && !isStronger(decision.action, refused)
}

/** Contain runs again for what `grew` found where it ran before, or where a bound or a failed step made it ask a person. */
function stateGrown(incident: Incident): IncidentState {
  switch (incident.state) {
    case 'contained':
    case 'rotating':
      return 'containing'
    case 'restricted':
      return 'restricting'
    default: {
      const refused = refusedAction(incident)
      return refused === undefined ? incident.state : refused === 'contain' ? 'containing' : 'restricting'
    }
  }
}

/** The state that a decision gives an open incident. What an identity issued is contained even where the identity itself cannot be. */
export function openingState(incident: Pick<Incident, 'identity' | 'lineage' | 'decision'>): IncidentState {
  const { decision, identity } = incident
  const isCalledFor = decision.mode === 'contain' && decision.would === 'contain'
  if (isCalledFor && !isContainableIdentity(identity) && issuedToContain(incident.lineage) > 0) return 'containing'
  return stateFor(decision)
}

function stateFor({ action }: Decision): IncidentState {
  if (action === 'contain') return 'containing'
  if (action === 'restrict') return 'restricting'
  return action === 'ask' ? 'asking' : 'watching'
}

/** The notice that respond owes for a decision; undefined where there is none. The contain function gives notice of what it did itself. */
export function noticeFor({ action }: Decision): NoticeKind | undefined {
  return action === 'notify' || action === 'ask' ? action : undefined
}

/** The incident with a notice that is owed. The notice is stored with the incident, so that one that could not be sent is sent later. */
export function withNotice(incident: Incident, kind: NoticeKind): Incident {
  return { ...incident, owedNotice: kind }
}

function withUpdatedAt(incident: Incident, at: number): Incident {
  return { ...incident, updatedAt: Math.max(at, incident.updatedAt) }
}
