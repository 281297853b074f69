import * as z from 'zod'
import { AlertReference } from '../../domain/report-party.ts'
import { safeUrl, withoutSecrets } from './forget-secrets.ts'
import { type Party, UNREADABLE } from './party.ts'
import { isHubSigned } from './signatures.ts'

/** What an alert of secret scanning says of itself. It holds neither the secret nor the id of the key. */
const SecretScanningAlert = z.object({
  action: z.string(),
  alert: z.object({ number: z.number(), secret_type: z.string(), html_url: z.string().optional() }),
  repository: z.object({ full_name: z.string(), private: z.boolean(), visibility: z.string().optional() }),
})

/** An alert is there, is there again, is in public, or was tried. `resolved`, `assigned` and others say nothing new of the credential. */
const ACTIONS: ReadonlySet<string> = new Set(['created', 'reopened', 'publicly_leaked', 'validated'])

/** Half of a credential: the alert has no id. Of a pair, the id has an alert of its own. */
const WITHOUT_ID: ReadonlySet<string> = new Set(['aws_secret_access_key', 'aws_session_token'])

/**
 * GitHub: `X-Hub-Signature-256` over the body, and no time, so that `receive` has to remember what it took. An event is
 * `{"action":"created","alert":{"number":42,"secret_type":"aws_access_key_id",…},"repository":{"full_name":"acme/api","private":true},…}`.
 *
 * @see https://docs.github.com/en/webhooks/webhook-events-and-payloads#secret_scanning_alert
 */
export const github: Party = {
  isAuthentic: ({ headers, text }, { secrets }) => isHubSigned(headers['x-hub-signature-256'], text, secrets),
  read(body, { headers }) {
    const event = headers['x-github-event'] ?? 'none'
    if (event !== 'secret_scanning_alert') return { kind: 'ignored', event }
    const parsed = SecretScanningAlert.safeParse(body)
    if (!parsed.success) return UNREADABLE
    const { action, alert, repository } = parsed.data
    if (!ACTIONS.has(action)) return { kind: 'ignored', event: `${event}.${action}` }
    if (!alert.secret_type.startsWith('aws_')) return { kind: 'ignored', event: `${event}.other-secret` }
    const reference = AlertReference.safeParse({
      repository: repository.full_name,
      number: alert.number,
      isPublic: !repository.private && (repository.visibility ?? 'public') === 'public',
    })
    // It is handed on as it is.
    const isNamedBySecret = repository.full_name.split('/').some((part) => withoutSecrets(part, 100) !== part)
    if (!reference.success || isNamedBySecret) return UNREADABLE
    const url = safeUrl(alert.html_url)
    if (!WITHOUT_ID.has(alert.secret_type)) return { kind: 'alert', alert: reference.data, url }
    const what = `GitHub found a secret of AWS (${withoutSecrets(alert.secret_type, 64)}), and an alert of this kind has no key id`
    return { kind: 'unnamed', unnamed: { what, place: placeOf(reference.data), url } }
  },
}

/** Where an alert is, in words. */
export function placeOf({ repository, number, isPublic }: AlertReference): string {
  return `${withoutSecrets(repository, 201)}${isPublic ? ', in public' : ''}: secret scanning alert ${number}`
}
