import * as z from 'zod'
import type { ReportRequest } from '../shared/sense/intake/receive.ts'

/**
 * An HTTP request as API Gateway passes it on in payload format 2.0: the route that it came by, header names in lower case, the body as text or as base64.
 * API Gateway matched the route, so its last part is one that the stack has.
 */
const HttpRequest = z.object({
  routeKey: z.string().regex(/^POST \/reports\/[a-z]{1,20}$/),
  headers: z.record(z.string(), z.string().optional()),
  body: z.string().default(''),
  isBase64Encoded: z.boolean().default(false),
})

/** The request of a party. An event that is no HTTP request belongs to no party, so it is refused. */
export function reportRequest(event: unknown): ReportRequest {
  const parsed = HttpRequest.safeParse(event)
  if (!parsed.success) return { party: '', headers: {}, body: '', isBase64: false }
  const { routeKey, headers, body, isBase64Encoded } = parsed.data
  return { party: routeKey.replace('POST /reports/', ''), headers, body, isBase64: isBase64Encoded }
}
