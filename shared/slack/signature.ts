import { createHmac, timingSafeEqual } from 'node:crypto'

/** Largest difference between Slack's timestamp and this clock, in seconds, in both directions: a future timestamp would allow a later replay. */
const TOLERANCE_SECONDS = 300

/** Review may begin an hour after slack received the press (Lambda's retries), and slack five minutes after Slack sent it. In seconds. */
export const PASSED_ON_SECONDS = 3600 + TOLERANCE_SECONDS

/** The signed parts of a request: its raw body and Slack's two headers. */
export interface SignedRequest {
  readonly body: Uint8Array
  readonly timestamp: string | undefined
  readonly signature: string | undefined
}

/**
 * True when Slack signed the request with the app's secret within five minutes of `now` (epoch milliseconds), or up to `maxAgeSeconds` before.
 *
 * The signature is `v0=` and the hex HMAC-SHA256 of `v0:timestamp:body`, compared in constant time.
 *
 * @see https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
export function isSigned(
  { body, timestamp, signature }: SignedRequest,
  secret: string,
  { now, maxAgeSeconds = TOLERANCE_SECONDS }: { now: number; maxAgeSeconds?: number },
): boolean {
  if (timestamp === undefined || signature === undefined || !/^\d{1,12}$/.test(timestamp)) return false
  const ageSeconds = now / 1000 - Number(timestamp)
  // Negated, so that a clock that gives NaN rejects every request.
  if (!(ageSeconds <= maxAgeSeconds && ageSeconds >= -TOLERANCE_SECONDS)) return false
  const expected = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest()
  const [, hex] = signature.match(/^v0=([0-9a-f]{64})$/) ?? []
  return hex !== undefined && timingSafeEqual(expected, Buffer.from(hex, 'hex'))
}
