import * as z from 'zod'
import { ActionId, ButtonValue, Press } from './button.ts'
import { FORM_ID, FormPress, FormValues } from './reason-form.ts'

const User = z.object({ id: Press.shape.user })

/** The used fields of a `block_actions` payload; Slack sends many more. https://docs.slack.dev/reference/interaction-payloads */
const BlockActions = z.object({
  type: z.literal('block_actions'),
  user: User,
  trigger_id: z.string().min(1).max(200),
  channel: z.object({ id: Press.shape.channel }),
  message: z.object({ ts: Press.shape.ts }),
  actions: z.tuple([z.object({ type: z.literal('button'), action_id: ActionId, value: ButtonValue })]),
})

const ViewSubmission = z.object({
  type: z.literal('view_submission'),
  user: User,
  view: z.object({
    callback_id: z.literal(FORM_ID),
    private_metadata: z.string().max(3000),
    state: z.object({ values: FormValues }),
  }),
})

/** A pressed button (`press`), or one that must open the form for a reason first (`form`). */
export type Interaction =
  | { readonly kind: 'press'; readonly press: Press }
  | { readonly kind: 'form'; readonly triggerId: string; readonly press: FormPress }

/** Parses the body of a request, `payload=…`. Returns undefined for a payload that this app does not handle. */
export function readInteraction(body: Uint8Array): Interaction | undefined {
  try {
    return interactionIn(JSON.parse(new URLSearchParams(new TextDecoder('utf-8', { fatal: true }).decode(body)).get('payload') ?? ''))
  } catch {
    // Not UTF-8 or not JSON: the caller logs the request as unknown.
    return undefined
  }
}

function interactionIn(payload: unknown): Interaction | undefined {
  const pressed = BlockActions.safeParse(payload)
  if (pressed.success) {
    const { user, channel, message, actions, trigger_id } = pressed.data
    const [{ action_id, value }] = actions
    const press = { kind: action_id.kind, ...value, channel: channel.id, ts: message.ts }
    if (action_id.wantsReason) return { kind: 'form', triggerId: trigger_id, press }
    return { kind: 'press', press: { ...press, user: user.id } }
  }
  const sent = ViewSubmission.safeParse(payload)
  if (!sent.success) return undefined
  const form = FormPress.safeParse(JSON.parse(sent.data.view.private_metadata))
  if (!form.success) return undefined
  return { kind: 'press', press: { ...form.data, user: sent.data.user.id, reason: sent.data.view.state.values.reason.text.value } }
}
