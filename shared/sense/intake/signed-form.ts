import * as z from 'zod'
import { exposuresIn } from './exposures-in.ts'
import { type Party, UNREADABLE } from './party.ts'
import { isStandardSigned } from './signatures.ts'

/**
 * What somebody found, in the form for everybody who has no party here. `id` is the same in every delivery about the finding. `text` is searched for ids of
 * credentials, which may be all that it is; it is forgotten then. `verified`: the sender tried the credential and it works.
 */
const Found = z.strictObject({
  id: z.string().min(1).max(200),
  text: z.string().min(1).max(200_000),
  place: z.string().min(1).max(2000),
  url: z.string().max(1024).optional(),
  seenAt: z.iso.datetime({ offset: true }).optional(),
  verified: z.boolean().default(false),
})
const SignedForm = z.strictObject({ findings: z.array(Found).min(1).max(100) })

/**
 * Everybody else: a signature by Standard Webhooks over
 * `{"findings":[{"id":"scan-7","text":"AKIA… in a paste","place":"pastebin","url":"https://…","seenAt":"2026-01-01T00:00:00Z","verified":false}]}`.
 *
 * @see https://www.standardwebhooks.com
 */
export const signedForm: Party = {
  isAuthentic: async (delivery, { secrets, now }) => isStandardSigned(delivery, secrets, now),
  read(body, { now }) {
    const parsed = SignedForm.safeParse(body)
    if (!parsed.success) return UNREADABLE
    const reports = parsed.data.findings.flatMap(({ id, text, place, url, seenAt, verified }) =>
      exposuresIn(text, { source: 'webhook', finding: id, place, url, seenAt, isVerified: verified }, now),
    )
    return { kind: 'reports', reports }
  },
}
