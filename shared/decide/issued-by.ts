import { namesOnePrincipal } from '../domain/containable.ts'
import type { Issued } from '../domain/credential-window.ts'
import type { IdentityState } from '../domain/identity-state.ts'
import type { Signal } from '../domain/signal.ts'

/**
 * What the signal's credential issued lately. A signal without a credential, such as an exposure report, counts for all credentials of its identity,
 * but not where other callers are behind those.
 */
export function issuedBy({ windows }: IdentityState, signal: Signal): readonly Issued[] {
  const { credential, identity, kind, isAuthenticated } = signal
  if (!isAuthenticated || isOfMany(signal)) return []
  // The other sessions of a role are in other hands; a report about the role itself is about all of them.
  const isOfAll = credential.kind === 'none' && (identity.kind !== 'role' || kind === 'credential-exposure')
  return isOfAll ? [...windows.values()].flatMap(({ issued }) => issued) : (windows.get(credential.id)?.issued ?? [])
}

/**
 * True for a call of which the log says neither credential nor principal, such as one of an AWS service or of an account: many callers have that
 * identity. Of what they create only that belongs to an incident which a suspicious call itself created.
 */
export function isOfMany({ credential, identity }: Signal): boolean {
  return credential.kind === 'none' && !namesOnePrincipal(identity)
}
