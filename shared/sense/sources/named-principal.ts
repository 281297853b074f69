import { type Place, principalIn, roleArn, userArn } from '../../domain/arn.ts'
import { CREDENTIAL_ID } from '../../domain/exposure-report.ts'
import type { Credential, CredentialKind, Identity } from '../../domain/signal.ts'

/** Whom a finding names, by whatever it has of it. `userType` is CloudTrail's word: `IAMUser`, `AssumedRole`, `Root` and so on. */
export interface NamedPrincipal {
  readonly place: Place
  readonly accessKeyId?: string | undefined
  /** IAM's unique id; of a session `AROA…:session-name`. */
  readonly principalId?: string | undefined
  readonly userType?: string | undefined
  /** The name of a user, or of a role, without its path. */
  readonly userName?: string | undefined
  readonly sessionName?: string | undefined
  /** The ARN of a user, a role or a session. */
  readonly arn?: string | undefined
}

/** An identity and a credential as a signal has them. `unjoined` says why nobody here is named. */
export interface Meant {
  readonly identity: Identity
  readonly credential: Credential
  readonly isPathUnknown: boolean
  readonly unjoined?: string
}

/** IAM's unique ids of users and roles. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids */
const UNIQUE_ID = /^(A(?:ID|RO)A[A-Z0-9]{12,124})(?::(.{1,128}))?$/

const NAME = /^[\w+=,.@-]{1,128}$/

/** Whom a finding means. Names are taken by their form alone, since a finding may quote what an intruder chose. */
export function meantBy(named: NamedPrincipal): Meant {
  const { place, userType = '', arn = '' } = named
  const [, uniqueId, ofId] = UNIQUE_ID.exec(named.principalId ?? '') ?? []
  const principal = principalIn(arn)
  const name = principal?.name ?? (NAME.test(named.userName ?? '') ? named.userName : undefined)
  const sessionName = principal?.sessionName ?? named.sessionName ?? ofId
  const at = principal === undefined ? place : { ...place, account: principal.account, partition: principal.partition }
  const withId = uniqueId === undefined ? {} : { principalId: uniqueId }
  const kind = kindOf(principal?.kind, userType, uniqueId)
  if (kind === 'root') {
    const id = `arn:${at.partition}:iam::${at.account}:root`
    const identity: Identity = { id, kind: 'root', name: 'root', account: at.account }
    return { identity, credential: credentialOf(named, id, undefined), isPathUnknown: false }
  }
  if (name === undefined || kind === undefined) return unjoined(named)
  // An ARN of IAM has the path; a name, and the ARN of a session, have none.
  const isWhole = principal?.kind === 'user' || principal?.kind === 'role'
  const id = isWhole ? arn : kind === 'user' ? userArn(at, name) : roleArn(at, name)
  const identity: Identity = { id, kind: kind === 'user' ? 'iam-user' : 'role', name, account: at.account, ...withId }
  return { identity, credential: credentialOf(named, id, kind === 'role' ? sessionName : undefined), isPathUnknown: !isWhole }
}

function kindOf(kind: string | undefined, userType: string, uniqueId: string | undefined): 'user' | 'role' | 'root' | undefined {
  if (kind === 'root' || userType === 'Root') return 'root'
  if (kind === 'user' || uniqueId?.startsWith('AIDA') === true) return 'user'
  if (kind === 'role' || kind === 'assumed-role' || uniqueId?.startsWith('AROA') === true) return 'role'
  if (userType === 'IAMUser') return 'user'
  return userType === 'AssumedRole' || userType === 'Role' ? 'role' : undefined
}

/** Nobody of this account is named: the credential alone may say whose it is, once IAM or CloudTrail is asked. */
function unjoined(named: NamedPrincipal): Meant {
  const { place, accessKeyId, userType, userName } = named
  const key = CREDENTIAL_ID.test(accessKeyId ?? '') ? accessKeyId : undefined
  const id = key === undefined ? `entity:${userType ?? 'unknown'}/${userName ?? 'unknown'}`.slice(0, 256) : `${prefixOf(key)}:${key}`
  const name = (key ?? userName ?? userType ?? 'unknown').slice(0, 128)
  return {
    identity: { id, kind: 'unknown', name, account: place.account },
    credential: credentialOf(named, id, undefined),
    isPathUnknown: false,
    unjoined: key === undefined ? 'it names no user and no role of this account' : 'it names a credential, and not whose it is',
  }
}

function prefixOf(key: string): string {
  return key.startsWith('AKIA') ? 'access-key' : key.startsWith('ASIA') ? 'session' : 'credential'
}

function credentialOf({ accessKeyId }: NamedPrincipal, identityId: string, sessionName: string | undefined): Credential {
  const named = sessionName === undefined ? {} : { sessionName }
  if (accessKeyId !== undefined && CREDENTIAL_ID.test(accessKeyId)) return { id: accessKeyId, kind: credentialKind(accessKeyId), ...named }
  return { id: sessionName === undefined ? `none:${identityId}` : `session:${identityId}/${sessionName}`, kind: 'none', ...named }
}

/** The kind of a credential by its id. */
export function credentialKind(id: string): CredentialKind {
  if (id.startsWith('AKIA')) return 'access-key'
  return id.startsWith('ASIA') ? 'session' : 'none'
}
