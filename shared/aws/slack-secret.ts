import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import * as z from 'zod'
import { MINUTE_MS } from '../domain/time.ts'
import { ResponderError } from '../errors.ts'
import type { Clock } from '../ports/runtime.ts'

/** The Slack app's signing secret and bot token, as JSON in Secrets Manager. */
const SlackSecret = z.object({
  signingSecret: z.string().regex(/^[0-9a-f]{32,64}$/),
  botToken: z.string().regex(/^xoxb-[A-Za-z0-9-]{10,250}$/),
})
export type SlackSecret = z.infer<typeof SlackSecret>

/** How long a secret is cached, so that a rotated one is soon in use. */
const FRESH_MS = 5 * MINUTE_MS

/** A reader of the app's secret that caches it for five minutes. Errors never quote its content. Throws `secret.invalid` when it cannot be parsed. */
export function slackSecret(client: SecretsManagerClient, secretId: string, clock: Clock): () => Promise<SlackSecret> {
  let known: { secret: SlackSecret; readAt: number } | undefined
  return async () => {
    const now = clock.now()
    if (known !== undefined && now - known.readAt < FRESH_MS) return known.secret
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }))
    known = { secret: parse(SecretString, secretId), readAt: now }
    return known.secret
  }
}

function parse(text: string | undefined, secretId: string): SlackSecret {
  const parsed = SlackSecret.safeParse(json(text))
  if (parsed.success) return parsed.data
  const keys = [...new Set(parsed.error.issues.map(({ path }) => String(path[0] ?? 'the whole')))].join(', ')
  throw new ResponderError(
    'secret.invalid',
    `secret ${secretId} must be JSON with signingSecret (hex) and botToken (xoxb-…); wrong: ${keys}; docs/slack.md shows how to make it`,
  )
}

function json(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    // The parser's error is dropped, because it would quote the secret.
    return undefined
  }
}
