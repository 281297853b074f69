import { lambdaHandler } from './lambda-handler.ts'
import { reviewEvent } from './review-event.ts'
import { reviewer } from './wiring/review.ts'

/** Invoked by the function slack with what a person pressed, and by the notice queue: applies verdicts, sends notices. No IAM. */
export const handler = lambdaHandler<unknown, void>(reviewEvent(reviewer))
