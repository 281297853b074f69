import { describe, expect, it } from 'vitest'
import { signedRequest } from '../../functions/http-request.ts'
import type { SlackApi } from '../../shared/slack/api.ts'
import { readInteraction } from '../../shared/slack/interaction.ts'
import { receive } from '../../shared/slack/receive.ts'
import type { SignedRequest } from '../../shared/slack/signature.ts'
import { BOT_TOKEN, CHANNEL, formOf, pressedButton, SIGNING_SECRET, sentForm, signed } from '../slack.ts'

const AT = Date.parse('2026-01-31T12:00:00Z')
const BUTTON = { action_id: 'legitimate', value: 'inc-0123456789ab:0123456789abcdef' }
const BY = { user: 'U0ALICE', ts: '1700000000.000001' }

/** One request through HTTP's form to the receiver, with all that is handed on and logged. */
async function received(body: string, parts: { opens?: () => Promise<void>; secret?: string } = {}) {
  const requests: SignedRequest[] = []
  const logged: unknown[] = []
  const log = (event: string, fields?: object) => void logged.push({ event, ...fields })
  const { headers } = signed(body, { at: AT, ...(parts.secret === undefined ? {} : { secret: parts.secret }) })
  const event = { headers, body: Buffer.from(body).toString('base64'), isBase64Encoded: true }
  const answer = await receive(signedRequest(event), {
    signingSecret: async () => SIGNING_SECRET,
    slack: async () => ({ openForm: parts.opens ?? (async () => {}) }) as unknown as SlackApi,
    reviewInvoker: { press: async (request) => void requests.push(request) },
    clock: { now: () => AT },
    log: { info: log, warn: log },
  })
  const presses = requests.map(({ body: bytes }) => readInteraction(bytes)).map((one) => (one?.kind === 'press' ? one.press : undefined))
  return { ...answer, requests, presses, logged: JSON.stringify(logged) }
}

describe('what Slack sends', () => {
  it('is handed on as the bytes that Slack signed, which say who pressed what, where, and what it is bound to', async () => {
    const body = formOf(pressedButton(BUTTON, BY))
    const { status, presses, requests } = await received(body)
    expect(status).toBe(200)
    const { headers } = signed(body, { at: AT })
    expect(requests).toEqual([
      { body: Buffer.from(body), timestamp: headers['x-slack-request-timestamp'], signature: headers['x-slack-signature'] },
    ])
    expect(presses).toEqual([{ kind: 'legitimate', incidentId: 'inc-0123456789ab', revision: '0123456789abcdef', channel: CHANNEL, ...BY }])
  })

  it('comes with its reason where it is a form that was sent', async () => {
    const { user: _, ...metadata } = {
      kind: 'contain',
      incidentId: 'inc-0123456789ab',
      revision: '0123456789abcdef',
      channel: CHANNEL,
      ...BY,
    }
    const { presses } = await received(formOf(sentForm(JSON.stringify(metadata), { user: 'U0BOB', reason: ' it is ours ' })))
    expect(presses).toEqual([{ ...metadata, user: 'U0BOB', reason: 'it is ours' }])
  })

  it('leaves nothing of itself in the logs, forged, unknown or not to be answered', async () => {
    const marked = formOf({ ...pressedButton(BUTTON, { ...BY, user: 'U0MARKED' }), note: 'MARKED' })
    const form = formOf({ ...pressedButton({ ...BUTTON, action_id: 'legitimate:reason' }, { ...BY, user: 'U0MARKED' }), note: 'MARKED' })
    const fails = () => Promise.reject(new Error(`MARKED ${BOT_TOKEN}`))
    const all = [
      await received(marked),
      await received(marked, { secret: 'f'.repeat(32) }),
      await received(`MARKED=${marked}`),
      await received(form),
      await received(form, { opens: fails }),
    ]
    expect(all.map(({ status }) => status)).toEqual([200, 401, 400, 200, 200])
    expect(all.map(({ presses }) => presses.length)).toEqual([1, 0, 0, 0, 0])
    for (const { logged } of all)
      for (const secret of ['MARKED', BOT_TOKEN, SIGNING_SECRET, 'payload']) expect(logged).not.toContain(secret)
    expect(all[4]?.logged).toContain('slack.form.failed')
  })

  it.each([[undefined], [null], ['text'], [{}], [{ headers: 7 }], [{ headers: {}, body: 'x'.repeat(1_000_001) }]])(
    'has no signature where it is no request: %#',
    (event) => {
      expect(signedRequest(event)).toMatchObject({ timestamp: undefined, signature: undefined })
    },
  )
})
