import { principalIn } from '../domain/arn.ts'
import { isAboutAct, isAttempt } from '../domain/attempt.ts'
import { edgeKey, type Incident, type LineageEdge } from '../domain/incident.ts'
import { UNNAMED } from '../domain/signal.ts'
import type { ContainPorts } from '../ports/contain.ts'
import { denyAll } from './deny-all.ts'
import { endSessions } from './end-sessions.ts'
import { accountBeside, quarantineArnFor } from './in-account.ts'
import { rankSessions } from './rank-sessions.ts'
import { accessKey } from './steps/access-key.ts'
import { roleTrust } from './steps/role-trust.ts'
import { serviceSpecificCredential } from './steps/service-specific-credential.ts'
import type { Step, Subject } from './steps/step.ts'
import { userAttachment } from './steps/user-attachment.ts'
import { userBoundary } from './steps/user-boundary.ts'

/** What a plan needs beside the incident. */
export interface PlanContext {
  /** The managed policy of the stack that denies everything, where there is one. */
  readonly quarantinePolicyArn: string | undefined
  /** That policy in another account than that of the incident's identity; absent where no other is acted in. */
  readonly quarantinePolicyArnIn?: (account: string) => string | undefined
  /** Epoch milliseconds. */
  readonly now: number
}

/** What a run of contain plans with. `ports` are those of the run on its incident. */
export function planContext(ports: Pick<ContainPorts, 'quarantinePolicyArn' | 'accounts' | 'clock'>): PlanContext {
  const { quarantinePolicyArn, clock } = ports
  return { quarantinePolicyArn, quarantinePolicyArnIn: (account) => quarantineArnFor({ account }, ports), now: clock.now() }
}

/** Above so many session names of the incident's own role, all its sessions are ended: whoever asks for a session chooses its name. */
const OWN_NAMES_LIMIT = 3

/** The most session names of another role that one policy denies. A person decides about more. */
export const TAKEN_NAMES_LIMIT = 50

/** A session name as STS accepts it. Nothing else is written into a policy. */
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/

/**
 * The steps that contain an incident, in the order of the ladder: the exact credential, then its owner, then what it issued.
 *
 * Keys that the compromised credential issued for other users become inactive, users and roles that it created are denied everything,
 * sessions that it assumed are ended by their names. Changes of what was there before wait for a person (`pendingOf`); those that a person
 * approved come last.
 */
export function planOf(incident: Incident, context: PlanContext): Step[] {
  const { identity, lineage, credentials } = incident
  const user: Subject = { kind: 'iam-user', name: identity.name }
  const own =
    identity.kind === 'iam-user'
      ? [
          ...credentials
            .filter(({ kind }) => kind === 'access-key')
            .map(({ id }) => accessKey.step({ userName: identity.name, accessKeyId: id })),
          denyUser(user, incident.id, context),
        ]
      : []
  const issued = lineage.flatMap((edge) => stepsFor(edge, incident.id, context))
  const steps = [...own, ...sessionSteps(incident, context), ...issued, ...approvedSteps(incident)]
  return [...new Map(steps.map((step) => [step.target, step])).values()]
}

function stepsFor({ kind, id, owner, account }: LineageEdge, incidentId: string, context: PlanContext): Step[] {
  switch (kind) {
    case 'access-key':
      return [accessKey.step({ userName: owner, accessKeyId: id }, {}, account)]
    case 'service-specific-credential':
      return [serviceSpecificCredential.step({ userName: owner, credentialId: id }, {}, account)]
    case 'user':
      return [denyUser({ kind: 'iam-user', name: owner, account }, incidentId, context)]
    case 'role':
      return [denyAll({ kind: 'role', name: owner, account }, incidentId)]
    default:
      return []
  }
}

/** The steps that set back what a person approved. */
export function approvedSteps({ lineage, approved, identity }: Incident): Step[] {
  return lineage.flatMap((edge) => (approved.includes(edgeKey(edge)) ? (closingOf(edge, identity.account) ?? []) : []))
}

/** The step that closes a backdoor, where one exists that can be undone. `own`: the account of the incident's identity. */
export function closingOf({ kind, id, owner, account }: LineageEdge, own: string): Step | undefined {
  const isTrust = kind === 'backdoor' && owner !== UNNAMED && id.startsWith('iam:UpdateAssumeRolePolicy ')
  return isTrust ? roleTrust.step({ roleName: owner, account: account ?? own }, {}, account) : undefined
}

/** Denies a user everything by an inline policy; without room for it by an attached policy; without room for that by a boundary. */
function denyUser(subject: Subject, incidentId: string, context: PlanContext): Step {
  const { name: userName, account } = subject
  const inline = denyAll(subject, incidentId)
  const quarantinePolicyArn = account === undefined ? context.quarantinePolicyArn : context.quarantinePolicyArnIn?.(account)
  if (quarantinePolicyArn === undefined) return inline
  const about = { userName, policyArn: quarantinePolicyArn }
  return { ...inline, nextRung: { ...userAttachment.step(about, {}, account), nextRung: userBoundary.step(about, {}, account) } }
}

