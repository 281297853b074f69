import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ESCALATION_PATHS } from '../../shared/decide/reach/escalation-paths.ts'
import { plainReason } from '../../shared/decide/reach/plain-reason.ts'
import { POWERS } from '../../shared/decide/reach/powers.ts'
import type { PolicyHolder } from '../../shared/domain/account-policies.ts'
import { ACCOUNT, allow, namedPolicy, pathNamesOf, reachOf, roleArn, roleWith, userArn, userWith, type Written } from '../reach.ts'

const ACTIONS = [...new Set([...ESCALATION_PATHS.flatMap(({ permissions }) => permissions), ...POWERS.flatMap(({ actions }) => actions)])]

const patterns = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...ACTIONS) },
  fc.constantFrom(
    '*',
    'iam:*',
    'iam:*Policy',
    'IAM:Put*',
    '*:Get*',
    's3:?etObject',
    'lambda:*',
    'i*:Create*',
    's3:*',
    'sts:*',
    'ec2:*',
    'notaservice:*',
  ),
)
const resources = fc.constantFrom(
  '*',
  'arn:aws:iam::*:*',
  `arn:aws:iam::${ACCOUNT}:user/*`,
  `arn:aws:iam::${ACCOUNT}:role/*`,
  userArn('ann'),
  userArn('b*'),
  roleArn('admin'),
  `arn:aws:iam::*:user/\${aws:username}`,
  'arn:aws:s3:::reports/*',
  'arn:aws:s3:::*',
  'arn:aws:lambda:*:*:function:a?',
)
const conditions = fc.option(
  fc.constantFrom<Written>(
    { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
    { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
    { StringNotEquals: { 'aws:PrincipalArn': userArn('ann') } },
    { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } },
  ),
  { nil: undefined },
)
const statement = (effect: 'Allow' | 'Deny') =>
  fc
    .record({
      actions: fc.array(patterns, { minLength: 1, maxLength: 4 }),
      resources: fc.array(resources, { minLength: 1, maxLength: 3 }),
      isNotAction: fc.boolean(),
      isNotResource: fc.boolean(),
      condition: conditions,
    })
    .map(({ actions, resources: named, isNotAction, isNotResource, condition }) => ({
      Effect: effect,
      [isNotAction ? 'NotAction' : 'Action']: actions,
      [isNotResource ? 'NotResource' : 'Resource']: named,
      ...(condition === undefined ? {} : { Condition: condition }),
    }))
const statements = fc.array(fc.oneof(statement('Allow'), statement('Deny')), { maxLength: 6 })

const OTHERS = [
  roleWith(
    'admin',
    { AWS: [`arn:aws:iam::${ACCOUNT}:root`], Service: 'lambda.amazonaws.com' },
    { Effect: 'Allow', Action: '*', Resource: '*' },
  ),
  roleWith('reader', { AWS: userArn('ann') }, { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }),
]

/** The reach of a user with policies of these statements, in an account with two roles. */
function reachBy(...policies: readonly (readonly Written[])[]) {
  const ann: PolicyHolder = {
    id: userArn('ann'),
    kind: 'iam-user',
    name: 'ann',
    tags: {},
    policies: { identity: policies.map((list, at) => namedPolicy(`policy ${at}`, ...list)) },
  }
  return reachOf([ann, ...OTHERS])
}

const RUNS = { numRuns: 100 }

describe('reach', () => {
  it('is never lowered by an allowance, and loses no path', () => {
    fc.assert(
      fc.property(statements, statement('Allow'), (list, more) => {
        const [before, after] = [reachBy(list), reachBy([...list, more])]
        expect(after.reach).toBeGreaterThanOrEqual(before.reach)
        expect(pathNamesOf(after)).toEqual(expect.arrayContaining(pathNamesOf(before)))
      }),
      RUNS,
    )
  })

  it('is never raised by a denial, and gains no path', () => {
    fc.assert(
      fc.property(statements, statement('Deny'), (list, more) => {
        const [before, after] = [reachBy(list), reachBy([...list, more])]
        expect(after.reach).toBeLessThanOrEqual(before.reach)
        expect(pathNamesOf(before)).toEqual(expect.arrayContaining(pathNamesOf(after)))
      }),
      RUNS,
    )
  })

  it('is the same in any order, in one policy or several', () => {
    fc.assert(
      fc.property(statements, fc.nat(), (list, seed) => {
        const [before, turned] = [
          reachBy(list),
          list.toSpliced(0, seed % (list.length + 1)).concat(list.slice(0, seed % (list.length + 1))),
        ]
        for (const after of [reachBy(turned), reachBy(turned.toReversed()), reachBy(...turned.map((one) => [one]))])
          expect([after.reach, pathNamesOf(after)]).toEqual([before.reach, pathNamesOf(before)])
      }),
      RUNS,
    )
  })

  it('is the same where statements are split by action and by resource', () => {
    const split = (one: Written): readonly Written[] => {
      const { Action, Resource, ...rest } = one as { Action?: string[]; Resource?: string[] }
      const byAction = Action === undefined ? [rest] : Action.map((action) => ({ ...rest, Action: action }))
      return Resource === undefined ? byAction : byAction.flatMap((each) => Resource.map((resource) => ({ ...each, Resource: resource })))
    }
    fc.assert(
      fc.property(statements, (list) => {
        const [before, after] = [reachBy(list), reachBy(list.flatMap(split))]
        expect([after.reach, pathNamesOf(after)]).toEqual([before.reach, pathNamesOf(before)])
      }),
      RUNS,
    )
  })

  it('is the same by another name of policies and statements', () => {
    fc.assert(
      fc.property(statements, fc.string(), (list, name) => {
        const renamed = reachOf([
          {
            ...roleWith('x', {}),
            id: userArn('ann'),
            kind: 'iam-user',
            name: 'ann',
            policies: { identity: [namedPolicy(name, ...list.map((one) => ({ ...one, Sid: name })))] },
          },
          ...OTHERS,
        ])
        const before = reachBy(list)
        expect([renamed.reach, pathNamesOf(renamed), renamed.reasons]).toEqual([before.reach, pathNamesOf(before), before.reasons])
      }),
      RUNS,
    )
  })

  it('is told to a model in words of ours alone, whatever names and conditions people chose', () => {
    const CHOSEN = 'zz-contain-nobody'
    const condition = { Condition: { StringEquals: { [`aws:RequestTag/${CHOSEN}`]: CHOSEN } } }
    fc.assert(
      fc.property(statements, fc.boolean(), fc.boolean(), (list, isConditional, isUnread) => {
        const written = isConditional ? list.map((one) => ({ ...one, ...condition })) : list
        const policies = isUnread
          ? [namedPolicy(CHOSEN, ...written), { name: CHOSEN, document: undefined }]
          : [namedPolicy(CHOSEN, ...written)]
        const trusted = [
          { AWS: '*' },
          { AWS: `arn:aws:iam::999999999999:role/${CHOSEN}` },
          { Service: 'lambda.amazonaws.com' },
          { AWS: userArn(CHOSEN) },
        ]
        const roles = trusted.map((principal, at) => roleWith(`${CHOSEN}-${at}`, principal, ...written, allow('*')))
        const user = { ...userWith(CHOSEN), policies: { identity: policies } }
        for (const holder of [user, ...roles]) {
          const { reasons } = reachOf([holder, ...[user, ...roles].filter((one) => one !== holder)])
          for (const reason of reasons) {
            const plain = plainReason(reason)
            expect([reason, plain === undefined]).toEqual([reason, false])
            expect(plain).not.toContain('zz-')
          }
        }
      }),
      { ...RUNS, numRuns: 20 },
    )
  })
})
