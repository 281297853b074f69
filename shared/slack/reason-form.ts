import type { ModalView } from '@slack/types'
import { z } from 'zod'
import { Press } from './button.ts'

export const FORM_ID = 'reason'

/** What the form hands on when it is sent: the press, without who sends it and why. */
export const FormPress = Press.omit({ user: true, reason: true })
export type FormPress = z.infer<typeof FormPress>

const TITLES: Readonly<Record<string, string>> = { legitimate: 'Release', compromised: 'Confirm compromise', contain: 'Contain now' }

/** The form that asks why. It needs nothing but the press, so that it can be shown before anything is looked up. */
export function reasonForm(press: FormPress): ModalView {
  const plain = (text: string) => ({ type: 'plain_text', text, emoji: false }) as const
  return {
    type: 'modal',
    callback_id: FORM_ID,
    private_metadata: JSON.stringify(press),
    title: plain(TITLES[press.kind] ?? press.kind),
    submit: plain('Say it'),
    close: plain('Back'),
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

/** What is left of the form that was sent: its reason, as Slack gives it. */
export const FormValues = z.object({
  reason: z.object({ text: z.object({ type: z.literal('plain_text_input'), value: z.string().trim().min(1).max(500) }) }),
})
