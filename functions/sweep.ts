import { sweep } from '../shared/review/sweep.ts'
import { lambdaHandler } from './lambda-handler.ts'
import { runAll } from './run-all.ts'
import { checkSelf, checkTrails, ports } from './wiring/sweep.ts'

/**
 * Runs every five minutes: moves on every open incident that is stuck, late or unanswered, and checks the stack itself and the trails that it lives on. It cannot
 * change IAM.
 */
export const handler = lambdaHandler<unknown, unknown>(() =>
  runAll({
    open: () => sweep(ports),
    differences: async () => (await checkSelf()).length,
    trails: async () => (await checkTrails()).kind,
  }),
)
