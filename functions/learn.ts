import { tighten } from '../shared/learn/learn.ts'
import { lambdaHandler } from './lambda-handler.ts'
import { ports } from './wiring/learn.ts'

/** Woken every night: tightens the policy by verdicts, inside the bounds that it sets for that. Cannot loosen it. */
export const handler = lambdaHandler<unknown, void>(async () => void (await tighten(ports)))
