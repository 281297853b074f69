import type { Grant } from '../domain/blast-radius.ts'
import type { Identity } from '../domain/signal.ts'

export type KeyStatus = 'Active' | 'Inactive' | 'Expired'

export interface AccessKey {
  readonly id: string
  readonly status: KeyStatus
}

/** What policies name identities by. An ARN holds the path, which the names in events leave out. */
export interface Description {
  readonly arn: string
  readonly tags: Readonly<Record<string, string>>
}

/** IAM, as far as the responder uses it. "Not found" is an answer; "could not look" throws. */
export interface Iam {
  /** The user that owns an access key, as an identity, or undefined where there is no such key. */
  ownerOf(accessKeyId: string): Promise<Identity | undefined>
  listAccessKeys(userName: string): Promise<AccessKey[]>
  /** False where there is no such user or key. */
  setAccessKeyStatus(userName: string, accessKeyId: string, status: 'Active' | 'Inactive'): Promise<boolean>
  /** The text of an inline policy, or undefined where the user has none of that name. */
  getUserPolicy(userName: string, policyName: string): Promise<string | undefined>
  putUserPolicy(userName: string, policyName: string, document: string): Promise<PutOutcome>
  deleteUserPolicy(userName: string, policyName: string): Promise<void>
  /** Whether a managed policy is attached to a user; false also where there is no such user. */
  isAttached(userName: string, policyArn: string): Promise<boolean>
  attachUserPolicy(userName: string, policyArn: string): Promise<PutOutcome>
  detachUserPolicy(userName: string, policyArn: string): Promise<void>
  /** The ARN of a user's permissions boundary, or undefined where it has none. */
  boundaryOf(userName: string): Promise<string | undefined>
  /** Sets the boundary, or takes it away where `policyArn` is undefined. */
  setBoundary(userName: string, policyArn: string | undefined): Promise<PutOutcome>
  /** What a user has beside access keys that can be switched off. */
  listSwitches(userName: string): Promise<Switch[]>
  /** False where there is no such user or credential. */
  setSwitch(userName: string, credential: Pick<Switch, 'kind' | 'id'>, status: 'Active' | 'Inactive'): Promise<boolean>
  getRolePolicy(roleName: string, policyName: string): Promise<string | undefined>
  putRolePolicy(roleName: string, policyName: string, document: string): Promise<PutOutcome>
  deleteRolePolicy(roleName: string, policyName: string): Promise<void>
  /** The trust policy of a role, or undefined where there is no such role. */
  getTrust(roleName: string): Promise<string | undefined>
  setTrust(roleName: string, document: string): Promise<PutOutcome>
  /** A new key of a user. Its secret is given this once. */
  createAccessKey(userName: string): Promise<NewKey | Exclude<PutOutcome, 'put'>>
  /** False where there is no such user or key. */
  deleteAccessKey(userName: string, accessKeyId: string): Promise<boolean>
  /** When a key was last used (epoch ms), as far as IAM knows; undefined where it never was or is not there. */
  lastUsedOf(accessKeyId: string): Promise<number | undefined>
  /** How many IAM users the account has. */
  countUsers(): Promise<number>
  /** The true ARN and the tags of a user or role, or undefined where there is no such identity. */
  describe(identity: Identity): Promise<Description | undefined>
  /** What the identity's policies grant, or undefined where that is not known here. */
  grantsOf(identity: Identity): Promise<readonly Grant[] | undefined>
}

/** An access key as it is made. `secret` is never logged, recorded or answered by any door. */
export interface NewKey {
  readonly id: string
  readonly secret: string
}

export type PutOutcome = 'put' | 'no-such-identity' | 'quota'

export type SwitchKind = 'service-specific-credential' | 'ssh-public-key' | 'signing-certificate'

/** A credential of a user that IAM can switch off and on, other than an access key. */
export interface Switch {
  readonly kind: SwitchKind
  readonly id: string
  readonly status: KeyStatus
}

/** The root user's own access keys, by the organisation's right to manage them. */
export interface RootKeys {
  list(): Promise<AccessKey[]>
  /** False where there is no such key. */
  remove(accessKeyId: string): Promise<boolean>
}

/** Where secrets are kept for their owners. */
export interface SecretVault {
  /** Puts a value under a name, as a version of that id (32 to 64 characters); the same version again changes nothing. */
  put(name: string, value: string, versionId: string): Promise<void>
  /** True where the name has that version. */
  has(name: string, versionId: string): Promise<boolean>
}
