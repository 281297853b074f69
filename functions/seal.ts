import { seal } from '../shared/record/seal.ts'
import { lambdaHandler } from './lambda-handler.ts'
import { ports } from './wiring/seal.ts'

/** Runs once a day: seals the ends of all chains into a bucket with Object Lock. It reads no incident and writes to its own chain only. */
export const handler = lambdaHandler<unknown, void>(async () => void (await seal(ports)))
