import { describe, expect, it } from 'vitest'
import { areTwoPeople, groupsAsked, isApprover, needsSecond, slackActor, slackUserOf } from '../../shared/domain/approval.ts'
import type { ReviewKind } from '../../shared/domain/policy.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'

const USER = 'arn:aws:iam::123456789012:user/anna'
const tiers = [
  { name: 'production', match: { arns: ['arn:aws:iam::123456789012:role/prod-*'] } },
  { name: 'sandbox', match: { arns: ['arn:aws:iam::123456789012:role/play-*'] } },
]
const policyOf = (parts: object) => parsePolicy({ version: 2, tiers, ...parts })
const about = (kind: ReviewKind, tier: string) => ({ kind, tier })

describe('who is allowed to decide', () => {
  it('is everybody with rights in AWS where the policy names no approvers, and those whom it names where it does', () => {
    expect(isApprover(policyOf({}), { by: USER }, about('legitimate', 'default'))).toBe(true)
    const named = policyOf({ approvers: ['arn:aws:iam::123456789012:user/lead', 'local:*'] })
    expect(isApprover(named, { by: USER }, about('legitimate', 'default'))).toBe(false)
    expect(isApprover(named, { by: 'local:anna' }, about('legitimate', 'default'))).toBe(true)
  })

  it('is nobody in Slack where the policy names no Slack approvers, not even somebody whom `approvers` matches', () => {
    expect(isApprover(policyOf({ approvers: ['*'] }), { by: 'slack:U0ANNA' }, about('legitimate', 'default'))).toBe(false)
  })

  it.each<[string, object, { groups?: string[]; kind?: ReviewKind; tier?: string }, boolean]>([
    ['a user whom a rule names', { users: ['U0ANNA'] }, {}, true],
    ['another user', { users: ['U0BOB'] }, {}, false],
    ['a member of a group that a rule names', { groups: ['S0ONCALL'] }, { groups: ['S0OTHER', 'S0ONCALL'] }, true],
    ['a member of one of two groups', { groups: ['S0LEADS', 'S0ONCALL'] }, { groups: ['S0ONCALL'] }, true],
    ['a member of another group', { groups: ['S0ONCALL'] }, { groups: ['S0OTHER'] }, false],
    ['somebody whose groups were not looked up', { groups: ['S0ONCALL'] }, {}, false],
    ['another verdict than the rule is for', { users: ['U0ANNA'], verdicts: ['contain'] }, {}, false],
    ['a verdict that nobody gives with a button', { users: ['U0ANNA'] }, { kind: 'extend' }, false],
    ['a tier that the rule names', { users: ['U0ANNA'], tiers: ['sandbox', 'default'] }, { tier: 'sandbox' }, true],
    ['a tier that the rule leaves out', { users: ['U0ANNA'], tiers: ['sandbox'] }, { tier: 'production' }, false],
    ['the tier of those in no other', { users: ['U0ANNA'], tiers: ['default'] }, { tier: 'default' }, true],
    ['a tier that the policy no longer has', { users: ['U0ANNA'], tiers: ['sandbox'] }, { tier: 'gone' }, false],
    ['a tier that the policy no longer has, by a rule for all', { users: ['U0ANNA'] }, { tier: 'gone' }, true],
  ])('in Slack, %s: a rule of %j', (_, rule, { groups, kind = 'legitimate', tier = 'production' }, isAllowed) => {
    expect(isApprover(policyOf({ slack: { approvers: [rule] } }), { by: 'slack:U0ANNA', groups }, about(kind, tier))).toBe(isAllowed)
  })

  it('is somebody whom any one of the Slack rules allows', () => {
    const policy = policyOf({ slack: { approvers: [{ users: ['U0BOB'] }, { users: ['U0ANNA'] }] } })
    expect(isApprover(policy, { by: 'slack:U0ANNA' }, about('contain', 'default'))).toBe(true)
  })

  it('looks up the groups of every rule, each once', () => {
    const rules = [{ groups: ['S0ONCALL', 'S0LEADS'] }, { users: ['U0ANNA'] }, { groups: ['S0LEADS'] }]
    expect(groupsAsked(policyOf({ slack: { approvers: rules } }))).toEqual(['S0ONCALL', 'S0LEADS'])
    expect(groupsAsked(policyOf({}))).toEqual([])
  })

  it('names a Slack user in the record by an actor that leads back to the user', () => {
    expect(slackActor('U0ANNA')).toBe('slack:U0ANNA')
    expect(slackUserOf(slackActor('U0ANNA'))).toBe('U0ANNA')
    expect(slackUserOf('local:slack:U0ANNA')).toBeUndefined()
  })
})

describe('a second person', () => {
  const policy = policyOf({ fourEyes: [{ tiers: ['production'], verdicts: ['legitimate'] }] })

  it.each<[ReviewKind, string, boolean]>([
    ['legitimate', 'production', true],
    ['contain', 'production', false],
    ['legitimate', 'sandbox', false],
    ['legitimate', 'default', false],
    ['legitimate', 'gone', true],
    ['contain', 'gone', false],
  ])('for the verdict %s in tier %s is needed: %s', (kind, tier, isNeeded) => expect(needsSecond(policy, about(kind, tier))).toBe(isNeeded))

  it('is needed in every tier where the rule names none, and nowhere without a rule', () => {
    const everywhere = policyOf({ fourEyes: [{ verdicts: ['compromised'] }] })
    for (const tier of ['default', 'production', 'sandbox', 'gone']) {
      expect(needsSecond(everywhere, about('compromised', tier))).toBe(true)
      expect(needsSecond(policyOf({}), about('compromised', tier))).toBe(false)
    }
  })

  const session = (role: string, name: string) => `arn:aws:sts::123456789012:assumed-role/${role}/${name}`
  it.each([
    ['two users', USER, 'arn:aws:iam::123456789012:user/bob', true],
    ['the same user', USER, USER, false],
    ['two sessions of one role, whose names their caller chose', session('admin', 'anna'), session('admin', 'bob'), false],
    ['sessions of two roles', session('admin', 'anna'), session('audit', 'anna'), true],
    [
      'two people of IAM Identity Center',
      session('AWSReservedSSO_Admin_0123456789abcdef', 'anna@example.com'),
      session('AWSReservedSSO_Admin_0123456789abcdef', 'bob@example.com'),
      true,
    ],
    [
      'one person of IAM Identity Center',
      session('AWSReservedSSO_Admin_0123456789abcdef', 'anna@example.com'),
      session('AWSReservedSSO_Admin_0123456789abcdef', 'anna@example.com'),
      false,
    ],
    ['two users of Slack', 'slack:U0ANNA', 'slack:U0BOB', true],
    ['two users of one machine', 'local:anna', 'local:bob', true],
    ['somebody in Slack and somebody in AWS', 'slack:U0ANNA', USER, false],
    ['somebody on the machine and somebody in Slack', 'local:anna', 'slack:U0BOB', false],
  ])('%s: %s and %s are certainly two people: %s', (_, a, b, areTwo) => {
    expect(areTwoPeople(a, b)).toBe(areTwo)
    expect(areTwoPeople(b, a)).toBe(areTwo)
  })
})
