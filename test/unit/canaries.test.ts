import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canaryLines, canaryWarnings } from '../../local/render/canary-lines.ts'
import { boundsFor } from '../../shared/domain/bounds.ts'
import { Canaries, IN_CANARY_PATH, isCanary } from '../../shared/domain/canary.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'

const NOW = Date.UTC(2026, 2, 3, 12)
const arnOf = (name: string) => `arn:aws:iam::123456789012:user/${name}`
const policyOf = (parts: object) => parsePolicy({ version: 3, ...parts })

describe('who is a canary', () => {
  it('is a user in the path of canaries by default, of any account and partition, and nobody else', () => {
    const policy = policyOf({})
    const is = (id: string, kind: 'iam-user' | 'role' = 'iam-user') => isCanary(policy, { id, kind })
    expect(is(arnOf('countersign-canary/a'))).toBe(true)
    expect(is('arn:aws-us-gov:iam::111122223333:user/countersign-canary/team/a')).toBe(true)
    expect(is(arnOf('countersign-canary'))).toBe(false)
    expect(is(arnOf('x/countersign-canary/a'))).toBe(false)
    expect(is(arnOf('countersign-canary/a'), 'role')).toBe(false)
    expect(is('arn:aws:iam::123456789012:role/countersign-canary/a', 'role')).toBe(false)
  })

  it('is no user whose own path or name holds that of canaries, whatever the pattern and whatever stands before it', () => {
    // What IAM allows in a path: the signs of ASCII from `!` on.
    const signs = fc.string({ unit: fc.constantFrom(...':/*!~', ...'user'), maxLength: 12 })
    const inPath = (before: string) => arnOf(`x${before}:user/countersign-canary/a`)
    fc.assert(
      fc.property(signs, (before) => {
        expect(isCanary(policyOf({}), { kind: 'iam-user', id: inPath(before) })).toBe(false)
        const own = policyOf({ canaries: { users: ['arn:*:iam::*:user/countersign-canary/a'] } })
        expect(isCanary(own, { kind: 'iam-user', id: inPath(before) })).toBe(false)
        expect(isCanary(own, { kind: 'iam-user', id: arnOf('countersign-canary/a') })).toBe(true)
      }),
    )
  })

  it('is whom the policy names in the place of these', () => {
    const policy = policyOf({ canaries: { users: [arnOf('billing-*')] } })
    expect(isCanary(policy, { kind: 'iam-user', id: arnOf('billing-export') })).toBe(true)
    expect(isCanary(policy, { kind: 'iam-user', id: arnOf('countersign-canary/a') })).toBe(false)
  })

  it.each([
    '*',
    'arn:*',
    arnOf('*'),
    'arn:*:iam::*:user/*',
    arnOf('a*b*'),
    'arn:aws:iam::123456789012:role/canary',
    'arn:aws:iam::12345:user/canary',
    'canary',
  ])('is never everybody, nor who is no user: %s', (pattern) => {
    expect(() => policyOf({ canaries: { users: [pattern] } })).toThrow(/canaries\.users.*must be the ARN of users/s)
  })
})

describe('a user that was given the name of a canary', () => {
  const policy = policyOf({ mode: 'contain' })
  const [worker, canary] = [arnOf('prod-deploy'), arnOf('countersign-canary/prod-deploy')]
  const named = (isDisregarded: boolean) => [
    { arn: worker, since: NOW - 2000, isDisregarded: false },
    { arn: canary, since: NOW - 1000, isDisregarded },
  ]

  it('is asked about, where it is not known who moved it: nobody stops production by moving its users', () => {
    const bounds = boundsFor(policy, canary, {}, NOW, { names: named(false) })
    expect(bounds).toMatchObject({ mode: 'ask', isCanary: false, about: expect.stringContaining(worker) })
  })

  it('goes by its name before, where it moved itself or was moved during an incident', () => {
    expect(boundsFor(policy, canary, {}, NOW, { names: named(true) })).toMatchObject({ mode: 'contain', isCanary: false })
  })

  it('is one, where it never had another name', () => {
    expect(boundsFor(policy, canary, {}, NOW)).toMatchObject({ mode: 'contain', isCanary: true })
  })
})

describe('what policy check says of canaries', () => {
  it('names them, and warns of nothing where they are contained', () => {
    expect(canaryLines(policyOf({ mode: 'contain' }))).toEqual([`Canaries, of whom any use is confirmed: ${IN_CANARY_PATH}.`])
    expect(canaryLines(policyOf({}))).toEqual([
      `Canaries, of whom any use is confirmed: ${IN_CANARY_PATH}; mode observe keeps them from being contained.`,
    ])
    expect(canaryLines(policyOf({ canaries: { users: [] } }))).toEqual(['No user is a canary.'])
    const contained = [{ name: 'canaries', match: { arns: [IN_CANARY_PATH] }, mode: 'contain' }]
    expect(canaryLines(policyOf({ tiers: contained }))).toEqual([`Canaries, of whom any use is confirmed: ${IN_CANARY_PATH}.`])
  })

  it('warns where a pattern meets a protected one, a tier that contains less, or a user whose keys are rotated', () => {
    expect(canaryWarnings(policyOf({ mode: 'contain', protected: { arns: ['arn:aws:iam::*:user/*'] } }))).toEqual([
      expect.stringContaining('and protected.arns arn:aws:iam::*:user/* name the same users'),
    ])
    // No account has a colon in its number, so these name no user of each other.
    expect(canaryWarnings(policyOf({ mode: 'contain', protected: { arns: ['arn:aws:iam::*:user/break-glass'] } }))).toEqual([])
    // That the policy contains nobody is no news about canaries.
    expect(canaryWarnings(policyOf({}))).toEqual([])
    const tiers = [{ name: 'careful', match: { arns: [IN_CANARY_PATH] }, mode: 'ask' }]
    expect(canaryWarnings(policyOf({ mode: 'contain', tiers }))).toEqual([expect.stringContaining('mode ask of tier careful')])
    expect(canaryWarnings(policyOf({ tiers: [{ ...tiers[0], mode: 'contain' }] }))).toEqual([])
    const both = { canaries: { users: [arnOf('ci-old')] }, rotation: { users: [arnOf('ci-*')] } }
    expect(canaryWarnings(policyOf({ mode: 'contain', ...both }))).toEqual([expect.stringContaining('has work, and is no canary')])
  })
})

describe('a policy of before', () => {
  it('has the path of canaries, since none of its users is in it', () => {
    for (const version of [1, 2, 3]) expect(parsePolicy({ version }).canaries).toEqual(Canaries.parse({}))
  })
})
