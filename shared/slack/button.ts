import { z } from 'zod'
import { DecidingReview } from '../domain/policy.ts'

const INCIDENT_ID = /^inc-[0-9a-f]{12}$/
const REVISION = /^[0-9a-f]{16}$/

export const ButtonKind = z.enum([...DecidingReview.options, 'explain', 'details'])
export type ButtonKind = z.infer<typeof ButtonKind>

/** What a button stands for: it acts on an incident as it was when the message was written. */
export const Press = z.strictObject({
  kind: ButtonKind,
  incidentId: z.string().regex(INCIDENT_ID),
  revision: z.string().regex(REVISION),
  /** Who pressed it, as Slack's signature vouches for. */
  user: z.string().regex(/^[UW][A-Z0-9]{2,20}$/),
  channel: z.string().regex(/^[CDG][A-Z0-9]{2,20}$/),
  /** The message that the button is on. */
  ts: z.string().regex(/^\d{1,16}\.\d{1,8}$/),
  reason: z.string().min(1).max(500).optional(),
})
export type Press = z.infer<typeof Press>

/** The value of a button: what it is bound to. */
export function buttonValue(incidentId: string, revision: string): string {
  return `${incidentId}:${revision}`
}

export const ButtonValue = z
  .string()
  .regex(/^inc-[0-9a-f]{12}:[0-9a-f]{16}$/)
  .transform((text) => ({ incidentId: text.slice(0, 16), revision: text.slice(17) }))

/** A button's action id; `…:reason` opens the form first. */
export function actionId(kind: ButtonKind, wantsReason: boolean): string {
  return wantsReason ? `${kind}:reason` : kind
}

export const ActionId = z
  .string()
  .regex(/^[a-z]+(:reason)?$/)
  .transform((text) => ({ kind: text.replace(':reason', ''), wantsReason: text.endsWith(':reason') }))
  .pipe(z.object({ kind: ButtonKind, wantsReason: z.boolean() }))
