import { z } from 'zod'
import type { SignedRequest } from '../shared/slack/signature.ts'

/** The largest body that is looked at: Slack sends a message's blocks with each press, far less than this. Characters. */
const BODY_LIMIT = 1_000_000

/** What API Gateway hands on of an HTTP request, payload format 2.0: header names in lower case, a body as text or as base64. */
const HttpRequest = z.object({
  headers: z.record(z.string(), z.string().optional()),
  body: z.string().max(BODY_LIMIT).default(''),
  isBase64Encoded: z.boolean().default(false),
})

/** The bytes as they came, and the headers that Slack signs them with. A request that is none has no signature. */
export function signedRequest(event: unknown): SignedRequest {
  const parsed = HttpRequest.safeParse(event)
  if (!parsed.success) return { body: new Uint8Array(), timestamp: undefined, signature: undefined }
  const { headers, body, isBase64Encoded } = parsed.data
  return {
    body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'),
    timestamp: headers['x-slack-request-timestamp'],
    signature: headers['x-slack-signature'],
  }
}
