import { sweep } from '../shared/review/sweep.ts'
import { lambdaHandler } from './lambda-handler.ts'
import { checkSelf, ports } from './wiring/sweep.ts'

/** Runs every five minutes: moves on every open incident that is stuck, late or unanswered, and checks the stack itself. It cannot change IAM. */
export const handler = lambdaHandler<unknown, { open: number; differences: number }>(async () => ({
  open: await sweep(ports),
  differences: (await checkSelf()).length,
}))
