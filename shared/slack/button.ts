import * as z from 'zod'
import { DecidingReview } from '../domain/policy.ts'

const INCIDENT_ID = /^inc-[0-9a-f]{12}$/
const REVISION = /^[0-9a-f]{16}$/

/** The buttons of a message: reviews, `revoke` of what a release accepted, and requests for more information. */
export const ButtonKind = z.enum([...DecidingReview.options, 'revoke', 'explain', 'details'])
export type ButtonKind = z.infer<typeof ButtonKind>

/** A pressed button. `revision` binds it to the version of the incident that the message showed. */
export const Press = z.strictObject({
  kind: ButtonKind,
  incidentId: z.string().regex(INCIDENT_ID),
  revision: z.string().regex(REVISION),
  /** Id of the Slack user, authenticated by Slack's signature. */
  user: z.string().regex(/^[UW][A-Z0-9]{2,20}$/),
  channel: z.string().regex(/^[CDG][A-Z0-9]{2,20}$/),
  /** The message that the button is on. */
  ts: z.string().regex(/^\d{1,16}\.\d{1,8}$/),
  reason: z.string().min(1).max(500).optional(),
})
export type Press = z.infer<typeof Press>

/** Builds a button's value: the incident and the revision that it is bound to. */
export function buttonValue(incidentId: string, revision: string): string {
  return `${incidentId}:${revision}`
}

/** Parses a button's value. */
export const ButtonValue = z
  .string()
  .regex(/^inc-[0-9a-f]{12}:[0-9a-f]{16}$/)
  .transform((text) => ({ incidentId: text.slice(0, 16), revision: text.slice(17) }))

/** Builds a button's action id. The suffix `:reason` makes the press open the form for a reason. */
export function actionId(kind: ButtonKind, wantsReason: boolean): string {
  return wantsReason ? `${kind}:reason` : kind
}

/** Parses a button's action id. */
export const ActionId = z
  .string()
  .regex(/^[a-z]+(:reason)?$/)
  .transform((text) => ({ kind: text.replace(':reason', ''), wantsReason: text.endsWith(':reason') }))
  .pipe(z.object({ kind: ButtonKind, wantsReason: z.boolean() }))
