import { archiveClosed } from '../shared/review/archive.ts'
import { lambdaHandler } from './lambda-handler.ts'
import { ports } from './wiring/archive.ts'

/** Runs once a day: moves closed incidents that nothing has touched for long out of the table into a bucket with Object Lock. It writes no orders and no steps. */
export const handler = lambdaHandler<unknown, void>(async () => void (await archiveClosed(ports)))
