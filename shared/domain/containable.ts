import type { LineageEdge } from './incident.ts'
import type { CreatedKind, Identity, IdentityKind } from './signal.ts'

/** The kinds of identity whose credentials can be taken out of use from inside their account. */
const IDENTITIES: readonly IdentityKind[] = ['iam-user', 'role']

/** The kinds of credentials and of issued things that containment takes out of use. */
const CREDENTIALS: ReadonlySet<CreatedKind> = new Set(['access-key', 'session', 'service-specific-credential', 'user', 'role'])

/** What people call an identity of a kind. */
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

export function wordsFor({ kind }: Pick<Identity, 'kind'>): string {
  return WORDS[kind]
}

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
