import { z } from 'zod'
import { ActionId, ButtonValue, Press } from './button.ts'
import { FORM_ID, FormPress, FormValues } from './reason-form.ts'

const User = z.object({ id: Press.shape.user })

/** Slack sends far more than this; what is used is held to its form. https://docs.slack.dev/reference/interaction-payloads */
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

/** A button that was pressed, or one that opens the form first. */
export type Interaction =
  | { readonly kind: 'press'; readonly press: Press }
  | { readonly kind: 'form'; readonly triggerId: string; readonly press: FormPress }

/** Reads the body of a request, `payload=…`, or answers undefined where it is none that this app knows. */
export function readInteraction(body: Uint8Array): Interaction | undefined {
  try {
    return interactionIn(JSON.parse(new URLSearchParams(new TextDecoder('utf-8', { fatal: true }).decode(body)).get('payload') ?? ''))
  } catch {
    // Neither UTF-8 nor JSON: not an interaction, and the caller says so.
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
