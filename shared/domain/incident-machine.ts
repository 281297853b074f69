import { isContainableIdentity, issuedToContain } from './containable.ts'
import { type Decision, isStronger, withReasons } from './decision.ts'
import type { Incident, IncidentState, NoticeKind, Suppression, Verdict } from './incident.ts'

/**
 * What can happen to an incident. Times are epoch milliseconds.
 *
 * `decided`: the evidence calls for this by now. `grew`: a credential or an issued thing was found that is not out of use yet.
 * `approved`: a person wants one change set back. `ordered`: a person wants it contained. `extended`: a person needs more time.
 * `legitimate`, `compromised`: a verdict; `isRotating` where the keys are made anew first. `contained`: every credential that did it
 * is out of use, read back. `not-contained`: a run of contain ended without that. `released`: all is given back; `not-released`: some
 * of it could not be. `rotated`: the new keys are delivered, the old ones deleted. `unanswered`: nobody said anything for as long as
 * the policy waits.
 */
export type IncidentEvent =
  | { readonly kind: 'decided'; readonly decision: Decision; readonly signalId: string; readonly time: number }
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
  | { readonly kind: 'unanswered'; readonly verdict: Verdict; readonly onExpiry: 'keep' | 'release' }

export type IncidentEventKind = IncidentEvent['kind']

/** `refused`: nothing of the kind can happen to an incident in this state. */
export type Transition =
  | { readonly kind: 'moved'; readonly incident: Incident }
  | { readonly kind: 'refused'; readonly state: IncidentState; readonly from: readonly IncidentState[] }

type Targets = Readonly<Partial<Record<IncidentState, readonly IncidentState[]>>>

/** Where each event may lead from each state. A state that is not named refuses the event. The picture in docs/incidents.md is made from it. */
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
  ordered: { asking: ['containing'] },
  extended: { watching: ['watching'], asking: ['asking'], contained: ['contained'] },
  legitimate: {
    watching: ['releasing'],
    asking: ['releasing'],
    containing: ['releasing'],
    contained: ['releasing'],
    releasing: ['releasing'],
    rotating: ['releasing'],
  },
  compromised: { asking: ['confirmed', 'rotating'], contained: ['confirmed', 'rotating'] },
  contained: { containing: ['contained'] },
  'not-contained': { containing: ['asking'] },
  released: { releasing: ['released'] },
  'not-released': { releasing: ['asking'] },
  rotated: { rotating: ['confirmed'] },
  unanswered: { watching: ['expired'], asking: ['expired'], contained: ['confirmed', 'releasing'] },
}

/** The states from which an event may happen. */
export function statesBefore(kind: IncidentEventKind): IncidentState[] {
  return Object.keys(TRANSITIONS[kind]) as IncidentState[]
}

/** The states that an event may lead to. */
export function statesAfter(kind: IncidentEventKind): IncidentState[] {
  return [...new Set(Object.values(TRANSITIONS[kind]).flat())]
}

/**
 * The incident after an event, with what belongs to its state: verdict, times, reasons, the notice that is owed. Answers the very same
 * incident where the event changes nothing. Pure; the only code that moves an incident.
 */
export function transition(incident: Incident, event: IncidentEvent): Transition {
  const targets = TRANSITIONS[event.kind][incident.state]
  // `contained` is said of the credentials that did it: those of an identity that cannot be contained are still in use.
  const isTrue = event.kind !== 'contained' || isContainableIdentity(incident.identity)
  if (targets === undefined || !isTrue) return { kind: 'refused', state: incident.state, from: statesBefore(event.kind) }
  return { kind: 'moved', incident: after(incident, event) }
}

