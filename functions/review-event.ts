import { z } from 'zod'
import { QueuedNotice } from '../shared/aws/notifier.ts'
import type { Notice } from '../shared/ports/notices.ts'
import { Press } from '../shared/slack/button.ts'

/** What review does: tells people, applies what they press, and shows incidents elsewhere. */
export interface ReviewActions {
  notify(notice: Notice): Promise<void>
  press(press: Press): Promise<void>
  /** Puts an incident where else it is to be seen, now. */
  share(incidentId: string): Promise<void>
  /** Has it put there by a message of its own: where that place fails, nobody is told twice for it. */
  shareLater(incidentId: string): Promise<void>
}

/** The notice queue delivers one message at a time. What may put notices into it may press nothing by it. */
const Message = z.object({ Records: z.tuple([z.object({ eventSource: z.literal('aws:sqs'), body: z.string() })]) })
const Queued = z.union([z.strictObject({ share: z.string().regex(/^inc-[0-9a-f]{12}$/) }), QueuedNotice])

/** What the slack function hands on. */
const Pressed = z.strictObject({ press: Press })

/** Reads what woke review, strictly, and does it. */
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
