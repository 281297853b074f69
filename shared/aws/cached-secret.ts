import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { MINUTE_MS } from '../domain/time.ts'
import type { Clock } from '../ports/runtime.ts'

/** How long a secret is cached, so that a rotated one is soon in use. */
const FRESH_MS = 5 * MINUTE_MS

/** A reader of a secret that caches what `parse` makes of it for five minutes. `secretId`: its name or ARN. What `parse` throws is thrown, and nothing is cached. */
export function cachedSecret<T>(
  client: SecretsManagerClient,
  { secretId, parse }: { readonly secretId: string; readonly parse: (text: string | undefined) => T },
  clock: Clock,
): () => Promise<T> {
  let known: { secret: T; readAt: number } | undefined
  return async () => {
    const now = clock.now()
    if (known !== undefined && now - known.readAt < FRESH_MS) return known.secret
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }))
    known = { secret: parse(SecretString), readAt: now }
    return known.secret
  }
}

/** The JSON value of a secret; undefined where it is none. The parser's error is dropped, because it would quote the secret. */
export function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}