/** Ends the primary sessions of the incident's own role, and the sessions of other roles that its credentials assumed, role by role. */
function sessionSteps(incident: Incident, { now }: PlanContext): Step[] {
  const { identity, updatedAt, id } = incident
  const own = identity.kind === 'role' ? primaryNames(incident) : undefined
  const taken = takenOn(incident)
  const isOwnRole = ({ role, account }: Pick<TakenRole, 'role' | 'account'>) => role === identity.name && account === undefined
  const ownRole = own === undefined || taken.some(isOwnRole) ? [] : [{ role: identity.name, account: undefined, names: new Set<string>() }]
  return [...taken, ...ownRole].flatMap((one) => {
    const { role: name, account } = one
    const names = [...one.names]
    if (own !== undefined && isOwnRole(one)) {
      // Only the incident's own role loses all its sessions: what other sessions of another role do is not known.
      const all = own.every((session) => session !== undefined) ? [...new Set([...(own as string[]), ...names])] : []
      return endSessions({ name, account }, id, { names: own.length > OWN_NAMES_LIMIT ? [] : all, since: updatedAt, now })
    }
    return names.length === 0 ? [] : endSessions({ name, account }, id, { names: namable(one, incident), since: updatedAt, now })
  })
}

/** The names that one policy denies, in the order of the lineage where it denies all of them. */
function namable(taken: TakenRole, incident: Incident): readonly string[] {
  const names = [...taken.names]
  return names.length <= TAKEN_NAMES_LIMIT ? names : rankSessions(taken, names, incident).slice(0, TAKEN_NAMES_LIMIT)
}

/**
 * What of the incident's own role a containment ends: `names` of sessions, or every session that was issued until then where `names` is empty. `others`
 * counts the sessions of the incident that go on. Undefined where the incident is not about a role.
 */
export function sessionsEnded(incident: Incident): { readonly names: readonly string[]; readonly others: number } | undefined {
  if (incident.identity.kind !== 'role') return undefined
  const own = primaryNames(incident)
  const names = own.flatMap((name) => name ?? [])
  if (own.length > OWN_NAMES_LIMIT || names.length < own.length || names.length === 0) return { names: [], others: 0 }
  const isOther = ({ id, sessionName }: Incident['credentials'][number]) => !isAttempt(id) && !names.includes(sessionName ?? '')
  return { names, others: incident.credentials.filter(isOther).length }
}

/** The names of the primary sessions; without any, that of the session with the strongest finding. `undefined` stands for a session without a name. */
function primaryNames({ credentials, findings }: Incident): (string | undefined)[] {
  const used = credentials.filter(({ id }) => !isAttempt(id))
  const primaries = used.filter(({ isPrimary }) => isPrimary)
  const first = used.filter(({ id }) => id === findings.find(isAboutAct)?.credentialId)
  const names = (primaries.length > 0 ? primaries : first.length > 0 ? first : used).map(({ sessionName }) => nameIn(sessionName))
  return [...new Set(names)]
}

/** A role of which the incident's credentials assumed sessions. `account`: its own, where it is another one than that of the incident's identity. */
export interface TakenRole {
  readonly role: string
  readonly account: string | undefined
  readonly names: Set<string>
}

/** The sessions of other roles that the incident's credentials assumed, by role and account. */
export function takenOn({ lineage, identity }: Pick<Incident, 'lineage' | 'identity'>): TakenRole[] {
  const taken = new Map<string, TakenRole>()
  for (const { kind, owner } of lineage) {
    const session = kind === 'session' ? roleSessionIn(owner) : undefined
    const named = nameIn(session?.name)
    if (session === undefined || named === undefined) continue
    const { role } = session
    const account = accountBeside(session.account, { identity })
    const key = `${account} ${role}`
    taken.set(key, taken.get(key) ?? { role, account, names: new Set() })
    taken.get(key)?.names.add(named)
  }
  return [...taken.values()]
}

function nameIn(name: string | undefined): string | undefined {
  return name !== undefined && SESSION_NAME.test(name) ? name : undefined
}

/** Account, role and session name of `arn:aws:sts::123456789012:assumed-role/deploy/build-7`; undefined of any other text. */
export function roleSessionIn(arn: string): { readonly account: string; readonly role: string; readonly name: string } | undefined {
  const session = principalIn(arn)
  if (session?.kind !== 'assumed-role' || session.sessionName === undefined) return undefined
  return { account: session.account, role: session.name, name: session.sessionName }
}
