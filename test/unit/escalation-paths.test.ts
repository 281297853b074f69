import { describe, expect, it } from 'vitest'
import { ESCALATION_PATHS, EscalationPath } from '../../shared/decide/reach/escalation-paths.ts'
import { unknownOf } from '../../shared/decide/reach/found-paths.ts'
import { allow, deny, pathNamesOf, reachOf, userArn, userWith } from '../reach.ts'

const found = (...statements: Parameters<typeof userWith>[1][]) => pathNamesOf(reachOf([userWith('ann', ...statements)]))

describe.each(ESCALATION_PATHS.map((path) => [path.name, path] as const))('the path %s', (name, { permissions, services }) => {
  it('is found by its permissions alone', () => {
    expect(found(allow(permissions))).toContain(name)
    expect(
      found(...permissions.map((permission) => allow(permission.toUpperCase().replace(/^[^:]+/, (service) => service.toLowerCase())))),
    ).toContain(name)
  })

  it('is not found where one of them is missing, or denied', () => {
    for (const permission of permissions) {
      expect(found(allow(permissions.filter((one) => one !== permission)))).not.toContain(name)
      expect(found(allow('*'), deny(permission))).not.toContain(name)
      expect(
        found(allow('*'), {
          Effect: 'Deny',
          NotAction: ESCALATION_PATHS.flatMap((one) => one.permissions).filter((one) => one !== permission),
          Resource: '*',
        }),
      ).not.toContain(name)
    }
  })

  it('is possible where a permission depends on what is not known, and says on what', () => {
    const Condition = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }
    const { paths } = reachOf([userWith('ann', allow(permissions, '*', { Condition }))])
    const one = paths.find(({ path }) => path.name === name)
    expect(one?.rights.map(({ outcome }) => outcome)).toEqual(permissions.map(() => 'possible'))
    expect(one && unknownOf(one)).toEqual(['aws:MultiFactorAuthPresent'])
  })

  it('passes a role only where the role may be passed to its service', () => {
    if (!permissions.includes('iam:PassRole')) return
    const passing = (service: string) => allow('iam:PassRole', '*', { Condition: { StringEquals: { 'iam:PassedToService': service } } })
    const others = allow(permissions.filter((one) => one !== 'iam:PassRole'))
    expect(found(others, passing(services?.[0] ?? ''))).toContain(name)
    expect(found(others, passing('another.amazonaws.com'))).not.toContain(name)
  })
})

describe('the escalation paths', () => {
  it('are of the schema', () => expect(ESCALATION_PATHS.map((path) => EscalationPath.parse(path))).toEqual(ESCALATION_PATHS))

  it('are of each category, and each has a name and permissions of its own', () => {
    expect(ESCALATION_PATHS.length).toBeGreaterThanOrEqual(100)
    expect(new Set(ESCALATION_PATHS.map(({ name }) => name)).size).toBe(ESCALATION_PATHS.length)
    expect(new Set(ESCALATION_PATHS.map(({ permissions }) => permissions.toSorted().join())).size).toBe(ESCALATION_PATHS.length)
    expect(new Set(ESCALATION_PATHS.map(({ category }) => category)).size).toBe(4)
  })

  it('name the services of each path that needs a role', () => {
    const needsRole = ({ category, permissions }: (typeof ESCALATION_PATHS)[number]) =>
      category.endsWith('-passrole') || permissions.includes('iam:PassRole')
    expect(ESCALATION_PATHS.filter((path) => needsRole(path) !== (path.services !== undefined))).toEqual([])
  })

  it.each([
    ['its own keys and password', allow(['iam:*AccessKey*', 'iam:*LoginProfile'], `arn:aws:iam::*:user/\${aws:username}`)],
    ['its own user by name', allow(['iam:*AccessKey*', 'iam:*LoginProfile'], userArn('ann'))],
    ['resources of another kind', allow('iam:*', 'arn:aws:s3:::reports/*')],
    ['users of another account', allow('iam:*', 'arn:aws:iam::999999999999:user/*')],
  ])('find nothing in a right to %s', (_, statement) => expect(found(statement)).toEqual([]))

  it('find the keys of others where others are left', () => {
    expect(found(allow('iam:CreateAccessKey', userArn('ben')))).toEqual(['iam-002'])
    expect(found(allow('iam:CreateAccessKey', userArn('*')), deny('iam:CreateAccessKey', userArn('ben')))).toEqual(['iam-002'])
    expect(found(allow('iam:CreateAccessKey', userArn('b*')), deny('iam:CreateAccessKey', userArn('*')))).toEqual([])
    expect(found(allow('iam:CreateAccessKey'), { Effect: 'Deny', Action: '*', NotResource: userArn('ann') })).toEqual([])
  })

  it('name the statements that give them', () => {
    const { paths } = reachOf([userWith('ann', allow('s3:*'), allow('iam:PutUserPolicy', '*', { Sid: 'Own' }))])
    expect(paths[0]?.rights[0]?.because).toMatchObject([{ policy: 'of ann', name: 'Own' }])
  })
})
