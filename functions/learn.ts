import { tighten } from '../shared/learn/learn.ts'
import { lambdaHandler } from './lambda-handler.ts'
import { ports } from './wiring/learn.ts'

/** Runs every night: tightens the policy by people's verdicts, inside the bounds that the policy sets. It never loosens the policy. */
export const handler = lambdaHandler<unknown, void>(async () => void (await tighten(ports)))
