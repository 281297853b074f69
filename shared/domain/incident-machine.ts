import { isContainableIdentity, issuedToContain } from './containable.ts'
import { type Decision, isStronger, withReasons } from './decision.ts'
import type { Incident, IncidentState, NoticeKind, SignalOrigin, Suppression, Verdict } from './incident.ts'
import { orderedCredentials } from './ordered-credentials.ts'

/**
 * What can happen to an incident. Times are epoch milliseconds.
 *
 * `decided`: the evidence led to this decision. `grew`: a credential of the identity, or one that it issued, was found that is not disabled
 * yet. `approved`: a person wants one change of the intruder reverted. `ordered`: a person wants the incident contained. `extended`: a person
 * needs more time. `legitimate`, `compromised`: a verdict; `isRotating` is true where the keys are rotated before the incident closes.
 * `contained`: every primary credential is disabled, and that was read back. `not-contained`: a run of contain ended without that.
 * `released`: everything is restored. `not-released`: something could not be restored. `rotated`: the new keys are delivered and the old ones
 * deleted. `not-rotated`: no order of a person stands for the rotation. `unanswered`: nobody gave a verdict in the time that the policy allows;
 * `isContained` is true where steps of contain are in place, and `isReleaseUnfinished` where the last word of a person is a release that ended with a
 * question. The record says both, not the incident.
 */
export type IncidentEvent =
  | {
      readonly kind: 'decided'
      readonly decision: Decision
      readonly signalId: string
      readonly time: number
      readonly origin?: SignalOrigin
    }
  | { readonly kind: 'grew' }
  | { readonly kind: 'approved'; readonly edgeId: string }
  | { readonly kind: 'ordered' }
  | { readonly kind: 'extended'; readonly until: number }
  | { readonly kind: 'legitimate'; readonly verdict: Verdict }
  | { readonly kind: 'compromised'; readonly verdict: Verdict; readonly isRotating: boolean }
  | { readonly kind: 'contained'; readonly at: number; readonly remarks: readonly string[] }
  | { readonly kind: 'not-contained'; readonly at: number; readonly why: readonly string[] }
  | { readonly kind: 'released'; readonly at: number; readonly suppression: Suppression }
  | { readonly kind: 'not-released'; readonly at: number; readonly why: readonly string[] }
  | { readonly kind: 'rotated' }
  | { readonly kind: 'not-rotated'; readonly at: number; readonly why: readonly string[] }
  | {
      readonly kind: 'unanswered'
      readonly verdict: Verdict
      readonly onExpiry: 'keep' | 'release'
      readonly isContained: boolean
      readonly isReleaseUnfinished: boolean
    }

export type IncidentEventKind = IncidentEvent['kind']

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
    watching: ['watching', 'asking', 'containing'],
    asking: ['asking', 'containing'],
    containing: ['containing'],
    contained: ['contained'],
    releasing: ['releasing'],
    rotating: ['rotating'],
  },
  grew: {
    watching: ['watching'],
    asking: ['asking', 'containing'],
    containing: ['containing'],
    contained: ['containing'],
    releasing: ['releasing'],
    rotating: ['containing'],
  },
  approved: { asking: ['containing'], containing: ['containing'], contained: ['containing'] },
  ordered: { watching: ['containing'], asking: ['containing'] },
  extended: { watching: ['watching'], asking: ['asking'], contained: ['contained'] },
  legitimate: {
    watching: ['releasing'],
    asking: ['releasing'],
    containing: ['releasing'],
    contained: ['releasing'],
    releasing: ['releasing'],
    rotating: ['releasing'],
  },
  compromised: { watching: ['confirmed', 'rotating'], asking: ['confirmed', 'rotating'], contained: ['confirmed', 'rotating'] },
  contained: { containing: ['contained'] },
  'not-contained': { containing: ['asking'] },
  released: { releasing: ['released'] },
  'not-released': { releasing: ['asking'] },
  rotated: { rotating: ['confirmed'] },
  'not-rotated': { rotating: ['asking'] },
  unanswered: {
    watching: ['expired', 'confirmed', 'releasing'],
    asking: ['expired', 'confirmed', 'releasing'],
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
  const isPossible = event.kind !== 'contained' || isContainableIdentity(incident.identity)
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
      return mustRunContain(incident) ? inState(incident, 'containing') : incident
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
    case 'contained': {
      const contained = { ...withUpdatedAt(incident, event.at), state: 'contained', containedAt: incident.containedAt ?? event.at } as const
      return withNotice({ ...contained, decision: withReasons(decision, event.remarks) }, 'contained')
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
  if (!isStrongerDecision(decision, incident.decision) || wasRefused(incident)) return incident
  const isOpen = incident.state === 'watching' || incident.state === 'asking'
  const state = isOpen ? openingState({ ...incident, decision }) : incident.state
  const next = { ...inState(incident, state), decision, decidedBy: { signalId, time, origin } }
  const isNoticeDue = isStronger(decision.action, incident.decision.action)
  return { ...next, owedNotice: (isNoticeDue ? noticeFor(decision) : undefined) ?? incident.owedNotice }
}

/** What is in place stays enforced and can be given back: only an incident without it ends as `expired`, which does neither. */
function afterExpiry(
  incident: Incident,
  { verdict, onExpiry, isContained, isReleaseUnfinished }: IncidentEvent & { kind: 'unanswered' },
): Incident {
  const isInPlace = incident.state === 'contained' || isContained
  if (!isInPlace) return withNotice({ ...incident, state: 'expired' }, 'expired')
  // People wanted it back, and something could not be restored: it is tried again. What was contained again since is not given back for that.
  if (incident.state === 'asking' && isReleaseUnfinished && incident.verdict?.kind === 'legitimate')
    return { ...incident, state: 'releasing' }
  return onExpiry === 'release'
    ? { ...incident, state: 'releasing', verdict }
    : withNotice({ ...incident, state: 'confirmed', verdict }, 'confirmed')
}

/** The incident in a state. What is contained anew has no verdict: the one before was about what has changed, and the record's chain keeps it. */
function inState(incident: Incident, state: IncidentState): Incident {
  return state === 'containing' && incident.state !== 'containing' ? { ...incident, state, verdict: undefined } : { ...incident, state }
}

/** Compares `would` where the actions are equal: a bound that limits the action must not hide that a stronger one is called for. */
function isStrongerDecision(a: Decision, b: Decision): boolean {
  return isStronger(a.action, b.action) || (a.action === b.action && isStronger(a.would, b.would))
}

/** True where containment was called for and a bound refused it: more evidence of the same kind does not lift the bound. */
function wasRefused({ state, decision }: Incident): boolean {
  return state === 'asking' && decision.mode === 'contain' && decision.would === 'contain'
}

/** True where contain has to run for a new finding of `grew`: it ran before, or a bound or a failed step made it ask a person. */
function mustRunContain(incident: Incident): boolean {
  return incident.state === 'contained' || incident.state === 'rotating' || wasRefused(incident)
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
