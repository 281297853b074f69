import * as z from 'zod'
import { exposuresIn } from './exposures-in.ts'
import { type Party, UNREADABLE } from './party.ts'
import { isHmac, isRecent } from './signatures.ts'

const LinearEvent = z.object({
  action: z.string(),
  type: z.string().regex(/^[A-Za-z]{1,64}$/),
  url: z.unknown().optional(),
  createdAt: z.unknown().optional(),
  data: z
    .object({
      id: z.string(),
      identifier: z.string().optional(),
      issue: z.object({ identifier: z.string().optional() }).loose().optional(),
    })
    .loose(),
})

const ACTIONS: ReadonlySet<string> = new Set(['create', 'update'])

/**
 * Linear: `Linear-Signature`, the hex HMAC-SHA256 of the body, and `webhookTimestamp` (ms) in the body, which has to be recent. An event is
 * `{"action":"create","type":"Comment","data":{"id":"…","body":"…"},"url":"https://linear.app/…","webhookTimestamp":…}`.
 *
 * @see https://linear.app/developers/webhooks#securing-webhooks
 */
export const linear: Party = {
  async isAuthentic({ headers, text }, { secrets, now }) {
    // What is not signed is not parsed.
    return isHmac(headers['linear-signature'], text, secrets) && isRecent(timestampIn(text), now)
  },
  read(body, { now }) {
    const parsed = LinearEvent.safeParse(body)
    if (!parsed.success) return UNREADABLE
    const { action, type, url, createdAt, data } = parsed.data
    if (!ACTIONS.has(action)) return { kind: 'ignored', event: `${type}.${action}` }
    const ticket = data.identifier ?? data.issue?.identifier
    const about = {
      source: 'linear',
      finding: `${type}:${data.id}`,
      place: `Linear, ${type.toLowerCase()}${ticket === undefined ? '' : ` of ${ticket}`}`,
      url,
      seenAt: createdAt,
      isVerified: false,
    } as const
    return { kind: 'reports', reports: exposuresIn(JSON.stringify(data), about, now) }
  },
}

/** The time that a signed body states, in epoch milliseconds; NaN where it states none. */
function timestampIn(text: string): number {
  try {
    return z.object({ webhookTimestamp: z.number() }).parse(JSON.parse(text)).webhookTimestamp
  } catch {
    return Number.NaN
  }
}
