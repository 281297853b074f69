import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { evaluatePolicy, type Policies } from '../../shared/decide/reach/evaluate-policy.ts'

const FOLDER = join(import.meta.dirname, '..', 'policies')

/** Cases of one kind, and the document of AWS that says what IAM does. A key of the context that is `null` is missing from the call. */
const Cases = z.strictObject({
  restsOn: z.url({ hostname: /^docs\.aws\.amazon\.com$/ }),
  cases: z.array(
    z.strictObject({
      title: z.string(),
      outcome: z.enum(['allowed', 'denied', 'possible']),
      policies: z.array(z.unknown()),
      groups: z.array(z.unknown()).optional(),
      boundary: z.unknown().optional(),
      session: z.array(z.unknown()).optional(),
      controls: z.array(z.array(z.unknown())).optional(),
      request: z.strictObject({
        action: z.string(),
        resource: z.string().optional(),
        context: z.record(z.string(), z.union([z.string(), z.array(z.string()), z.null()])).optional(),
      }),
      unknown: z.array(z.string()).optional(),
      /** The statements that decided, as `policy: name`. */
      because: z.array(z.string()).optional(),
    }),
  ),
})

type Written = Pick<z.infer<typeof Cases>['cases'][number], 'policies' | 'groups' | 'boundary' | 'session' | 'controls'>

describe.each(readdirSync(FOLDER))('policies, by %s', (file) => {
  const { cases } = Cases.parse(JSON.parse(readFileSync(join(FOLDER, file), 'utf8')))

  it.each(cases.map((one) => [one.title, one] as const))('%s', (_, { outcome, request, unknown, because, ...written }) => {
    const context = new Map(Object.entries(request.context ?? {}).map(([key, value]) => [key.toLowerCase(), value]))
    const decision = evaluatePolicy(policiesOf(written), { action: request.action, resource: request.resource, context })
    expect(decision.outcome).toBe(outcome)
    if (unknown !== undefined) expect(decision.because.flatMap((one) => one.unknown)).toEqual(unknown)
    if (because !== undefined) expect(decision.because.map(({ policy, name }) => `${policy}: ${name}`)).toEqual(because)
  })
})

function policiesOf({ policies, groups = [], boundary, session, controls }: Written): Policies {
  const numbered = (kind: string, documents: readonly unknown[]) =>
    documents.map((document, at) => ({ name: `${kind} ${at + 1}`, document }))
  return {
    identity: [...numbered('policy', policies), ...numbered('policy of a group', groups)],
    ...(boundary === undefined ? {} : { boundary: { name: 'boundary', document: boundary } }),
    ...(session === undefined ? {} : { session: numbered('policy of the session', session) }),
    ...(controls === undefined ? {} : { controls: controls.map((level) => numbered('control', level)) }),
  }
}

it('has cases enough, and each says on which document of AWS it rests', () => {
  const titlesIn = (file: string) => Cases.parse(JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))).cases.map(({ title }) => title)
  const all = readdirSync(FOLDER).flatMap((file) => titlesIn(file).map((title) => `${file}: ${title}`))
  expect(new Set(all).size).toBe(all.length)
  expect(all.length).toBeGreaterThanOrEqual(125)
})
