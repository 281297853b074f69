import * as z from 'zod'
import { partitionFrom, userArn } from './arn.ts'
import { type Identity, type Signal, text } from './signal.ts'
import { Time } from './stored.ts'

/**
 * A user of an incident that was renamed, or moved to another path. `arn` is the new one. `time` is that of the call, or that of the look at which the
 * new name was found (epoch ms). `account`: its own, where it is another one than that of the incident's identity. Keys, policies, tags and the date of creation of a user stay when it is renamed.
 */
export const Rename = z
  .strictObject({ from: z.string(), to: z.string(), arn: z.string(), time: Time, account: z.string().exactOptional() })
  .readonly()
export type Rename = z.infer<typeof Rename>

/** The call that gives a user another name or path. */
export const RENAME = 'iam:UpdateUser'

/** True where a call gives a user another name or path, or tries to. */
export function isRename({ action, request }: Pick<Signal, 'action' | 'request'>): boolean {
  return action === RENAME && (text(request, 'newUserName') !== undefined || text(request, 'newPath') !== undefined)
}

/** True where the caller of a rename is the user that it is about. */
export function isOfItself({ identity, request }: Pick<Signal, 'identity' | 'request'>): boolean {
  const named = text(request, 'userName') ?? identity.name
  return identity.kind === 'iam-user' && named.toLowerCase() === identity.name.toLowerCase()
}

/** What a rename says: the old and the new name, and the user under the new one. The call names no path; `user` assumes `/`. */
export function renamedIn({
  identity: caller,
  account,
  request,
  region,
}: Signal): { from: string; to: string; user: Identity } | undefined {
  const from = text(request, 'userName') ?? (caller.kind === 'iam-user' ? caller.name : undefined)
  if (from === undefined) return undefined
  const to = text(request, 'newUserName') ?? from
  const id = userArn({ account, partition: partitionFrom([caller.id], region) }, to)
  return { from, to, user: { id, kind: 'iam-user', name: to, account } }
}

/** The ARN of a user by another name on the same path. */
export function withOtherName(arn: string, name: string, other: string): string {
  return `${arn.slice(0, arn.length - name.length)}${other}`
}

/** The ARN that a user has after it renamed or moved itself; undefined for every other call, and for one that changes nothing. */
export function ownNewArn(signal: Signal): string | undefined {
  const { identity, outcome, isAuthenticated, request } = signal
  if (!isRename(signal) || !isOfItself(signal) || outcome !== 'success' || !isAuthenticated) return undefined
  const name = text(request, 'newUserName') ?? identity.name
  const at = identity.id.indexOf(':user/') + ':user'.length
  const path = text(request, 'newPath') ?? identity.id.slice(at, identity.id.length - identity.name.length)
  const arn = `${identity.id.slice(0, at)}${path}${name}`
  return arn === identity.id ? undefined : arn
}
