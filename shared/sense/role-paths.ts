import { principalIn } from '../domain/arn.ts'
import { permissionSetOf, personOf } from '../domain/identity-center.ts'
import type { Identity, Signal } from '../domain/signal.ts'
import type { Iam } from '../ports/iam.ts'

/** The most roles that are remembered. An account has 1,000 by default, and 5,000 at most. */
const ROLES_LIMIT = 5000

/**
 * The ARNs of roles by IAM's unique id, and those of Identity Center by their names, which end in letters that no other has. A role keeps all of them until it is
 * deleted, and no id is used again, so what is remembered stays true.
 */
export interface RolePaths {
  note(identity: Identity): void
  arnOf(role: Identity): string | undefined
}

/** An empty memory of roles, for as long as the process lives. */
export function rolePaths(): RolePaths {
  const arns = new Map<string, string>()
  return {
    note(identity) {
      const role = roleBehind(identity)
      const key = role.kind === 'role' ? keyOf(role) : undefined
      if (key === undefined || arns.has(key)) return
      if (arns.size >= ROLES_LIMIT) arns.delete(arns.keys().next().value as string)
      arns.set(key, role.id)
    },
    arnOf(role) {
      const key = keyOf(role)
      const arn = key === undefined ? undefined : arns.get(key)
      // A record that names another role is about that one, whatever its unique id says.
      return arn !== undefined && (role.kind === 'unknown' || principalIn(arn)?.name === role.name) ? arn : undefined
    },
  }
}

/** The role of a person of Identity Center; any other identity as it is. */
function roleBehind(identity: Identity): Identity {
  return permissionSetOf(identity) ?? identity
}

function keyOf({ name, account, principalId }: Identity): string | undefined {
  return principalId ?? (name.startsWith('AWSReservedSSO_') ? `${account} ${name}` : undefined)
}

/**
 * Gives a role, or a user that a finding names, its ARN with the path, where a record does not say it: a session's own ARN has the role's name alone, and one role must not be two identities.
 * What other records said of the role counts, else what IAM says. A role that neither knows, and one of another account, keeps the ARN that it has.
 *
 * A look-up that fails throws: its record is delivered again.
 */
export async function rolePath(signal: Signal, ports: { iam: Pick<Iam, 'describe'>; paths: RolePaths }): Promise<Signal> {
  const { identity, assumer, credential, account } = signal
  if (signal.isRolePathUnknown !== true) return signal
  if (signal.kind === 'assumption')
    return assumer === undefined ? signal : { ...signal, assumer: await withPath(assumer, { account, sessionName: undefined }, ports) }
  const found = await withPath(identity, { account, sessionName: credential.sessionName }, ports)
  if (found === identity) return signal
  return { ...signal, identity: found, credential: { ...credential, id: credential.id.replace(identity.id, () => found.id) } }
}

async function withPath(
  identity: Identity,
  { account, sessionName }: { account: string; sessionName: string | undefined },
  { iam, paths }: { iam: Pick<Iam, 'describe'>; paths: RolePaths },
): Promise<Identity> {
  const role = roleBehind(identity)
  const isAsked = (role.kind === 'role' || role.kind === 'iam-user') && role.account === account
  const arn = paths.arnOf(role) ?? (isAsked ? await describedArn(role, iam) : undefined)
  if (arn === undefined || arn === role.id) return identity
  const kind = role.kind === 'iam-user' ? 'iam-user' : 'role'
  const found: Identity = { ...role, id: arn, kind, name: principalIn(arn)?.name ?? role.name }
  return personOf(found, identity.kind === 'identity-center' ? identity.name : sessionName) ?? found
}

async function describedArn(role: Identity, iam: Pick<Iam, 'describe'>): Promise<string | undefined> {
  const described = await iam.describe(role)
  // Another role of that name was there when the call was made, and is deleted.
  const isOther = role.principalId !== undefined && described?.principalId !== undefined && described.principalId !== role.principalId
  return isOther ? undefined : described?.arn
}
