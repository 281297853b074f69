import { sweep } from '../shared/review/sweep.ts'
import { lambdaHandler } from './lambda-handler.ts'
import { ports } from './wiring/sweep.ts'

/** Woken by a schedule: looks after every open incident. Cannot change IAM. */
export const handler = lambdaHandler<unknown, number>(() => sweep(ports))
