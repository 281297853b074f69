import * as z from 'zod'
import type { SignedRequest } from '../shared/slack/signature.ts'

/**
 * The largest body that is accepted, in characters: as base64 it has to fit into the 256 KB that any Lambda takes for an asynchronous event. Slack
 * sends the blocks of a message with each press, which are far smaller.
 */
const BODY_LIMIT = 180_000

/** An HTTP request as API Gateway passes it on in payload format 2.0: header names in lower case, the body as text or as base64. */
const HttpRequest = z.object({
  headers: z.record(z.string(), z.string().optional()),
  body: z.string().max(BODY_LIMIT).default(''),
  isBase64Encoded: z.boolean().default(false),
})

/** The raw bytes of the body, and Slack's signature headers. An event that is not an HTTP request gets no signature, so it is refused. */
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
