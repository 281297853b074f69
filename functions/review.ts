import { lambdaHandler } from './lambda-handler.ts'
import { reviewEvent } from './review-event.ts'
import { reviewer } from './wiring/review.ts'

/** Woken by the slack function with what a person pressed, and by the notice queue: applies a verdict, tells people. No IAM. */
export const handler = lambdaHandler<unknown, void>(reviewEvent(reviewer))
