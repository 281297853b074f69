import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { verifyWithFallback } from '@octokit/webhooks-methods'
import { Webhook } from 'standardwebhooks'
import type { Delivery } from './party.ts'

/** How far the time of a signature may be from this clock, in milliseconds, in both directions: a time in the future would allow a later replay. */
const TOLERANCE_MS = 5 * 60_000

/** The most signatures of one delivery that are looked at: one for each secret of the sender. */
const MOST_SIGNATURES = 8

/** True where a time is within five minutes of this clock. NaN on either side is not. */
export function isRecent(time: number, now: number): boolean {
  return Math.abs(now - time) <= TOLERANCE_MS
}

/** `sha256=` and the hex HMAC-SHA256 of the body, as GitHub sends it, and WebSub, by which Jira goes. */
export async function isHubSigned(signature: string | undefined, text: string, secrets: readonly string[]): Promise<boolean> {
  const [secret, ...others] = secrets
  if (signature === undefined || secret === undefined || text === '' || !/^sha256=[0-9a-f]{64}$/.test(signature)) return false
  return verifyWithFallback(secret, text, signature, [...others])
}

/** True where the hex text is the HMAC-SHA256 of the body with one of the keys. */
export function isHmac(hex: string | undefined, text: string, keys: readonly string[]): boolean {
  if (hex === undefined || !/^[0-9a-f]{64}$/.test(hex)) return false
  const given = Buffer.from(hex, 'hex')
  return anyOf(keys, (key) => timingSafeEqual(given, createHmac('sha256', key).update(text).digest()))
}

/**
 * True where the delivery is signed by Standard Webhooks with one of the secrets (`whsec_…`) within five minutes.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function isStandardSigned({ headers, text }: Delivery, secrets: readonly string[], now: number): boolean {
  const { 'webhook-id': id = '', 'webhook-timestamp': timestamp = '', 'webhook-signature': given = '' } = headers
  if (id === '' || !/^\d{1,12}$/.test(timestamp) || !isRecent(Number(timestamp) * 1000, now)) return false
  const signatures = given.split(' ', MOST_SIGNATURES)
  return anyOf(secrets, (secret) => {
    const expected = standardSignature(secret, { id, sentAt: new Date(Number(timestamp) * 1000), text })
    return expected !== undefined && anyOf(signatures, (signature) => isOneOf(signature, [expected]))
  })
}

/** Undefined where the secret is none of this form. The package's own `verify` is not used, because it asks the clock of the machine. */
function standardSignature(secret: string, { id, sentAt, text }: { id: string; sentAt: Date; text: string }): string | undefined {
  try {
    return new Webhook(secret).sign(id, sentAt, text)
  } catch {
    return undefined
  }
}

/** True where a text is one of the secrets. Both are hashed, so that the time says nothing of either, nor of how long they are. */
export function isOneOf(given: string | undefined, secrets: readonly string[]): boolean {
  if (given === undefined || given === '') return false
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return anyOf(secrets, (secret) => timingSafeEqual(hash(given), hash(secret)))
}

/** Tries every secret, so that the time does not say which one it was. */
function anyOf(secrets: readonly string[], fits: (secret: string) => boolean): boolean {
  return secrets.map((secret) => fits(secret)).includes(true)
}
