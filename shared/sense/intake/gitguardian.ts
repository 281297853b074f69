import * as z from 'zod'
import { exposuresIn } from './exposures-in.ts'
import { safeUrl, withoutSecrets } from './forget-secrets.ts'
import { type Party, UNREADABLE } from './party.ts'
import { isHmac, isRecent } from './signatures.ts'

const Incident = z.object({
  id: z.union([z.string(), z.number()]).transform(String),
  detector: z.unknown().optional(),
  validity: z.string().nullish(),
  gitguardian_url: z.string().nullish(),
  date: z.unknown().optional(),
})
const GitGuardianEvent = z.object({ action: z.string(), incident: z.unknown().optional() })

/** Actions that say nothing new of the credential. Every other one is read, so that a name that is not known is not taken for one of these. */
const ADMINISTRATIVE =
  /(^|_)(resolved|ignored|assigned|reassigned|unassigned|severity|access|shared|unshared|note|comment|feedback|ping)(_|$)/

/**
 * GitGuardian: `Gitguardian-Signature: sha256=…`, an HMAC-SHA256 whose key is the header `Timestamp` and the token, one behind the other. An event is
 * `{"action":"incident_triggered","incident":{"id":7,"detector":{"name":"aws_iam",…},"validity":"valid","gitguardian_url":"https://…"},…}`. It has no key id.
 *
 * @see https://docs.gitguardian.com/platform/configure-alerting/notifiers-integrations/custom-webhook
 */
export const gitguardian: Party = {
  async isAuthentic({ headers, text }, { secrets, now }) {
    const { timestamp = '', 'gitguardian-signature': signature } = headers
    const [, hex] = signature?.match(/^sha256=([0-9a-f]{64})$/) ?? []
    return (
      isRecent(sentAt(timestamp), now) &&
      isHmac(
        hex,
        text,
        secrets.map((secret) => `${timestamp}${secret}`),
      )
    )
  },
  read(body, { now }) {
    const event = GitGuardianEvent.safeParse(body)
    if (!event.success) return UNREADABLE
    const { action } = event.data
    if (ADMINISTRATIVE.test(action)) return { kind: 'ignored', event: action }
    const parsed = Incident.safeParse(event.data.incident)
    if (!parsed.success) return UNREADABLE
    const { id, detector, validity, gitguardian_url: url, date } = parsed.data
    const about = {
      source: 'gitguardian',
      finding: id,
      place: `GitGuardian incident ${withoutSecrets(id, 40)}`,
      url,
      seenAt: date,
    } as const
    // The secret of the incident is what it tried. An id that stands elsewhere, such as in the name of a file, was chosen by whoever wrote that.
    const reports = exposuresIn(JSON.stringify(body), { ...about, isVerified: false }, now)
    // Where it does not say what it found, it may be of AWS.
    if (detector !== undefined && detector !== null && !/aws|amazon/i.test(JSON.stringify(detector)))
      return reports.length > 0 ? { kind: 'reports', reports } : { kind: 'ignored', event: `${action}.other-secret` }
    const state =
      validity === 'valid' ? 'that works' : validity === 'invalid' ? 'that does not work' : 'of which it does not say whether it works'
    const unnamed = { what: `GitGuardian found a credential of AWS ${state}`, place: about.place, url: safeUrl(url) }
    return reports.length > 0 ? { kind: 'reports', reports, unnamed } : { kind: 'unnamed', unnamed }
  },
}

/** Epoch seconds, with a fraction or without, or ISO 8601. Epoch milliseconds; NaN for anything else. */
function sentAt(timestamp: string): number {
  if (/^\d{9,12}(\.\d{1,9})?$/.test(timestamp)) return Number(timestamp) * 1000
  return /^\d{4}-\d\d-\d\dT[\d:.]{5,18}(Z|[+-]\d\d:?\d\d)$/.test(timestamp) ? Date.parse(timestamp) : Number.NaN
}
