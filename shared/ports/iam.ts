import type { KnownPolicies } from '../domain/account-policies.ts'
import type { Identity } from '../domain/signal.ts'

/** The status of a credential, as IAM names it. */
export type KeyStatus = 'Active' | 'Inactive' | 'Expired'

/** An access key without its secret. */
export interface AccessKey {
  readonly id: string
  readonly status: KeyStatus
}

/**
 * The ARN and tags of an identity, which the policy's patterns match, when IAM created it (epoch ms), and its unique id. The ARN includes the path,
 * which names in events lack.
 */
export interface Description {
  readonly arn: string
  readonly createdAt: number | undefined
  readonly principalId: string | undefined
  readonly tags: Readonly<Record<string, string>>
}

/** The IAM calls that the responder uses. "Not found" is a return value; a failed lookup throws. */
export interface Iam {
  /**
   * The user that owns an access key, or undefined when there is no such key. `account`: where the key is, as far as that is known; an IAM of several
   * accounts asks there, where the id of the key does not say it.
   */
  ownerOf(accessKeyId: string, account?: string): Promise<Identity | undefined>
  /** The name of that user alone, by one call less. */
  ownerNameOf(accessKeyId: string): Promise<string | undefined>
  listAccessKeys(userName: string): Promise<AccessKey[]>
  /** False when there is no such user or key. */
  setAccessKeyStatus(userName: string, accessKeyId: string, status: 'Active' | 'Inactive'): Promise<boolean>
  /** The document of an inline policy, or undefined when the user has none of that name. */
  getUserPolicy(userName: string, policyName: string): Promise<string | undefined>
  putUserPolicy(userName: string, policyName: string, document: string): Promise<PutOutcome>
  deleteUserPolicy(userName: string, policyName: string): Promise<void>
  /** True when a managed policy is attached to a user; false also when there is no such user. */
  isAttached(userName: string, policyArn: string): Promise<boolean>
  attachUserPolicy(userName: string, policyArn: string): Promise<PutOutcome>
  detachUserPolicy(userName: string, policyArn: string): Promise<void>
  /** The ARN of a user's permissions boundary, or undefined when it has none. */
  boundaryOf(userName: string): Promise<string | undefined>
  /** Sets the permissions boundary, or removes it when `policyArn` is undefined. */
  setBoundary(userName: string, policyArn: string | undefined): Promise<PutOutcome>
  /** The user's credentials, other than access keys, that can be deactivated. */
  listSwitches(userName: string): Promise<Switch[]>
  /** False when there is no such user or credential. */
  setSwitch(userName: string, credential: Pick<Switch, 'kind' | 'id'>, status: 'Active' | 'Inactive'): Promise<boolean>
  getRolePolicy(roleName: string, policyName: string): Promise<string | undefined>
  putRolePolicy(roleName: string, policyName: string, document: string): Promise<PutOutcome>
  deleteRolePolicy(roleName: string, policyName: string): Promise<void>
  /** The trust policy of a role, or undefined when there is no such role. */
  getTrust(roleName: string): Promise<string | undefined>
  setTrust(roleName: string, document: string): Promise<PutOutcome>
  /** Creates a key for a user. IAM returns its secret only once. */
  createAccessKey(userName: string): Promise<NewKey | Exclude<PutOutcome, 'put'>>
  /** False when there is no such user or key. */
  deleteAccessKey(userName: string, accessKeyId: string): Promise<boolean>
  /** When a key was last used (epoch milliseconds), as far as IAM knows; undefined when it was never used or does not exist. */
  lastUsedOf(accessKeyId: string): Promise<number | undefined>
  /** How many IAM users the account has. */
  countUsers(): Promise<number>
  /** The ARN with its path, and the tags, of a user or role; undefined when there is no such identity. */
  describe(identity: Identity): Promise<Description | undefined>
  /** The policies of the identity's account, or undefined when those of the identity are not known. */
  policiesOf(identity: Identity): Promise<KnownPolicies | undefined>
}

/** A created access key. `secret` is never logged, recorded or returned to a caller. */
export interface NewKey {
  readonly id: string
  readonly secret: string
}

/** The outcome of a write to IAM. `quota`: IAM refused it because a quota is used up. */
export type PutOutcome = 'put' | 'no-such-identity' | 'quota'

/** Kinds of `Switch`. */
export type SwitchKind = 'service-specific-credential' | 'ssh-public-key' | 'signing-certificate'

/** A credential of a user, other than an access key, that IAM can deactivate and activate. */
export interface Switch {
  readonly kind: SwitchKind
  readonly id: string
  readonly status: KeyStatus
}

/** The root user's access keys, managed through centralised root access of AWS Organizations. */
export interface RootKeys {
  list(): Promise<AccessKey[]>
  /** False when there is no such key. */
  remove(accessKeyId: string): Promise<boolean>
}

/** What a secret says of itself. `policy` is its resource policy as JSON text. */
export interface StoredSecret {
  readonly tags: Readonly<Record<string, string>>
  readonly policy: string | undefined
}

/** The store of secrets for their owners, such as AWS Secrets Manager. */
export interface SecretVault {
  /** The secret of a name, without its value; undefined where there is none. */
  describe(name: string): Promise<StoredSecret | undefined>
  /** Creates a secret with tags and its first version. Throws where one of that name is there: somebody else created it meanwhile. */
  create(name: string, value: string, versionId: string, tags: Readonly<Record<string, string>>): Promise<void>
  /** Stores a value in a secret as the version `versionId` (32 to 64 characters). The same version again changes nothing. */
  put(name: string, value: string, versionId: string): Promise<void>
  /** True when the secret has that version. */
  has(name: string, versionId: string): Promise<boolean>
}
