import { edgeKey, type Incident, type LineageEdge } from '../domain/incident.ts'
import { statesBefore } from '../domain/incident-machine.ts'
import { lookupLines } from '../domain/lookup-lines.ts'
import { callsForPeople, manualSteps } from '../domain/manual-steps.ts'
import { RESTRICTION_LIMITS } from '../domain/restriction.ts'
import type { CreatedKind } from '../domain/signal.ts'
import { closingOf, TAKEN_NAMES_LIMIT, takenOn } from './plan.ts'

/**
 * What is left for a person to do, in words: about an identity that cannot be contained, and about what it changed of things that were there before. Empty where the incident calls
 * for nothing.
 */
export function pendingOf(incident: Incident): string[] {
  if (!callsForPeople(incident)) return []
  const { lineage, approved, identity, state, restriction } = incident
  const userOf = ({ owner, account }: LineageEdge) => `${owner}${inAccount(account)}`
  const issued = new Set(lineage.filter(({ kind }) => kind === 'user').map(userOf))
  const isRestricted = state === 'restricting' || state === 'restricted'
  const many = takenOn(incident)
    .filter(({ names }) => names.size > TAKEN_NAMES_LIMIT)
    .map(({ role, account, names }) => {
      const left = isRestricted
        ? 'all that were issued since are restricted, those of others too, and it may assume no role'
        : `${names.size - TAKEN_NAMES_LIMIT} are left, the least suspect`
      return `${names.size} sessions of role ${role}${inAccount(account)} were taken on: ${left}: end all its sessions if it can bear it`
    })
  const named = restriction?.sessions.length ?? 0
  const full =
    isRestricted && named >= RESTRICTION_LIMITS.sessions
      ? [`${named} sessions of role ${identity.name} are restricted, as many as can be named: contain the incident, which ends all of them`]
      : []
  const changed = lineage.flatMap((edge) => {
    const { kind } = edge
    const id = edgeKey(edge)
    if (approved.includes(id)) return []
    if (isRestricted && CREATED.has(kind))
      return [`${createdText(edge)} was created: it is not restricted; contain the incident to stop it`]
    if (isRestricted && kind === 'backdoor' && closingOf(edge, identity.account) !== undefined)
      return [`${id}: contain the incident, then approve, and it is closed to principals from outside the account`]
    if (isApprovable(incident, edge)) return [`${id}: approve, and it is closed to principals from outside the account`]
    if (kind === 'tag') return [`${id}: a tag that the policy names was changed: set it back`]
    if (kind === 'backdoor') return [`${id}: see what it opened, and set it back`]
    if (kind === 'console' && !issued.has(userOf(edge)))
      return [`a console password was set for ${userOf(edge)}: delete the login profile if it is not theirs`]
    return []
  })
  return [...lookupLines(incident), ...manualSteps(incident), ...many, ...full, ...changed]
}

/** True where a person may approve that the responder sets a change back now. */
export function isApprovable({ state, identity }: Incident, edge: LineageEdge): boolean {
  return statesBefore('approved').includes(state) && closingOf(edge, identity.account) !== undefined
}

function inAccount(account: string | undefined): string {
  return account === undefined ? '' : ` in account ${account}`
}

/** The kinds of what a credential created that a containment stops and a restriction does not. */
const CREATED: ReadonlySet<CreatedKind> = new Set(['user', 'role', 'access-key', 'service-specific-credential'])

/** What was created, in words: of a user or role the name says it all. */
function createdText({ kind, id, owner }: LineageEdge): string {
  const what = kind.replaceAll('-', ' ')
  return kind === 'user' || kind === 'role' ? `${what} ${owner}` : `${what} ${id} of ${owner}`
}
