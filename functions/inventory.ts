import { inventory } from '../shared/learn/inventory.ts'
import { inventoryReach } from '../shared/learn/inventory-reach.ts'
import { lambdaHandler } from './lambda-handler.ts'
import { ports, reachPorts } from './wiring/inventory.ts'

/**
 * Runs every night, and on demand: asks IAM which services users and roles used last, then reads from their policies what they could break. In this order, and each whatever
 * becomes of the other: policies that take long to evaluate must not keep last-used data from being taken. It changes nothing in IAM.
 */
export const handler = lambdaHandler<unknown, void>(async () => {
  const [lastUsed] = await Promise.allSettled([inventory(ports)])
  await inventoryReach(reachPorts)
  if (lastUsed.status === 'rejected') throw lastUsed.reason
})
