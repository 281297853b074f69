import { isStronger } from '../domain/action.ts'
import { parseArn } from '../domain/arn.ts'
import { CEILINGS } from '../domain/ceilings.ts'
import { accountOfKey } from '../domain/key-account.ts'
import type { Identity, Signal } from '../domain/signal.ts'
import { workloadKey } from '../domain/workload-sessions.ts'
import { errorName, RefusedInAccount } from '../errors.ts'
import type { Iam } from '../ports/iam.ts'
import type { InstanceProfiles } from '../ports/lookup.ts'
import type { IdentityStore } from '../ports/stores.ts'
import { type RolePaths, rolePath } from './role-paths.ts'
import type { SessionCalls } from './session-calls.ts'
import { isCloudTrailRecord, signalsOf } from './sources/cloudtrail.ts'

/** The name of the error by which IAM refuses a look-up, as it does for a key of another account. */
const REFUSED = 'AccessDenied'

export interface JoinPorts {
  readonly iam: Pick<Iam, 'ownerOf' | 'describe'>
  readonly paths: RolePaths
  /** Whose session it is, CloudTrail says; absent where it cannot be asked. */
  readonly sessions?: SessionCalls | undefined
  /** Which roles had sessions of a workload. */
  readonly workloads?: Pick<IdentityStore, 'workloadsOf'> | undefined
  /** Which role an instance has, by its profile; absent where IAM cannot be asked. */
  readonly profiles?: InstanceProfiles | undefined
}

/** True for a signal that says itself whom it is about, as nearly every one does. */
export function isJoined({ kind, isRolePathUnknown }: Signal): boolean {
  return isRolePathUnknown !== true && kind !== 'credential-exposure' && kind !== 'finding'
}

/**
 * Finds whom a report means: the user that owns a key, as IAM names it, whoever the party names; the role of a session, as CloudTrail knows it; the role of an
 * instance; the path of a role or of a user. What cannot be found keeps the placeholder, with the reason, so that the incident asks a person in place of being
 * dropped: delivered again, the event would be refused again.
 *
 * Other failures throw, and so does a refusal for a key whose id says that it is the account's own: the role lacks a right then, which an alarm has to say.
 */
export async function joinIdentity(signal: Signal, ports: JoinPorts): Promise<Signal> {
  const { credential, identity } = signal
  if (credential.kind === 'access-key') return ofKey(signal, ports.iam)
  if (identity.kind !== 'unknown') return signal.isRolePathUnknown === true ? rolePath(signal, ports) : signal
  if (credential.kind === 'session') return ofSession(signal, ports)
  const found = isOfProfile(identity) ? await ofProfile(signal, ports) : signal
  return found.identity.kind === 'unknown' ? ofWorkload(found, ports) : found
}

async function ofKey(signal: Signal, iam: JoinPorts['iam']): Promise<Signal> {
  const { identity: named, credential } = signal
  try {
    const owner = await iam.ownerOf(credential.id, named.account)
    if (owner !== undefined) return joined(signal, owner)
    return kept(signal, 'no user who is known owns this key')
  } catch (cause) {
    if (cause instanceof RefusedInAccount) return kept(signal, 'its account refuses the responder, which cannot say whose it is')
    const isOwn = accountOfKey(credential.id) === signal.account
    if (errorName(cause) !== REFUSED || isOwn) throw cause
    return kept(signal, 'IAM refused to name its owner')
  }
}

/** The calls of a session say whose it is. An id alone, which anybody can write, is not worth a request of the two that CloudTrail takes a second. */
async function ofSession(signal: Signal, { sessions, ...ports }: JoinPorts): Promise<Signal> {
  if (sessions === undefined || signal.report?.grade === 'id-only') return signal
  const records = await sessions.callsOf(signal.credential.id, isWritten(signal))
  if (records === undefined)
    return kept(signal, 'CloudTrail was not asked for its calls, which it is few times a minute of what anybody may write')
  for (const record of records) {
    const read = isCloudTrailRecord(record) ? signalsOf(record) : undefined
    const call = read?.kind === 'signals' ? read.signals.find(({ kind }) => kind === 'api-call') : undefined
    if (call?.credential.id !== signal.credential.id) continue
    const { identity, credential } = call.isRolePathUnknown === true ? await rolePath(call, ports) : call
    return joined({ ...signal, credential }, identity)
  }
  return kept(signal, 'CloudTrail knows no call of this session')
}

/** True for what somebody may have written who knows no more than an id: a secret beside it can be invented. */
export function isWritten({ source, report }: Signal): boolean {
  return source !== 'cloudtrail' && (report?.grade === 'with-secret' || isStronger('contain', CEILINGS[source].most))
}

/** True for whom a report names by an instance profile. A path of another ARN may hold the same word. */
export function isOfProfile({ id }: Pick<Identity, 'id'>): boolean {
  return parseArn(id)?.resource.startsWith('instance-profile/') === true
}

async function ofProfile(signal: Signal, { profiles }: JoinPorts): Promise<Signal> {
  const { identity, credential } = signal
  const role = await profiles?.roleOf(identity.name, identity.account)
  if (role === undefined) return signal
  return joined({ ...signal, credential: { ...credential, id: credential.id.replace(identity.id, () => role.id) } }, role)
}

/** A workload whose sessions were of one role has that one. */
async function ofWorkload(signal: Signal, { workloads }: JoinPorts): Promise<Signal> {
  const { identity, credential } = signal
  const { sessionName } = credential
  if (sessionName === undefined || workloads === undefined) return signal
  const roles = await workloads.workloadsOf(workloadKey(identity.account, sessionName))
  const [role] = roles
  if (role === undefined) return kept(signal, 'no call of it was seen lately')
  if (roles.length > 1) return kept(signal, `several roles had sessions of its name`)
  return joined({ ...signal, credential: { ...credential, id: `session:${role.id}/${sessionName}` } }, role)
}

/** What the party could not say is known now. */
function joined({ isRolePathUnknown: _, ...signal }: Signal, identity: Identity): Signal {
  const { note: __, ...request } = signal.request
  const known = { ...signal, identity, account: identity.account, request }
  if (signal.report?.unjoined === undefined) return known
  const { unjoined: ___, ...report } = signal.report
  return { ...known, report }
}

/** Whom the party named stays, be it a placeholder. What its form says of that comes first. */
function kept({ isRolePathUnknown: _, ...signal }: Signal, reason: string): Signal {
  const { identity, request, report } = signal
  if (identity.kind !== 'unknown') return signal
  const note = typeof request.note === 'string' ? `${request.note}: ${reason}` : `${reason}, maybe of account ${identity.account}`
  return { ...signal, request: { ...request, note }, ...(report === undefined ? {} : { report: { ...report, unjoined: note } }) }
}
