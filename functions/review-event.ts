import * as z from 'zod'
import { QueuedNotice } from '../shared/aws/notifier.ts'
import type { Notice } from '../shared/ports/notices.ts'
import type { SignedRequest } from '../shared/slack/signature.ts'

/** What the function review does: it sends notices, applies what people press, and shares incidents with Security Hub. */
export interface ReviewActions {
  notify(notice: Notice): Promise<void>
  /** Applies a press that Slack signed. Returns the id of its incident, or undefined where it was taken before. */
  press(request: SignedRequest, invocationId: string): Promise<string | undefined>
  /** Sends an incident to Security Hub now. */
  share(incidentId: string): Promise<void>
  /** Sends it by a message of its own: where Security Hub fails, only that message is repeated, and nobody is notified twice. */
  shareLater(incidentId: string): Promise<void>
}

/** The notice queue delivers one message at a time. A message of it is never read as a press: respond and contain may write to it. */
const Message = z.object({ Records: z.tuple([z.object({ eventSource: z.literal('aws:sqs'), body: z.string() })]) })
const Queued = z.union([z.strictObject({ share: z.string().regex(/^inc-[0-9a-f]{12}$/) }), QueuedNotice])

/** What the function slack passes on: the bytes that Slack signed. What they say is read when the signature was checked. */
const Pressed = z.strictObject({
  signed: z.strictObject({
    body: z.base64().transform((text) => new Uint8Array(Buffer.from(text, 'base64'))),
    timestamp: z.string(),
    signature: z.string(),
  }),
})

/** Reads the event that invoked review by a strict schema, and does what it asks for. */
export function reviewEvent(reviewer: ReviewActions): (event: unknown, context: { readonly awsRequestId: string }) => Promise<void> {
  return async (event, { awsRequestId }) => {
    const message = Message.safeParse(event)
    if (!message.success) {
      const incidentId = await reviewer.press(Pressed.parse(event).signed, awsRequestId)
      return incidentId === undefined ? undefined : reviewer.shareLater(incidentId)
    }
    const queued = Queued.parse(JSON.parse(message.data.Records[0].body))
    if ('share' in queued) return reviewer.share(queued.share)
    await reviewer.notify(queued)
    await reviewer.shareLater(queued.incidentId)
  }
}
