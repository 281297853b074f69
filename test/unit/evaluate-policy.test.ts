import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { evaluatePolicy } from '../../shared/decide/reach/evaluate-policy.ts'

const FOLDER = join(import.meta.dirname, '..', 'policies')

/** Cases of one kind, and the document of AWS that says what IAM does. A key of the context that is `null` is missing from the call. */
const Cases = z.strictObject({
  restsOn: z.url({ hostname: /^docs\.aws\.amazon\.com$/ }),
  cases: z.array(
    z.strictObject({
      title: z.string(),
      outcome: z.enum(['allowed', 'denied', 'possible']),
      policies: z.array(z.unknown()),
      boundary: z.unknown().optional(),
      request: z.strictObject({
        action: z.string(),
        resource: z.string().optional(),
        context: z.record(z.string(), z.union([z.string(), z.array(z.string()), z.null()])).optional(),
      }),
      unknown: z.array(z.string()).optional(),
    }),
  ),
})

describe.each(readdirSync(FOLDER))('policies, by %s', (file) => {
  const { cases } = Cases.parse(JSON.parse(readFileSync(join(FOLDER, file), 'utf8')))

  it.each(cases.map((one) => [one.title, one] as const))('%s', (_, { outcome, policies, boundary, request, unknown }) => {
    const context = new Map(Object.entries(request.context ?? {}).map(([key, value]) => [key.toLowerCase(), value]))
    const documents = { identity: policies, ...(boundary === undefined ? {} : { boundary }) }
    const decision = evaluatePolicy(documents, { action: request.action, resource: request.resource, context })
    expect(decision.outcome).toBe(outcome)
    if (unknown !== undefined) expect(decision.because.flatMap((one) => one.unknown)).toEqual(unknown)
  })
})

describe('the decision of policies', () => {
  it('names the statements that decided', () => {
    const policy = {
      Statement: [
        { Sid: 'All', Effect: 'Allow', Action: '*', Resource: '*' },
        { Sid: 'NoUsers', Effect: 'Deny', Action: 'iam:CreateUser', Resource: '*' },
      ],
    }
    const { because } = evaluatePolicy({ identity: [policy] }, { action: 'iam:CreateUser', resource: '*', context: new Map() })
    expect(because).toMatchObject([{ effect: 'Deny', statement: { actions: ['iam:CreateUser'] }, unknown: [] }])
  })
})
