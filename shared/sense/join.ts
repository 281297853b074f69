import type { Signal } from '../domain/signal.ts'
import { errorName } from '../errors.ts'
import type { Iam } from '../ports/iam.ts'

/** The names by which IAM refuses a look-up, as it does for a key of another account. */
const REFUSED: ReadonlySet<string> = new Set(['AccessDenied', 'AccessDeniedException'])

/**
 * Replaces the placeholder identity of an exposed access key by the user that owns the key, as IAM names it.
 *
 * A key that IAM does not know, or whose look-up it refuses, keeps the placeholder, so that the incident asks a person in place of being
 * dropped: delivered again, the event would be refused again. Any other signal is returned as it is. Other failures throw.
 */
export async function joinIdentity(signal: Signal, iam: Pick<Iam, 'ownerOf'>): Promise<Signal> {
  if (signal.kind !== 'credential-exposure' || signal.credential.kind !== 'access-key') return signal
  const { identity: placeholder } = signal
  const keep = (note: string) => ({ ...signal, request: { ...signal.request, note: `${note}, maybe of account ${placeholder.account}` } })
  try {
    const identity = await iam.ownerOf(signal.credential.id)
    return identity === undefined ? keep('IAM does not know this key') : { ...signal, identity, account: identity.account }
  } catch (cause) {
    if (!REFUSED.has(errorName(cause))) throw cause
    return keep('IAM refused to name its owner')
  }
}
