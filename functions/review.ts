import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'
import type { Context } from 'aws-lambda'
import { z } from 'zod'
import { QueuedNotice } from '../shared/aws/notifier.ts'
import { Press } from '../shared/slack/button.ts'
import { press } from '../shared/slack/press.ts'
import { notifier, pressPorts } from './wiring/review.ts'
import { logger, metrics } from './wiring/telemetry.ts'

/** The notice queue delivers one message at a time. What may put notices into it may press nothing by it. */
const NoticeMessage = z.object({ Records: z.tuple([z.object({ eventSource: z.literal('aws:sqs'), body: z.string() })]) })

/** What the slack function hands on. */
const Pressed = z.strictObject({ press: Press })

/** Woken by the slack function with what a person pressed, and by the notice queue: applies a verdict, tells people. No IAM. */
export const handler = middy<unknown, void, Error, Context>()
  .use(injectLambdaContext(logger))
  .use(logMetrics(metrics))
  .handler((event) => {
    const message = NoticeMessage.safeParse(event)
    if (message.success) return notifier.notify(QueuedNotice.parse(JSON.parse(message.data.Records[0].body)))
    return press(Pressed.parse(event).press, pressPorts)
  })
