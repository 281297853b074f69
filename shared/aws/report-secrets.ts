import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import * as z from 'zod'
import { ResponderError } from '../errors.ts'
import type { Clock } from '../ports/runtime.ts'
import { cachedSecret, jsonOf } from './cached-secret.ts'

/** One secret, or two while one replaces the other. Shorter ones can be guessed by whoever has one signed delivery. */
const Secrets = z.array(z.string().min(16).max(1024)).min(1).max(2)

/** An App of GitHub: its private key as PEM, in PKCS#1, as GitHub gives it, or PKCS#8. */
const AppSecret = z.strictObject({
  appId: z.coerce.string().regex(/^\d{1,15}$/),
  installationId: z.coerce.number().int().min(1),
  privateKey: z.string().regex(/^-----BEGIN (RSA )?PRIVATE KEY-----/),
})
export type AppSecret = z.infer<typeof AppSecret>

/**
 * A reader of the secrets that a party signs with: a line each, or a JSON list. It caches them for five minutes. Throws `secret.invalid` where there are none or
 * more than two; an error never quotes them.
 */
export function partySecrets(client: SecretsManagerClient, secretId: string, clock: Clock): () => Promise<readonly string[]> {
  return cachedSecret(
    client,
    {
      secretId,
      parse: (text) =>
        parsed(Secrets, listOf(text), `${secretId} must be one or two secrets of at least 16 characters, a line each or as a JSON list`),
    },
    clock,
  )
}

/** A reader of the secret of GitHub's App, which it caches for five minutes. Throws `secret.invalid`; an error never quotes it. */
export function appSecret(client: SecretsManagerClient, secretId: string, clock: Clock): () => Promise<AppSecret> {
  return cachedSecret(
    client,
    {
      secretId,
      parse: (text) => parsed(AppSecret, jsonOf(text), `${secretId} must be JSON with appId, installationId and privateKey (PEM)`),
    },
    clock,
  )
}

function listOf(text: string | undefined): unknown {
  const list = jsonOf(text)
  if (Array.isArray(list)) return list
  return (text ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function parsed<T extends z.ZodType>(schema: T, value: unknown, must: string): z.infer<T> {
  const { success, data } = schema.safeParse(value)
  if (success) return data
  throw new ResponderError('secret.invalid', `secret ${must}; docs/signals.md shows how to make it`)
}
