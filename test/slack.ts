import { createHmac } from 'node:crypto'
import { parsePolicy } from '../shared/record/policy-in-force.ts'
import { json, type Loopback, loopback, type WireAnswer } from './contract/loopback.ts'
import { HARM_ALONE } from './embedded.ts'

export const SIGNING_SECRET = '8f742231b10e8888abcd990000000085'
export const BOT_TOKEN = 'xoxb-0000000000-0000000000-synthetic'
export const CHANNEL = 'C0123ABCD'

/** A request signed as Slack does it, with another secret or time where a test asks for it. */
export function signed(
  body: string | Uint8Array,
  parts: { at: number; secret?: string },
): { body: Uint8Array; headers: Record<string, string> } {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const timestamp = String(Math.floor(parts.at / 1000))
  const mac = createHmac('sha256', parts.secret ?? SIGNING_SECRET)
    .update(`v0:${timestamp}:`)
    .update(bytes)
    .digest('hex')
  return {
    body: bytes,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${mac}`,
    },
  }
}

export const formOf = (payload: unknown) => `payload=${encodeURIComponent(JSON.stringify(payload))}`

/** The payload that Slack sends when a person presses a button, with fields that the responder does not use. */
export function pressedButton(button: { action_id: string; value: string }, by: { user: string; ts: string; channel?: string }): object {
  const channel = by.channel ?? CHANNEL
  return {
    type: 'block_actions',
    user: { id: by.user, username: 'somebody', name: 'somebody', team_id: 'T0123ABCD' },
    api_app_id: 'A0123ABCD',
    token: 'legacy',
    container: { type: 'message', message_ts: by.ts, channel_id: channel, is_ephemeral: false },
    trigger_id: '111.222.abc',
    team: { id: 'T0123ABCD', domain: 'example' },
    channel: { id: channel, name: 'incidents' },
    message: { type: 'message', ts: by.ts, text: 'Decide', blocks: [] },
    state: { values: {} },
    response_url: 'https://hooks.slack.com/actions/T0123ABCD/1/x',
    actions: [{ type: 'button', block_id: 'review', action_ts: '1.1', text: { type: 'plain_text', text: 'x' }, ...button }],
  }
}

/** The payload that Slack sends when a person submits the form. */
export function sentForm(privateMetadata: string, by: { user: string; reason: string | null }): object {
  return {
    type: 'view_submission',
    user: { id: by.user, team_id: 'T0123ABCD' },
    team: { id: 'T0123ABCD' },
    view: {
      id: 'V1',
      type: 'modal',
      callback_id: 'reason',
      private_metadata: privateMetadata,
      state: { values: { reason: { text: { type: 'plain_text_input', value: by.reason } } } },
    },
  }
}

export interface FakeButton {
  readonly action_id: string
  readonly value: string
  readonly text: { readonly text: string }
}

export interface FakeMessage {
  readonly channel: string
  readonly ts: string
  readonly text: string
  readonly blocks: readonly { readonly type: string; readonly elements?: readonly FakeButton[] }[]
  readonly thread: string | undefined
}

/** A fake of Slack's Web API on loopback that keeps messages as a channel does. `refuse` may answer instead. */
export interface FakeSlack {
  readonly wire: Loopback
  readonly messages: Map<string, FakeMessage>
  readonly whispers: { user: string; text: string }[]
  readonly forms: { private_metadata: string }[]
  readonly groups: Map<string, string[]>
  refuse: (method: string, words: URLSearchParams) => WireAnswer | undefined
  /** The buttons of a message as it is now, by their label. */
  button(ts: string, label: string): FakeButton | undefined
}

export async function fakeSlack(): Promise<FakeSlack> {
  const messages = new Map<string, FakeMessage>()
  const whispers: FakeSlack['whispers'] = []
  const forms: FakeSlack['forms'] = []
  const groups = new Map<string, string[]>()
  let last = 0
  const methods: Readonly<Record<string, (words: URLSearchParams) => object>> = {
    'chat.postMessage'(words) {
      last += 1
      const ts = `1700000000.${String(last).padStart(6, '0')}`
      messages.set(ts, { ...contentOf(words), channel: words.get('channel') ?? '', ts, thread: words.get('thread_ts') ?? undefined })
      return { ts, channel: words.get('channel') }
    },
    'chat.update'(words) {
      const ts = words.get('ts') ?? ''
      const message = messages.get(ts)
      if (message === undefined) return { ok: false, error: 'message_not_found' }
      messages.set(ts, { ...message, ...contentOf(words) })
      return { ts }
    },
    'chat.delete'(words) {
      return messages.delete(words.get('ts') ?? '') ? {} : { ok: false, error: 'message_not_found' }
    },
    'chat.postEphemeral'(words) {
      whispers.push({ user: words.get('user') ?? '', text: `${words.get('text')}\n${words.get('blocks')}` })
      return {}
    },
    'views.open'(words) {
      forms.push(JSON.parse(words.get('view') ?? '{}'))
      return { view: {} }
    },
    'usergroups.users.list': (words) => ({ users: groups.get(words.get('usergroup') ?? '') ?? [] }),
  }
  const fake = { refuse: (): WireAnswer | undefined => undefined } as Pick<FakeSlack, 'refuse'>
  const wire = await loopback(({ path, body, headers }) => {
    const method = path.replace(/^\/(api\/)?/, '')
    const words = new URLSearchParams(body)
    if (headers.authorization !== `Bearer ${BOT_TOKEN}`) return json({ ok: false, error: 'invalid_auth' })
    const refused = fake.refuse(method, words)
    if (refused !== undefined) return refused
    const answer = methods[method]
    return json(answer === undefined ? { ok: false, error: 'unknown_method' } : { ok: true, ...answer(words) })
  })
  return Object.assign(fake, {
    wire,
    messages,
    whispers,
    forms,
    groups,
    button: (ts: string, label: string) =>
      messages
        .get(ts)
        ?.blocks.flatMap(({ elements }) => elements ?? [])
        .find(({ action_id, text }) => action_id !== undefined && text.text === label),
  })
}

function contentOf(words: URLSearchParams): Pick<FakeMessage, 'text' | 'blocks'> {
  return { text: words.get('text') ?? '', blocks: JSON.parse(words.get('blocks') ?? '[]') }
}

/** A policy that lets two people and a user group use every button. */
export const TWO_REVIEWERS = parsePolicy({
  version: 2,
  mode: 'contain',
  evidence: HARM_ALONE,
  breaker: { containmentsPerHour: 1000, maxUserFraction: 1 },
  slack: { approvers: [{ users: ['U0ALICE', 'U0BOB'], groups: ['S0ONCALL'] }] },
})
