import type { LineageEdge } from './incident.ts'
import type { CreatedKind, Identity, IdentityKind } from './signal.ts'

/** The kinds of identity whose credentials can be taken out of use from inside their account. */
const IDENTITIES: readonly IdentityKind[] = ['iam-user', 'role']

/** The kinds of credentials and of issued things that containment takes out of use. */
const CREDENTIALS: ReadonlySet<CreatedKind> = new Set(['access-key', 'session', 'service-specific-credential', 'user', 'role'])

export function isContainableIdentity({ kind }: Pick<Identity, 'kind'>): boolean {
  return IDENTITIES.includes(kind)
}

export function isContainableCredential(kind: CreatedKind): boolean {
  return CREDENTIALS.has(kind)
}

/** How many issued things of a lineage containment takes out of use. */
export function issuedToContain(lineage: readonly LineageEdge[]): number {
  return lineage.filter(({ kind }) => isContainableCredential(kind)).length
}
