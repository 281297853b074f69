import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { reachIn } from '../../shared/decide/reach/account-reach.ts'
import { AuthorizationDetails } from '../../shared/domain/authorization-details.ts'
import { accountPoliciesOf } from '../../shared/domain/policies-in-details.ts'

const FOLDER = join(import.meta.dirname, '..', 'accounts')

/** Accounts as IAM gives them, with the reach of one identity, and the document of AWS that says what IAM does. `reasons`: some of those that are given. */
const Cases = z.strictObject({
  restsOn: z.url({ hostname: /^docs\.aws\.amazon\.com$/ }),
  cases: z.array(
    z.strictObject({
      title: z.string(),
      of: z.string(),
      reach: z.number(),
      reasons: z.array(z.string()).optional(),
      account: AuthorizationDetails,
    }),
  ),
})

const casesIn = (file: string) => Cases.parse(JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))).cases

describe.each(readdirSync(FOLDER))('an account, by %s', (file) => {
  it.each(casesIn(file).map((one) => [one.title, one] as const))('%s', (_, { of, reach, reasons = [], account }) => {
    const found = reachIn(accountPoliciesOf(account)).get(of)
    expect(found?.reach, found?.reasons.join('; ')).toBe(reach)
    expect(found?.reasons).toEqual(expect.arrayContaining(reasons))
  })
})

it('has cases under names of their own', () => {
  const all = readdirSync(FOLDER).flatMap((file) => casesIn(file).map(({ title }) => `${file}: ${title}`))
  expect(new Set(all).size).toBe(all.length)
  expect(all.length).toBeGreaterThanOrEqual(80)
})
