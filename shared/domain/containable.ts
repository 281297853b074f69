import type { LineageEdge } from './incident.ts'
import type { CreatedKind, Identity, IdentityKind } from './signal.ts'

/** The kinds of identity whose credentials can be disabled from inside their account. */
const IDENTITIES: readonly IdentityKind[] = ['iam-user', 'role']

/** The kinds of credentials, and of identities that a credential created, that containment disables. */
const CREDENTIALS: ReadonlySet<CreatedKind> = new Set(['access-key', 'session', 'service-specific-credential', 'user', 'role'])

/** The name of each kind of identity in messages to people. */
const WORDS: Readonly<Record<IdentityKind, string>> = {
  'iam-user': 'an IAM user',
  role: 'a role',
  root: 'the root user',
  'federated-user': 'a federated user',
  'web-identity': 'a web identity',
  saml: 'a SAML user',
  'identity-center': 'a user of IAM Identity Center',
  'aws-account': 'another account',
  'aws-service': 'an AWS service',
  unknown: 'a caller without identity',
}

/** The name of an identity's kind in messages to people, such as `an IAM user`. */
export function wordsFor({ kind }: Pick<Identity, 'kind'>): string {
  return WORDS[kind]
}

/** True where containment can disable the credentials of such an identity. */
export function isContainableIdentity({ kind }: Pick<Identity, 'kind'>): boolean {
  return IDENTITIES.includes(kind)
}

/** The kinds of identity under which a log names one principal. Under the others, all callers of a service, of an account, or without a name are one. */
const ONE_PRINCIPAL: readonly IdentityKind[] = [...IDENTITIES, 'root', 'federated-user', 'web-identity', 'saml', 'identity-center']

/** True where the calls of an identity are those of one principal. */
export function namesOnePrincipal({ kind }: Pick<Identity, 'kind'>): boolean {
  return ONE_PRINCIPAL.includes(kind)
}

/** True where containment can disable a credential, user or role of this kind. */
export function isContainableCredential(kind: CreatedKind): boolean {
  return CREDENTIALS.has(kind)
}

/** How many entries of a lineage containment disables. */
export function issuedToContain(lineage: readonly LineageEdge[]): number {
  return lineage.filter(({ kind }) => isContainableCredential(kind)).length
}
