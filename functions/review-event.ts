import { z } from 'zod'
import { QueuedNotice } from '../shared/aws/notifier.ts'
import type { Notice } from '../shared/ports/notices.ts'
import { Press } from '../shared/slack/button.ts'

/** What the function review does: it sends notices, applies what people press, and shares incidents with Security Hub. */
export interface ReviewActions {
  notify(notice: Notice): Promise<void>
  press(press: Press): Promise<void>
  /** Sends an incident to Security Hub now. */
  share(incidentId: string): Promise<void>
  /** Sends it by a message of its own: where Security Hub fails, only that message is repeated, and nobody is notified twice. */
  shareLater(incidentId: string): Promise<void>
}

/** The notice queue delivers one message at a time. A message of it is never read as a press: respond and contain may write to it. */
const Message = z.object({ Records: z.tuple([z.object({ eventSource: z.literal('aws:sqs'), body: z.string() })]) })
const Queued = z.union([z.strictObject({ share: z.string().regex(/^inc-[0-9a-f]{12}$/) }), QueuedNotice])

/** What the function slack passes on. */
const Pressed = z.strictObject({ press: Press })

/** Reads the event that invoked review by a strict schema, and does what it asks for. */
export function reviewEvent(reviewer: ReviewActions): (event: unknown) => Promise<void> {
  return async (event) => {
    const message = Message.safeParse(event)
    if (!message.success) {
      const { press } = Pressed.parse(event)
      await reviewer.press(press)
      return reviewer.shareLater(press.incidentId)
    }
    const queued = Queued.parse(JSON.parse(message.data.Records[0].body))
    if ('share' in queued) return reviewer.share(queued.share)
    await reviewer.notify(queued)
    await reviewer.shareLater(queued.incidentId)
  }
}
