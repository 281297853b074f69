import type { Baseline } from '../domain/baseline.ts'
import type { Finding } from '../domain/finding.ts'
import { Restriction, SessionName } from '../domain/restriction.ts'
import type { Identity } from '../domain/signal.ts'

/**
 * What a restriction is computed from. `sessionName` is that of the role's session whose evidence calls for it; undefined for a user, and where it is not
 * known. `evidence` says when the identity became suspicious.
 */
export interface RestrictionBasis {
  readonly identity: Identity
  readonly sessionName: string | undefined
  readonly baseline: Baseline
  readonly evidence: readonly Finding[]
}

/** What an identity may go on doing while it is restricted. Of a role, the session that called for it is restricted, and no other. */
export function restrictionOf({ identity, sessionName }: RestrictionBasis): Restriction {
  const name = identity.kind === 'role' ? SessionName.safeParse(sessionName).data : undefined
  const sessions = name === undefined ? [] : [name]
  return Restriction.parse({ services: [], actions: [], addresses: [], endpoints: [], sessions, isCovered: false })
}
