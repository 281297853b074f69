import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { seedPolicy } from '../shared/record/policy-in-force.ts'
import { lambdaHandler } from './lambda-handler.ts'
import { ports } from './wiring/seed.ts'

/** Run by a deploy: puts the policy that was deployed in force where none is. A policy that is there stays. */
export const handler = lambdaHandler<unknown, void>(async () =>
  seedPolicy(JSON.parse(await readFile(join(import.meta.dirname, 'policy.json'), 'utf8')), ports),
)
