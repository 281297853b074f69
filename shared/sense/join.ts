import { accountOfKey } from '../domain/key-account.ts'
import type { Signal } from '../domain/signal.ts'
import { errorName, RefusedInAccount } from '../errors.ts'
import type { Iam } from '../ports/iam.ts'

/** The name of the error by which IAM refuses a look-up, as it does for a key of another account. */
const REFUSED = 'AccessDenied'

/**
 * Replaces the placeholder identity of an exposed access key by the user that owns the key, as IAM names it.
 *
 * A key that IAM does not know, or whose look-up it refuses, keeps the placeholder, so that the incident asks a person in place of being
 * dropped: delivered again, the event would be refused again. So does one of another account that refuses the responder. Any other signal is returned as it is. Other failures throw, and so does a
 * refusal for a key whose id says that it is the account's own: the role lacks a right then, which an alarm has to say.
 */
export async function joinIdentity(signal: Signal, iam: Pick<Iam, 'ownerOf'>): Promise<Signal> {
  if (signal.kind !== 'credential-exposure' || signal.credential.kind !== 'access-key') return signal
  const { identity: placeholder } = signal
  const keep = (note: string) => ({ ...signal, request: { ...signal.request, note: `${note}, maybe of account ${placeholder.account}` } })
  try {
    const identity = await iam.ownerOf(signal.credential.id, placeholder.account)
    return identity === undefined ? keep('IAM does not know this key') : { ...signal, identity, account: identity.account }
  } catch (cause) {
    if (cause instanceof RefusedInAccount) return keep('its account refuses the responder, which cannot say whose it is')
    const isOwn = accountOfKey(signal.credential.id) === signal.account
    if (errorName(cause) !== REFUSED || isOwn) throw cause
    return keep('IAM refused to name its owner')
  }
}
