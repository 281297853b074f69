import { principalIn } from './arn.ts'
import { permissionSetNameOf } from './identity-center.ts'

/** Under what people look for a user or role in a list: a role that Identity Center made from a permission set is that permission set. */
export interface ListedHolder {
  readonly kind: 'user' | 'role' | 'permission set' | ''
  readonly name: string
}

/** What the user or role with an ARN is listed as; one that names neither is listed under its whole text. */
export function listedHolder(id: string): ListedHolder {
  const permissionSet = permissionSetNameOf(id)
  if (permissionSet !== undefined) return { kind: 'permission set', name: permissionSet }
  const principal = principalIn(id)
  return principal?.kind === 'user' || principal?.kind === 'role' ? { kind: principal.kind, name: principal.name } : { kind: '', name: id }
}

/** True where an identity is called so: by its ARN, by its own name, or as the permission set that it is. */
export function isCalled(id: string, text: string): boolean {
  return id === text || principalIn(id)?.name === text || permissionSetNameOf(id) === text
}
