import { seal } from '../shared/record/seal.ts'
import { lambdaHandler } from './lambda-handler.ts'
import { ports } from './wiring/seal.ts'
import { count } from './wiring/telemetry.ts'

/** Runs once a day: compares all chains with the seal before, and seals their ends into a bucket with Object Lock. It writes to its own chain only. */
export const handler = lambdaHandler<unknown, void>(async () => seal(ports).then(() => count('seal.done')))
