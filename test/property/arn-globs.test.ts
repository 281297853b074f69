import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isApprover } from '../../shared/domain/approval.ts'
import { arnGlobs } from '../../shared/domain/arn-globs.ts'
import { boundsFor, secretFor } from '../../shared/domain/bounds.ts'
import { globs } from '../../shared/domain/glob.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'

const ACCOUNT = '123456789012'

/** The signs of patterns and of names that matter: few, so that they often meet. */
const signs = (...all: string[]) => fc.array(fc.constantFrom(...all), { maxLength: 12 }).map((some) => some.join(''))
const pattern = fc.oneof(
  signs('*', ':', '/', 'user', 'a', 'arn', 'aws', 'iam', ACCOUNT),
  signs('*', '/', 'user', 'a').map((name) => `arn:*:iam::*:${name}`),
)
const name = signs('/', 'user', 'a', '*')

/** Beginnings of patterns that are of any account, in each number of parts. */
const BEFORE = ['*', 'arn:*', 'arn:*:*', 'arn:*:iam:*', 'arn:*:iam::*', `arn:aws:iam::${ACCOUNT}`, '**', 'a*']

describe('a pattern of ARNs', () => {
  it('matches as a text does where the name has no colon', () => {
    const matched = new Set<boolean>()
    fc.assert(
      fc.property(pattern, name, (one, of) => {
        const arn = `arn:aws:iam::${ACCOUNT}:${of}`
        matched.add(arnGlobs(one, arn))
        expect(arnGlobs(one, arn)).toBe(globs(one, arn))
      }),
      { numRuns: 2000 },
    )
    expect(matched.size).toBe(2)
  })

  it('that names one user is of no other, whatever a path holds', () => {
    const path = signs(':', '/', 'user/break-glass', 'user', 'arn:aws:iam::', ACCOUNT, 'x')
    fc.assert(
      fc.property(fc.constantFrom(...BEFORE), fc.constantFrom('user', 'role'), path, (before, kind, inner) => {
        const arn = `arn:aws:iam::${ACCOUNT}:${kind}/${inner}`
        const isIt = `${kind}/${inner}` === 'user/break-glass'
        expect(arnGlobs(`${before}:user/break-glass`, arn)).toBe(isIt)
      }),
    )
    for (const before of BEFORE) expect(arnGlobs(`${before}:user/break-glass`, `arn:aws:iam::${ACCOUNT}:user/break-glass`)).toBe(true)
  })
})

describe('a user whose path holds the name of another', () => {
  const intruder = `arn:aws:iam::${ACCOUNT}:role/x:user/break-glass`
  const named = ['arn:*:iam::*:user/break-glass', '*:user/break-glass']

  it.each(named)('is not what a policy says of %s', (one) => {
    const match = { arns: [one] }
    const policy = parsePolicy({
      version: 2,
      mode: 'contain',
      protected: match,
      tiers: [{ name: 'quiet', match, mode: 'observe' }],
      approvers: [one],
      rotation: { users: [one] },
    })
    expect(boundsFor(policy, intruder, {}, 0)).toMatchObject({
      tier: 'default',
      mode: 'contain',
      protection: undefined,
      approver: undefined,
    })
    expect(isApprover(policy, { by: intruder }, { kind: 'legitimate', tier: 'default' })).toBe(false)
    expect(secretFor(policy, { id: intruder, name: 'break-glass' })).toBeUndefined()
    const owner = intruder.replace('role/x:', '')
    expect(boundsFor(policy, owner, {}, 0)).toMatchObject({ tier: 'quiet', protection: `protected by ARN ${one}` })
  })
})
