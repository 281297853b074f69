import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { idlePatterns, lostProtections, unreachedTiers } from '../../local/policy-protections.ts'
import { canMatchIdentity } from '../../shared/domain/arn-pattern.ts'
import { globs } from '../../shared/domain/glob.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'

const user = (name: string) => `arn:aws:iam::123456789012:user/${name}`

const arns = fc
  .tuple(
    fc.constantFrom('aws', 'aws-cn', 'aws-us-gov'),
    fc.stringMatching(/^\d{12}$/),
    fc.constantFrom('user', 'role'),
    fc.stringMatching(/^[a-z/-]{0,11}[a-z-]$/),
  )
  .map(([partition, account, kind, name]) => `arn:${partition}:iam::${account}:${kind}/${name}`)

describe('an ARN pattern', () => {
  it.each([
    '*',
    'arn:*',
    '*:user/ci-*',
    '*-admin',
    'arn:aws*:role/*',
    'arn:aws:iam::1234*:user/x',
    'arn:aws:iam::*:root',
    '*:federated-user/a',
    user('a/b/c'),
    user('path/*'),
    user('a*'),
    'arn:aws:iam::123456789012:role/*x',
  ])('may match an identity: %s', (pattern) => expect(canMatchIdentity(pattern)).toBe(true))

  it.each([
    'break-glass',
    'ci-*',
    'user/ci',
    'arn:aws:iam::12345:user/x',
    'arn:aws:iam::12345678901234*:user/x',
    'arn:aws:iam::123456789012:group/x',
    'arn:aws:sts::123456789012:assumed-role/deploy/x',
    'arn:aws:s3:::bucket',
    user(''),
    user('path/'),
    user('*/'),
    'arn:*:iam::*:role/',
    'arn:aws:sts::123456789012:federated-user/',
  ])('matches none: %s', (pattern) => expect(canMatchIdentity(pattern)).toBe(false))

  it('is never refused where it matches the ARN of a user or role', () => {
    const cases = arns.chain((arn) => fc.tuple(fc.constant(arn), fc.nat(arn.length), fc.nat(arn.length)))
    fc.assert(
      fc.property(cases, ([arn, a, b]) => {
        const pattern = `${arn.slice(0, Math.min(a, b))}*${arn.slice(Math.max(a, b))}`
        expect(globs(pattern, arn)).toBe(true)
        expect(canMatchIdentity(pattern)).toBe(true)
      }),
    )
  })

  it('matches no ARN of a user or role where it is refused', () => {
    const signs = fc.constantFrom('*', 'arn:', 'aws', ':', ':iam::', '12345', '123456789012', ':user/', ':role/', 'x')
    fc.assert(
      fc.property(fc.array(signs, { maxLength: 8 }), arns, (parts, arn) => {
        const pattern = parts.join('')
        if (globs(pattern, arn)) expect(canMatchIdentity(pattern)).toBe(true)
      }),
    )
  })
})

describe('a policy that protects nobody', () => {
  it('is told of by key, with what is likely meant', () => {
    const said = idlePatterns({
      protected: { arns: ['break-glass', 'arn:aws:iam::12345:user/x', user('fine')] },
      tiers: [{ name: 'builds', match: { arns: ['ci-*'] } }],
      rotation: { users: ['role/deploy'] },
    })
    expect(said).toHaveLength(4)
    expect(said[0]).toContain(
      'protected.arns.0: matches no user and no role, so it does nothing: a pattern is a whole ARN, such as arn:*:iam::*:user/break-glass',
    )
    expect(said[1]).toContain('the account has to be 12 digits or *, and is "12345"')
    expect(said[2]).toContain('tiers.0.match.arns.0: ')
    expect(said[3]).toContain('such as arn:*:iam::*:role/deploy')
  })

  it('is told of wherever a pattern ends before the name', () => {
    const nameless = [user(''), 'arn:aws:iam::123456789012:role/', user('path/')]
    const said = idlePatterns({
      protected: { arns: nameless },
      tiers: [{ name: 'builds', match: { arns: nameless } }],
      criticality: [{ match: { arns: nameless } }],
      rotation: { users: nameless },
      canaries: { users: nameless },
      detectors: { 'user-created': { except: [{ identities: nameless }] } },
    })
    expect(said).toHaveLength(18)
    expect(said[2]).toBe(
      'protected.arns.2: matches no user and no role, so it does nothing: behind the last / stands the name, and it has none: arn:aws:iam::123456789012:user/path/* matches every name there, got "arn:aws:iam::123456789012:user/path/"',
    )
    for (const line of said) expect(line).toContain('behind the last / stands the name, and it has none')
  })

  it('is no reason to stumble over a policy of another shape', () => {
    for (const input of [undefined, null, 3, [], { protected: 3, tiers: {} }, { tiers: [null, { match: [] }] }])
      expect(idlePatterns(input)).toEqual([])
  })
})

describe('tiers in order', () => {
  const tiersOf = (...matches: readonly object[]) =>
    unreachedTiers(parsePolicy({ version: 2, tiers: matches.map((match, at) => ({ name: `tier-${at}`, match })) }))

  it('warns of a tier that an earlier one always matches first', () => {
    expect(tiersOf({ arns: ['*'] }, { arns: [user('ci-*')] })).toEqual([
      'tier "tier-1" is never reached: whatever it names, "tier-0" before it matches first',
    ])
    expect(tiersOf({ arns: ['arn:*:iam::*'] }, { tags: { tier: '0' } })).toHaveLength(1)
    expect(tiersOf({ arns: [user('ci-*')] }, { arns: [user('ci-deploy')] })).toHaveLength(1)
    expect(tiersOf({ tags: { tier: '0' } }, { tags: { tier: '0', team: 'a' } })).toHaveLength(1)
  })

  it('names the tiers alone that take all of it', () => {
    expect(tiersOf({ arns: [user('nobody')] }, { arns: ['*'] }, { arns: [user('ci-*')] })).toEqual([
      'tier "tier-2" is never reached: whatever it names, "tier-1" before it matches first',
    ])
    expect(tiersOf({ arns: ['*:user/*'] }, { tags: { team: 'a' } }, { arns: ['*:role/*'] }, { arns: [user('a'), '*:role/b'] })).toEqual([
      'tier "tier-3" is never reached: whatever it names, "tier-0" and "tier-2" before it match first',
    ])
  })

  it('does not warn where something is left for the tier', () => {
    expect(tiersOf({ arns: [user('ci-*')] }, { arns: [user('ci-*'), user('web')] })).toEqual([])
    expect(tiersOf({ arns: ['arn:*:iam::*:user/*'] }, { tags: { tier: '0' } })).toEqual([])
    expect(tiersOf({ arns: [user('ci-*')] }, { arns: [user('ci-a')], tags: { tier: '0' } })).toEqual([])
    expect(tiersOf({ tags: { tier: '0', team: 'a' } }, { tags: { tier: '0' } })).toEqual([])
  })
})

describe('a protection that a change of the policy takes away', () => {
  const from = parsePolicy({ version: 2, protected: { arns: [user('break-glass')], tags: { keep: 'yes' } } })

  it('is named, by pattern and by tag', () => {
    const to = parsePolicy({ version: 2, protected: { tags: { keep: 'no' } } })
    expect(lostProtections(from, to)).toEqual([user('break-glass'), 'tag keep=yes'])
  })

  it('is none where a wider pattern takes its place', () => {
    expect(lostProtections(from, parsePolicy({ version: 2, protected: { arns: ['*:user/*'], tags: { keep: 'yes' } } }))).toEqual([])
  })
})
