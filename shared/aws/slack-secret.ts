import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import * as z from 'zod'
import { ResponderError } from '../errors.ts'
import type { Clock } from '../ports/runtime.ts'
import { cachedSecret, jsonOf } from './cached-secret.ts'

/** The Slack app's signing secret and bot token, as JSON in Secrets Manager. */
const SlackSecret = z.object({
  signingSecret: z.string().regex(/^[0-9a-f]{32,64}$/),
  botToken: z.string().regex(/^xoxb-[A-Za-z0-9-]{10,250}$/),
})
export type SlackSecret = z.infer<typeof SlackSecret>

/** A reader of the app's secret that caches it for five minutes. Errors never quote its content. Throws `secret.invalid` when it cannot be parsed. */
export function slackSecret(client: SecretsManagerClient, secretId: string, clock: Clock): () => Promise<SlackSecret> {
  return cachedSecret(client, { secretId, parse: (text) => parse(text, secretId) }, clock)
}

function parse(text: string | undefined, secretId: string): SlackSecret {
  const parsed = SlackSecret.safeParse(jsonOf(text))
  if (parsed.success) return parsed.data
  const keys = [...new Set(parsed.error.issues.map(({ path }) => String(path[0] ?? 'the whole')))].join(', ')
  throw new ResponderError(
    'secret.invalid',
    `secret ${secretId} must be JSON with signingSecret (hex) and botToken (xoxb-…); wrong: ${keys}; docs/slack.md shows how to make it`,
  )
}
