import type { Incident, LineageEdge } from '../../domain/incident.ts'
import { accessKeyInactive } from './access-key-inactive.ts'
import { denyAll, inlinePolicy, sessionsRevoked } from './inline-policy.ts'
import type { Step, Subject } from './step.ts'
import { switchInactive } from './switch-inactive.ts'
import { userBoundary, userDenyAttached } from './user-deny-managed.ts'

/** What a plan needs beside the incident. */
export interface PlanContext {
  /** The managed policy of the stack that denies everything, where there is one. */
  readonly quarantinePolicyArn: string | undefined
  /** Epoch milliseconds. */
  readonly now: number
}

/** From so many session names of one role on, all its sessions are ended: whoever asks for a session chooses its name. */
const NAMES_LIMIT = 3

/** What STS takes as the name of a session. Nothing else is written into a policy. */
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/

/**
 * The steps that contain an incident, in the order of the ladder: the exact credential, then its owner, then what it made.
 *
 * Keys that the compromised credential made for other users are switched off, users and roles that it made are denied
 * everything, sessions that it took on are ended by their names. Changes to what was there before (`pendingOf`) wait for a person.
 */
export function planOf(incident: Incident, context: PlanContext): Step[] {
  const { identity, lineage, credentials } = incident
  const user: Subject = { kind: 'iam-user', name: identity.name }
  const own =
    identity.kind === 'iam-user'
      ? [
          ...credentials.filter(({ kind }) => kind === 'access-key').map(({ id }) => accessKeyInactive(identity.name, id)),
          denyUser(user.name, incident.id, context),
        ]
      : []
  const made = lineage.flatMap((edge) => stepsFor(edge, incident.id, context))
  const steps = [...own, ...sessionSteps(incident, context), ...made]
  return [...new Map(steps.map((step) => [step.target, step])).values()]
}

function stepsFor({ kind, id, owner }: LineageEdge, incidentId: string, context: PlanContext): Step[] {
  switch (kind) {
    case 'access-key':
      return [accessKeyInactive(owner, id)]
    case 'service-specific-credential':
      return [switchInactive(owner, { kind, id })]
    case 'user':
      return [denyUser(owner, incidentId, context)]
    case 'role':
      return [denyAll({ kind: 'role', name: owner }, incidentId)]
    default:
      return []
  }
}

/** Inline; where there is no room, attached; where there is none either, as a boundary. */
function denyUser(userName: string, incidentId: string, { quarantinePolicyArn }: PlanContext): Step {
  const inline = denyAll({ kind: 'iam-user', name: userName }, incidentId)
  if (quarantinePolicyArn === undefined) return inline
  const boundary = userBoundary(userName, quarantinePolicyArn)
  return { ...inline, nextRung: { ...userDenyAttached(userName, quarantinePolicyArn), nextRung: boundary } }
}

/** The sessions of the incident's own role, and those of other roles that its credentials took on, role by role. */
function sessionSteps({ identity, credentials, lineage, updatedAt, id }: Incident, { now }: PlanContext): Step[] {
  const sessions = new Map<string, Set<string | undefined>>()
  const add = (role: string, name: string | undefined) => sessions.set(role, (sessions.get(role) ?? new Set()).add(name))
  if (identity.kind === 'role') for (const { sessionName } of credentials) add(identity.name, sessionName)
  for (const edge of lineage) {
    const [role, name] = edge.kind === 'session' ? roleSessionIn(edge.owner, identity.account) : []
    if (role !== undefined) add(role, name)
  }
  return [...sessions].map(([role, names]) => {
    const exact = [...names].filter((name) => name !== undefined && SESSION_NAME.test(name)) as string[]
    const isExact = exact.length === names.size && exact.length <= NAMES_LIMIT
    return sessionsRevoked(role, id, { names: isExact ? exact : [], since: updatedAt, now })
  })
}

/** Role and session name of `arn:aws:sts::123456789012:assumed-role/deploy/build-7`, where the role is one of the account's. */
export function roleSessionIn(arn: string, account: string): [role: string, name: string] | [] {
  const [, owner, role, name] = arn.match(/^arn:[^:]+:sts::(\d{12}):assumed-role\/([^/]+)\/(.+)$/) ?? []
  return owner === account && role !== undefined && name !== undefined ? [role, name] : []
}

/** What the compromised credential changed of things that were there before: for a person to look at, in words. */
export function pendingOf({ lineage }: Incident): string[] {
  const made = new Set(lineage.filter(({ kind }) => kind === 'user').map(({ owner }) => owner))
  return lineage.flatMap(({ kind, id, owner }) => {
    if (kind === 'door') return [`${id}: see what it opened, and set it back`]
    if (kind === 'console' && !made.has(owner))
      return [`a console password was set for ${owner}: delete the login profile if it is not theirs`]
    return []
  })
}

/** The step that an entry of the record is about, so that a release needs nothing but the record. */
export function stepFor(target: string): Step | undefined {
  const [kind, owner, name] = target.match(/^([a-z-]+):([^/]+)\/(.+)$/)?.slice(1) ?? []
  if (owner === undefined || name === undefined) return undefined
  // What the value is to be is in the record; it is not made again here.
  const asRecorded = () => undefined
  switch (kind) {
    case 'access-key':
      return accessKeyInactive(owner, name)
    case 'service-specific-credential':
    case 'ssh-public-key':
    case 'signing-certificate':
      return switchInactive(owner, { kind, id: name })
    case 'user-policy':
      return inlinePolicy({ kind: 'iam-user', name: owner }, name, asRecorded)
    case 'role-policy':
      return inlinePolicy({ kind: 'role', name: owner }, name, asRecorded)
    case 'user-attachment':
      return userDenyAttached(owner, name)
    case 'user-boundary':
      return userBoundary(owner, name)
  }
  return undefined
}
