import { accountBeside } from '../shared/contain/in-account.ts'
import { sessionsEnded, type TakenRole, takenOn } from '../shared/contain/plan.ts'
import { restrictionStepsOf } from '../shared/contain/restriction-plan.ts'
import { keyOf } from '../shared/contain/subjects.ts'
import { isRefusedBy } from '../shared/decide/reach/refused-by.ts'
import { isStronger } from '../shared/domain/action.ts'
import { attempted } from '../shared/domain/attempt.ts'
import { isContainableCredential } from '../shared/domain/containable.ts'
import { isAbout, leadsTo } from '../shared/domain/created-principal.ts'
import type { Incident } from '../shared/domain/incident.ts'
import { NEVER_REFUSED } from '../shared/domain/never-refused.ts'
import type { CreatedKind, Signal } from '../shared/domain/signal.ts'

/** Whether what was done about an incident would have refused a call that came after it. Pure. */
export type IsRefused = (incident: Incident, signal: Signal) => boolean

/** True where an incident's evidence calls for an action that refuses calls, in a mode that allows it. */
export function refusesCalls({ decision }: Pick<Incident, 'decision'>): boolean {
  return isStronger(decision.would, 'ask')
}

/** Whether the steps of an incident would have refused a call: all steps of its containment, or those of its restriction. */
export function refusedBySteps(isRestricted: IsRefused = isRefusedByRestriction): IsRefused {
  return (incident, signal) => {
    if (!refusesCalls(incident)) return false
    return incident.decision.would === 'contain' ? isRefusedByContainment(incident, signal) : isRestricted(incident, signal)
  }
}

/**
 * True where a call was made with what the plan of a containment disables: the keys and every other credential of a user, the sessions of a role that the plan
 * ends, and what the credentials issued. Signals do not say when a session was issued, so a session that was requested later under an ended name counts as refused.
 */
export function isRefusedByContainment(incident: Incident, signal: Signal): boolean {
  return isByInactiveKey(incident, signal) || (isDenied(incident, signal) && !NEVER_REFUSED.has(signal.action))
}

/** True where the policy that an incident's restriction sets on the identity of a call would have refused it. */
export function isRefusedByRestriction(incident: Incident, signal: Signal): boolean {
  const { kind, name } = signal.identity
  if (kind !== 'role' && kind !== 'iam-user') return false
  const account = accountBeside(signal.identity.account, incident)
  const document = documentsOf(incident).get(keyOf({ kind: kind === 'role' ? 'role' : 'iam-user', name, account }))
  return document !== undefined && isRefusedBy(document, signal)
}

/** The documents of an incident's restriction, by kind, name and account of user or role. Made once for each restriction: every later call is held against them. */
function documentsOf(incident: Incident): ReadonlyMap<string, unknown> {
  const { restriction, lineage } = incident
  if (restriction === undefined) return new Map()
  const known = MADE.get(restriction)
  if (known?.lineage === lineage) return known.documents
  const documents = new Map(
    restrictionStepsOf(incident).flatMap((step) => {
      const document = step.contained(null)
      return document == null ? [] : [[keyOf(step.subject), JSON.parse(document)] as const]
    }),
  )
  MADE.set(restriction, { lineage, documents })
  return documents
}

const MADE = new WeakMap<object, { readonly lineage: Incident['lineage']; readonly documents: ReadonlyMap<string, unknown> }>()

function isByInactiveKey(incident: Incident, { identity, credential }: Signal): boolean {
  const id = attempted(credential.id)
  const isSameKey = (key: { readonly id: string; readonly kind: CreatedKind }) => key.kind === 'access-key' && key.id === id
  const isOwn = incident.identity.kind === 'iam-user' && isAbout(incident, identity)
  return incident.lineage.some(isSameKey) || (isOwn && incident.credentials.some(isSameKey))
}

function isDenied(incident: Incident, { identity, credential: { id, sessionName } }: Signal): boolean {
  if (incident.lineage.some((edge) => leadsTo(edge, identity, incident.identity) || (edge.id === id && isContainableCredential(edge.kind))))
    return true
  const account = accountBeside(identity.account, incident)
  const isTaken = (one: TakenRole) => one.role === identity.name && one.account === account && one.names.has(sessionName ?? '')
  if (identity.kind === 'role' && takenOn(incident).some(isTaken)) return true
  if (!isAbout(incident, identity)) return false
  if (identity.kind === 'iam-user') return true
  const ended = sessionsEnded(incident)
  return ended !== undefined && (ended.names.length === 0 || ended.names.includes(sessionName ?? ''))
}
