import type { AccessKey, NewKey } from './iam.ts'

/** What IAM has of a user: its keys, the names of its inline policies, and the ARNs of the policies that are attached to it. */
export interface UserAsItIs {
  readonly keys: readonly AccessKey[]
  readonly inline: readonly string[]
  readonly attached: readonly string[]
}

/**
 * How AWS answered a call. `accepted`: it was carried out. `refused`: the key was accepted, and has no right to it. `key-unknown`: the key was not accepted, as that
 * of a key that IAM has just made, or that is inactive. `failed`: nothing of that is known, as where there was no answer.
 */
export type CallAnswer = 'accepted' | 'refused' | 'key-unknown' | 'failed'

/** One call of an intruder. `action` is named as CloudTrail names it, `iam:ListUsers`. */
export interface DrillCall {
  readonly action: string
  make(): Promise<CallAnswer>
}

/** An account in which a drill makes a user, uses its key and deletes both. */
export interface DrillAccount {
  readonly id: string
  /** The ARN of a user that would be made. */
  arnOf(path: string, name: string): string
  /** Makes a user without rights, and answers its ARN. Throws where one of that name is there. */
  createUser(path: string, name: string): Promise<string>
  /** The secret of the key is for `callsWith` alone: nothing prints, stores or logs it. */
  createKey(name: string): Promise<NewKey>
  /** Undefined where there is no such user. */
  userAsItIs(name: string): Promise<UserAsItIs | undefined>
  /** What an intruder tries first with a key, in this order. The first call needs no right. */
  callsWith(key: NewKey): readonly [DrillCall, ...DrillCall[]]
  /** Deletes a key; one that is gone is no error. */
  deleteKey(name: string, accessKeyId: string): Promise<void>
  /** Deletes a user; one that is gone is no error. False where something is left on it, such as a policy. */
  deleteUser(name: string): Promise<boolean>
}
