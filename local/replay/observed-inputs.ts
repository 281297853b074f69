import type { Identity } from '../../shared/domain/signal.ts'
import type { Iam } from '../../shared/ports/iam.ts'
import type { Normalised } from '../../shared/sense/normalised.ts'

/** The most reasons that are counted by themselves: names in them are of others' choice. */
const REASONS = 40
const OTHER_REASONS = 'other reasons'

/** The most keys whose owners are remembered. A key is some 200 bytes. */
const KEYS = 100_000

/** What a replay notes of its inputs as they are read: why some say nothing, and whose keys the calls show, which IAM knows of a deployed stack's account. */
export class ObservedInputs {
  readonly #reasons = new Map<string, number>()
  readonly #owners = new Map<string, Identity>()

  /** How many inputs were understood and say nothing of a credential, by their reasons. */
  get ignored(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#reasons)
  }

  note(normalised: Normalised): Normalised {
    if (normalised.kind === 'ignored') this.#count(normalised.reason)
    if (normalised.kind === 'signals')
      for (const { credential, identity, isAuthenticated, kind } of normalised.signals)
        if (credential.kind === 'access-key' && identity.kind === 'iam-user' && isAuthenticated && kind === 'api-call')
          if (this.#owners.has(credential.id) || this.#owners.size < KEYS) this.#owners.set(credential.id, identity)
    return normalised
  }

  /** IAM that also knows the owners of the keys that were seen at work. */
  knowing<Known extends Iam>(iam: Known): Known {
    return { ...iam, ownerOf: async (keyId, account) => (await iam.ownerOf(keyId, account)) ?? this.#owners.get(keyId) }
  }

  #count(reason: string): void {
    const name = this.#reasons.has(reason) || this.#reasons.size < REASONS ? reason : OTHER_REASONS
    this.#reasons.set(name, (this.#reasons.get(name) ?? 0) + 1)
  }
}
