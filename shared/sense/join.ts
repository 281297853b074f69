import type { Signal } from '../domain/signal.ts'
import type { Iam } from '../ports/iam.ts'

/**
 * Finds who owns the credential of an exposure. A key that IAM does not know keeps its stand-in identity: the incident
 * then asks a person, it is not dropped.
 */
export async function joinIdentity(signal: Signal, iam: Pick<Iam, 'ownerOf'>): Promise<Signal> {
  if (signal.kind !== 'credential-exposure' || signal.credential.kind !== 'access-key') return signal
  const identity = await iam.ownerOf(signal.credential.id)
  return identity === undefined ? signal : { ...signal, identity, account: identity.account }
}
