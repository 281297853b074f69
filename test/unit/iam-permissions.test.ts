import { describe, expect, it } from 'vitest'
import { allowsEveryService, coversAction } from '../../shared/domain/iam-permissions.ts'
import { statementsOf } from '../../shared/domain/iam-policy.ts'
import { allow, KNOWN, PLACE, verdict } from '../known-permissions.ts'

const deny = (Action: unknown, Resource: unknown = '*') => ({ Effect: 'Deny', Action, Resource })

/** By each of these alone, whoever is left it for anybody it wants becomes what it wants. */
const LEFT_OVER = [
  'iam:PutUserPolicy',
  'iam:AttachUserPolicy',
  'iam:PutRolePolicy',
  'iam:AttachRolePolicy',
  'iam:PutGroupPolicy',
  'iam:AttachGroupPolicy',
  'iam:AddUserToGroup',
  'iam:CreatePolicyVersion',
  'iam:SetDefaultPolicyVersion',
  'iam:UpdateAssumeRolePolicy',
  'iam:CreateAccessKey',
  'iam:CreateLoginProfile',
  'iam:UpdateLoginProfile',
]
const SELF_GRANTS = LEFT_OVER.slice(0, 4)

/** All services whose names have so many characters. */
const ofLengths = (...lengths: number[]) => lengths.map((length) => `${'?'.repeat(length)}:*`)

/** The kind of resource that each of those is about. */
const KIND_OF: Readonly<Record<string, string>> = { Group: 'group', Version: 'policy', AssumeRole: 'role', Role: 'role' }
const kindOf = (action: string) => Object.entries(KIND_OF).find(([part]) => action.includes(part))?.[1] ?? 'user'

