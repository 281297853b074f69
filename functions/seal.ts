import { seal } from '../shared/record/seal.ts'
import { lambdaHandler } from './lambda-handler.ts'
import { ports } from './wiring/seal.ts'

/** Woken once a day: seals the ends of all chains into a bucket that keeps them. Reads no incident and writes no chain but its own. */
export const handler = lambdaHandler<unknown, void>(async () => void (await seal(ports)))
