import { describe, expect, it } from 'vitest'
import { boundsFor, needsTags, secretFor } from '../../shared/domain/bounds.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'

const NOW = Date.UTC(2026, 2, 3, 12)
const user = (name: string) => `arn:aws:iam::123456789012:user/${name}`
const role = (path: string) => `arn:aws:iam::123456789012:role/${path}`
const policyOf = (parts: object) => parsePolicy({ version: 2, ...parts })

describe('an override', () => {
  const override = { mode: 'observe', until: new Date(NOW).toISOString(), by: user('lead'), reason: 'a drill' }
  const policy = policyOf({
    mode: 'contain',
    tiers: [{ name: 'production', match: { arns: [user('prod-*')] }, mode: 'ask' }],
    protected: { arns: [user('prod-db')] },
    override,
  })

  it('replaces the mode of every tier and is named in place of the tier, until the time that it names and no longer', () => {
    for (const id of [user('ci'), user('prod-web')])
      expect(boundsFor(policy, id, {}, NOW - 1)).toMatchObject({ tier: `override until ${override.until}`, mode: 'observe' })
    expect(boundsFor(policy, user('ci'), {}, NOW)).toMatchObject({ tier: 'default', mode: 'contain' })
    expect(boundsFor(policy, user('prod-web'), {}, NOW)).toMatchObject({ tier: 'production', mode: 'ask' })
  })

  it('lifts no protection', () => {
    const contains = policyOf({ protected: { arns: [user('prod-db')] }, override: { ...override, mode: 'contain' } })
    expect(boundsFor(contains, user('prod-db'), {}, NOW - 1)).toMatchObject({ mode: 'contain', protection: expect.any(String) })
    expect(boundsFor(contains, user('ci'), {}, NOW - 1).protection).toBeUndefined()
  })
})

describe('a tier', () => {
  it('gives thresholds and what happens on expiry, and leaves to the policy what it does not say', () => {
    const thresholds = { notify: 10, ask: 20, contain: 30 }
    const policy = policyOf({
      mode: 'ask',
      review: { onExpiry: 'keep' },
      tiers: [
        { name: 'strict', match: { arns: [user('prod-*')] }, thresholds, onExpiry: 'release' },
        { name: 'plain', match: { arns: [user('ci-*')] }, mode: 'contain' },
      ],
    })
    expect(boundsFor(policy, user('prod-web'), {}, NOW)).toMatchObject({ mode: 'ask', thresholds, onExpiry: 'release' })
    expect(boundsFor(policy, user('ci-1'), {}, NOW)).toMatchObject({
      mode: 'contain',
      thresholds: policy.thresholds,
      onExpiry: 'keep',
    })
  })

  it('by tag matches nobody whose tags could not be read', () => {
    const policy = policyOf({ tiers: [{ name: 'tagged', match: { tags: { team: 'data' } } }] })
    expect(boundsFor(policy, user('ci'), { team: 'data' }, NOW).tier).toBe('tagged')
    expect(boundsFor(policy, user('ci'), { team: 'web' }, NOW).tier).toBe('default')
    expect(boundsFor(policy, user('ci'), undefined, NOW).tier).toBe('default')
  })
})

describe('the tags of an identity', () => {
  it.each([
    ['nothing asks for them', {}, false],
    ['a tier is by ARN', { tiers: [{ name: 'a', match: { arns: [user('*')] } }] }, false],
    ['a tier is by tag', { tiers: [{ name: 'a', match: { tags: { team: 'data' } } }] }, true],
    [
      'one of two tiers is by tag',
      { tiers: ['a', 'b'].map((name) => ({ name, match: name === 'a' ? { arns: [user('*')] } : { tags: { team: 'data' } } })) },
      true,
    ],
    ['protection is by tag', { protected: { tags: { guard: 'yes' } } }, true],
    ['protection is by ARN', { protected: { arns: [user('*')] } }, false],
  ])('where %s, are needed: %j, %s', (_, parts, isNeeded) => expect(needsTags(policyOf(parts))).toBe(isNeeded))
})

describe('protection that no policy lifts', () => {
  const OWN = role('Countersign-ContainRole')
  const DEPLOYS = role('cdk-hnb659fds-deploy-role-123456789012-us-east-1')

  it.each([
    [role('aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS'), true],
    [role('aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef'), true],
    [OWN, true],
    [DEPLOYS, true],
    // What an intruder may name: a path of their own, a user, a role beside those of the responder.
    [role('mine/aws-service-role/AWSServiceRoleForECS'), false],
    [role('mine/aws-reserved/AWSReservedSSO_Admin'), false],
    [role('mine/Countersign-ContainRole'), false],
    [role('Countersign-ContainRole2'), false],
    [user('Countersign-ContainRole'), false],
    [user('aws-service-role/x'), false],
    [`${DEPLOYS}/mine`, false],
  ])('%s: %s', (id, isProtected) => {
    const about = { ownRoles: new Set([OWN, DEPLOYS]) }
    expect(boundsFor(policyOf({ mode: 'contain' }), id, {}, NOW, about).protection !== undefined).toBe(isProtected)
  })
})

describe('the secret of a new key', () => {
  const policy = policyOf({
    rotation: {
      users: [user('ci-*'), user('deploy')],
      secrets: [
        { arns: [user('ci-web'), user('ci-shop')], secret: 'web/key' },
        { arns: [user('ci-*')], secret: 'ci/key' },
      ],
    },
  })
  it.each([
    ['ci-web', 'web/key'],
    ['ci-shop', 'web/key'],
    ['ci-data', 'ci/key'],
    ['deploy', 'countersign/deploy'],
    ['anna', undefined],
  ])('of user %s is %s', (name, secret) => expect(secretFor(policy, { id: user(name), name })).toBe(secret))
})
