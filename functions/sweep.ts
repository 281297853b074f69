import { sweep } from '../shared/review/sweep.ts'
import { lambdaHandler } from './lambda-handler.ts'
import { ports } from './wiring/sweep.ts'

/** Runs every five minutes: moves on every open incident that is stuck, late or unanswered. It cannot change IAM. */
export const handler = lambdaHandler<unknown, number>(() => sweep(ports))
