import { inventory } from '../shared/learn/inventory.ts'
import { lambdaHandler } from './lambda-handler.ts'
import { ports } from './wiring/inventory.ts'

/** Runs every night: asks IAM which services each known user and role used last when, and keeps the last answers. It changes nothing in IAM. */
export const handler = lambdaHandler<unknown, void>(async () => void (await inventory(ports)))