describe('a policy', () => {
  it.each(KNOWN.map(([policy, expected]) => ({ policy: JSON.stringify(policy), expected })))('$policy: $expected', ({ policy, expected }) =>
    expect(verdict(policy)).toBe(expected),
  )

  it.each(LEFT_OVER)('of all of IAM but the other ways to more rights allows everything by %s', (action) => {
    const others = LEFT_OVER.filter((other) => other !== action)
    const kind = action === 'iam:AddUserToGroup' ? 'group' : kindOf(action)
    expect(verdict({ Statement: [allow('iam:*'), deny(others)] })).toBe(true)
    expect(verdict({ Statement: [allow('iam:*'), deny(LEFT_OVER)] })).toBe(false)
    // A denial for every resource of its kind leaves nothing, and one for those of another kind leaves it.
    expect(verdict({ Statement: [allow('iam:*'), deny(others), deny(action, `*:${kind}/*`)] })).toBe(false)
    expect(verdict({ Statement: [allow('iam:*'), deny(others), deny(action, `*:${kind === 'user' ? 'role' : 'user'}/*`)] })).toBe(true)
  })

  it.each(SELF_GRANTS)('needs %s for whomever it wants, beside the three others', (action) => {
    const others = SELF_GRANTS.filter((other) => other !== action)
    const kind = kindOf(action)
    expect(verdict({ Statement: [allow(SELF_GRANTS)] })).toBe(true)
    expect(verdict({ Statement: [allow(others)] })).toBe(false)
    expect(verdict({ Statement: [allow(others), { Effect: 'Allow', Action: action, NotResource: 'arn:aws:iam::*:user/ci' }] })).toBe(true)
    expect(verdict({ Statement: [allow(others), allow(action, `arn:aws:iam::*:${kind}/*`)] })).toBe(true)
    expect(verdict({ Statement: [allow(others), allow(action, `arn:aws:iam::*:${kind}/ci`)] })).toBe(false)
    expect(verdict({ Statement: [allow(others), allow(action, 'arn:aws:iam::*:group/*')] })).toBe(false)
  })

  it.each([
    ['all services', [allow('*')], true],
    ['all services by their first letters', [allow([...'abcdefghijklmnopqrstuvwxyz'].map((letter) => `${letter}*`))], true],
    ['those of 14 of 26 letters', [allow([...'abcdefghijklmn'].map((letter) => `${letter}*:*`))], true],
    ['those of 13 of 26 letters', [allow([...'abcdefghijklm'].map((letter) => `${letter}*:*`))], false],
    ['all that create, delete and put', [allow(['*:Create*', '*:Delete*', '*:Put*'])], true],
    ['all that create and delete', [allow(['*:Create*', '*:Delete*'])], false],
    [
      'all but those of 12 letters',
      [{ Effect: 'Allow', NotAction: [...'abcdefghijkl'].map((letter) => `${letter}*`), Resource: '*' }],
      true,
    ],
    ['all but those of 13', [{ Effect: 'Allow', NotAction: [...'abcdefghijklm'].map((letter) => `${letter}*`), Resource: '*' }], false],
    ['all, and denies those of 12 letters', [allow('*'), deny([...'abcdefghijkl'].map((letter) => `${letter}*`))], true],
    ['all, and denies those of 13', [allow('*'), deny([...'abcdefghijklm'].map((letter) => `${letter}*`))], false],
    ['all, and denies what is not of one service', [allow('*'), { Effect: 'Deny', NotAction: 's3:*', Resource: '*' }], false],
    ['all, and denies what is no call that begins with a letter', [allow('*'), { Effect: 'Deny', NotAction: '*:*', Resource: '*' }], true],
    ['all on resources of one account', [allow('*', 'arn:aws:*:*:123456789012:*')], true],
    ['all on resources of another', [allow('*', 'arn:aws:*:*:210987654321:*')], false],
    ['all, and denies it on all but one bucket', [allow('*'), { Effect: 'Deny', Action: '*', NotResource: 'arn:aws:s3:::logs' }], false],
    ['all, and denies it on nothing', [allow('*'), { Effect: 'Deny', Action: '*', NotResource: '*' }], true],
    ['all on nothing', [{ Effect: 'Allow', Action: '*', NotResource: '*' }], false],
    ['nothing, and denies nothing', [], false],
    ['all but one bucket', [{ Effect: 'Allow', Action: '*', NotResource: 'arn:aws:s3:::reports' }], true],
    ['all but what has a short name', [{ Effect: 'Allow', Action: '*', NotResource: '*/?' }], true],
    ['all on what has two parts, by a slash', [allow('*', '*/*')], true],
    ['all on what has two parts, by a colon', [allow('*', 'arn:aws:*:*:*:*:*')], true],
    ['all on nothing and on a bucket', [{ Effect: 'Allow', Action: '*', NotResource: ['*', 'arn:aws:s3:::x'] }], false],
    ['all, and denies it on all but everything', [allow('*'), { Effect: 'Deny', Action: '*', NotResource: ['arn:aws:s3:::x', '*'] }], true],
    ['all with names of five lengths of eight', [allow(ofLengths(2, 3, 4, 6, 9))], true],
    ['all with names of four', [allow(ofLengths(2, 3, 4, 6))], false],
    ['all but those with names of five lengths', [{ Effect: 'Allow', NotAction: ofLengths(2, 4, 6, 9, 12), Resource: '*' }], true],
    ['all, and denies those with names of five lengths', [allow('*'), deny(ofLengths(2, 4, 6, 9, 12))], true],
    ['all, and some once more', [allow('*'), allow('s*:Get*')], true],
    ['all, and denies every verb', [allow('*'), deny(['*:Create*', '*:Delete*', '*:Put*', '*:Update*', '*:Attach*'])], false],
    ['nothing, and denies all on what has a short name', [deny('*', '*/?')], false],
  ] as const)('of %s is told from one of nearly every service', (_, Statement, expected) => {
    expect(allowsEveryService(statementsOf({ Statement }), PLACE)).toBe(expected)
  })
})

describe('a statement', () => {
  it.each([
    [{ actions: ['S3:get*'] }, 's3:GetObject', true],
    [{ actions: ['s3:Get*'] }, 'S3:GETOBJECT', true],
    [{ actions: ['s3:Put*', 'ec2:*'] }, 's3:GetObject', false],
    [{ actions: [] }, 's3:GetObject', false],
    [{ actions: [], notActions: ['EC2:*'] }, 's3:GetObject', true],
    [{ actions: [], notActions: ['ec2:*', 'S3:get*'] }, 's3:GetObject', false],
    [{ actions: ['s3:*'], notActions: ['s3:*'] }, 's3:GetObject', false],
  ])('%j is about %s: %s', (parts, action, expected) => {
    expect(coversAction({ effect: 'Allow', resources: ['*'], ...parts }, action)).toBe(expected)
  })
})
