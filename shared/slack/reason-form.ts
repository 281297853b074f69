import type { ModalView } from '@slack/types'
import * as z from 'zod'
import { Press } from './button.ts'

/** The `callback_id` of the form. */
export const FORM_ID = 'reason'

/** The press that a form carries in `private_metadata`: user and reason come with its submission. */
export const FormPress = Press.omit({ user: true, reason: true })
export type FormPress = z.infer<typeof FormPress>

const TITLES: Readonly<Record<string, string>> = { legitimate: 'Release', compromised: 'Confirm compromise', contain: 'Contain now' }

/** Builds the form that asks for a reason. It needs no lookup, because Slack accepts it only within three seconds of the press. */
export function reasonForm(press: FormPress): ModalView {
  const plain = (text: string) => ({ type: 'plain_text', text, emoji: false }) as const
  return {
    type: 'modal',
    callback_id: FORM_ID,
    private_metadata: JSON.stringify(press),
    title: plain(TITLES[press.kind] ?? press.kind),
    submit: plain('Submit'),
    close: plain('Cancel'),
    blocks: [
      {
        type: 'input',
        block_id: 'reason',
        label: plain(`Why? It goes into the record of ${press.incidentId}.`),
        element: { type: 'plain_text_input', action_id: 'text', multiline: true, min_length: 1, max_length: 500 },
      },
    ],
  }
}

/** The values of a submitted form: the reason, where Slack puts it. */
export const FormValues = z.object({
  reason: z.object({ text: z.object({ type: z.literal('plain_text_input'), value: z.string().trim().min(1).max(500) }) }),
})
