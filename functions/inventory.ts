import { runInventories } from '../shared/learn/run-inventories.ts'
import { lambdaHandler } from './lambda-handler.ts'
import { ports, reachPorts } from './wiring/inventory.ts'

/** Runs every night, and on demand: reads from the policies of users and roles what they could break, and asks IAM which services they used last. It changes nothing in IAM. */
export const handler = lambdaHandler<unknown, void>((_, context) =>
  runInventories({ lastUsed: ports, reach: reachPorts }, context.getRemainingTimeInMillis()),
)
