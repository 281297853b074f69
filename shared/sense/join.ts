import type { Signal } from '../domain/signal.ts'
import type { Iam } from '../ports/iam.ts'

/**
 * Replaces the placeholder identity of an exposed access key by the user that owns the key, as IAM names it.
 *
 * A key that IAM does not know keeps the placeholder, so that the incident asks a person in place of being dropped. Any other signal is
 * returned as it is.
 */
export async function joinIdentity(signal: Signal, iam: Pick<Iam, 'ownerOf'>): Promise<Signal> {
  if (signal.kind !== 'credential-exposure' || signal.credential.kind !== 'access-key') return signal
  const identity = await iam.ownerOf(signal.credential.id)
  return identity === undefined ? signal : { ...signal, identity, account: identity.account }
}
