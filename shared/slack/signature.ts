import { createHmac, timingSafeEqual } from 'node:crypto'

/** How far Slack's clock and this one may be apart, either way: seconds. A request from the future could be replayed until then. */
const TOLERANCE_SECONDS = 300

/** What is checked of a request: its body byte by byte as it came, and the two headers of Slack. */
export interface SignedRequest {
  readonly body: Uint8Array
  readonly timestamp: string | undefined
  readonly signature: string | undefined
}

/**
 * True where Slack has signed a request with the app's secret within five minutes of `now` (epoch ms): `v0=` and the hex
 * HMAC-SHA256 of `v0:timestamp:body`. Compared in constant time.
 *
 * @see https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
export function isSigned({ body, timestamp, signature }: SignedRequest, secret: string, now: number): boolean {
  if (timestamp === undefined || signature === undefined || !/^\d{1,12}$/.test(timestamp)) return false
  // The other way round: a clock that answers nonsense lets nothing in.
  if (!(Math.abs(now / 1000 - Number(timestamp)) <= TOLERANCE_SECONDS)) return false
  const expected = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest()
  const [, hex] = signature.match(/^v0=([0-9a-f]{64})$/) ?? []
  return hex !== undefined && timingSafeEqual(expected, Buffer.from(hex, 'hex'))
}
