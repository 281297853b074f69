import { lambdaHandler } from './lambda-handler.ts'
import { logBatchOf } from './log-subscription.ts'
import { report } from './wiring/logs.ts'

/** Invoked by the subscriptions of log groups: hands on which credentials stand in the lines. It keeps no line, reads no table and changes no incident. */
export const handler = lambdaHandler<unknown, void>(async (event) => {
  const batch = logBatchOf(event)
  return batch === undefined ? undefined : report(batch)
})
