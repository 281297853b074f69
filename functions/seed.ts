import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { seedPolicy } from '../shared/record/policy-in-force.ts'
import { lambdaHandler } from './lambda-handler.ts'
import { ports } from './wiring/seed.ts'

/** Run by each deploy: puts the deployed policy in force where there is none yet. An existing policy stays in force. */
export const handler = lambdaHandler<unknown, void>(async () =>
  seedPolicy(JSON.parse(await readFile(join(import.meta.dirname, 'policy.json'), 'utf8')), ports),
)