/** The incident after an event, or undefined where it is refused or changes nothing: nothing is to be written then. */
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
      return canGoOn(incident) ? { ...incident, state: 'containing' } : incident
    case 'approved': {
      const approved = [...incident.approved.filter((id) => id !== event.edgeId), event.edgeId]
      return { ...incident, state: 'containing', approved }
    }
    case 'ordered':
      return { ...incident, state: 'containing' }
    case 'extended': {
      const extended = { ...incident, extendedUntil: event.until, escalatedAt: undefined, pagedAt: undefined }
      return owing(extended, 'extended')
    }
    case 'legitimate':
      return { ...incident, state: 'releasing', verdict: event.verdict }
    case 'compromised':
      // What is rotated is told of when that is done.
      return event.isRotating
        ? { ...incident, state: 'rotating', verdict: event.verdict }
        : owing({ ...incident, state: 'confirmed', verdict: event.verdict }, 'confirmed')
    case 'contained': {
      const contained = { ...later(incident, event.at), state: 'contained', containedAt: incident.containedAt ?? event.at } as const
      return owing({ ...contained, decision: withReasons(decision, event.remarks) }, 'contained')
    }
    case 'not-contained':
    case 'not-released':
      return owing(
        { ...later(incident, event.at), state: 'asking', decision: { ...withReasons(decision, event.why), action: 'ask' } },
        'ask',
      )
    case 'released':
      return owing({ ...later(incident, event.at), state: 'released', suppression: event.suppression }, 'released')
    case 'rotated':
      return owing({ ...incident, state: 'confirmed' }, 'rotated')
    case 'unanswered':
      return afterSilence(incident, event)
  }
}

/** An incident never steps back by itself: a weaker decision leaves the stronger one standing. */
function afterDecision(incident: Incident, { decision, signalId, time }: IncidentEvent & { kind: 'decided' }): Incident {
  if (!isStrongerDecision(decision, incident.decision) || wasRefused(incident)) return incident
  const isOpen = incident.state === 'watching' || incident.state === 'asking'
  const next = {
    ...incident,
    decision,
    decidedBy: { signalId, time },
    state: isOpen ? openingState({ ...incident, decision }) : incident.state,
  }
  const isToBeTold = isStronger(decision.action, incident.decision.action)
  return { ...next, owedNotice: (isToBeTold ? owedFor(decision) : undefined) ?? incident.owedNotice }
}

function afterSilence(incident: Incident, { verdict, onExpiry }: IncidentEvent & { kind: 'unanswered' }): Incident {
  if (incident.state !== 'contained') return owing({ ...incident, state: 'expired' }, 'expired')
  return onExpiry === 'release'
    ? { ...incident, state: 'releasing', verdict }
    : owing({ ...incident, state: 'confirmed', verdict }, 'confirmed')
}

/** What the thresholds call for counts too: a bound that limits an action must not hide that it is called for. */
function isStrongerDecision(a: Decision, b: Decision): boolean {
  return isStronger(a.action, b.action) || (a.action === b.action && isStronger(a.would, b.would))
}

/** Contain was called and a bound refused it: more evidence of the same kind does not lift that bound. */
function wasRefused({ state, decision }: Incident): boolean {
  return state === 'asking' && decision.mode === 'contain' && decision.would === 'contain'
}

/** Whether contain has to look at what is new: it was done before, or it asked for a bound or for a step that failed. */
function canGoOn(incident: Incident): boolean {
  return incident.state === 'contained' || incident.state === 'rotating' || wasRefused(incident)
}

/** The state that a decision brings an open incident into. What an identity issued is contained also where the identity itself cannot be. */
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

/** What people are told of by respond. Contain tells of what it did. */
export function owedFor({ action }: Decision): NoticeKind | undefined {
  return action === 'notify' || action === 'ask' ? action : undefined
}

/** An incident that people are to be told about. The notice is stored with it, so that one that fails is sent later. */
export function owing(incident: Incident, kind: NoticeKind): Incident {
  return { ...incident, owedNotice: kind }
}

function later(incident: Incident, at: number): Incident {
  return { ...incident, updatedAt: Math.max(at, incident.updatedAt) }
}
