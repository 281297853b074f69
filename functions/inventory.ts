import { inventory } from '../shared/learn/inventory.ts'
import { inventoryReach } from '../shared/learn/inventory-reach.ts'
import { lambdaHandler } from './lambda-handler.ts'
import { runAll } from './run-all.ts'
import { ports, reachPorts } from './wiring/inventory.ts'

/** Runs every night, and on demand: reads from their policies what all users and roles could break, and asks IAM which services they used last when. It changes nothing in IAM. */
export const handler = lambdaHandler<unknown, void>(
  async () => void (await runAll({ reach: () => inventoryReach(reachPorts), lastUsed: () => inventory(ports) })),
)
