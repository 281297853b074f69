import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ESCALATION_PATHS } from '../../shared/decide/reach/escalation-paths.ts'
import { ACCOUNT, allow, deny, OWN_ACCOUNT, roleArn, userArn } from '../reach.ts'
import { countersign, folder, lines } from './run-cli.ts'

const document = (...Statement: object[]) => ({ Version: '2012-10-17', Statement })
const inline = (...statements: object[]) => [{ PolicyName: 'own', PolicyDocument: document(...statements) }]
const MANAGED = `arn:aws:iam::${ACCOUNT}:policy/Limit`

/** The role that Identity Center makes of the permission set Builders. */
const PERMISSION_SET = roleArn('aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Builders_0123456789abcdef')

const DETAILS = {
  UserDetailList: [
    { UserName: 'ann', Arn: userArn('ann'), UserPolicyList: inline(allow('sts:AssumeRole', roleArn('admin'))) },
    { UserName: 'ben', Arn: userArn('ben'), GroupList: ['builders'] },
    {
      UserName: 'cat',
      Arn: userArn('cat'),
      UserPolicyList: [{ PolicyName: 'own', PolicyDocument: encodeURIComponent(JSON.stringify(document(allow('*')))) }],
      PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: MANAGED },
    },
    {
      UserName: 'dan',
      Arn: userArn('dan'),
      UserPolicyList: inline(allow('iam:PutUserPolicy', '*', { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } })),
    },
    { UserName: 'eva', Arn: userArn('eva'), AttachedManagedPolicies: [{ PolicyName: 'Gone', PolicyArn: 'arn:aws:iam::aws:policy/Gone' }] },
  ],
  GroupDetailList: [
    {
      GroupName: 'builders',
      Arn: `arn:aws:iam::${ACCOUNT}:group/builders`,
      GroupPolicyList: inline(allow('iam:*', userArn('*')), deny('iam:Create*')),
    },
  ],
  RoleDetailList: [
    {
      RoleName: 'admin',
      Arn: roleArn('admin'),
      AssumeRolePolicyDocument: document({ Effect: 'Allow', Principal: OWN_ACCOUNT, Action: 'sts:AssumeRole' }),
      AttachedManagedPolicies: [{ PolicyName: 'AdministratorAccess', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }],
    },
    {
      RoleName: 'AWSReservedSSO_Builders_0123456789abcdef',
      Arn: PERMISSION_SET,
      RolePolicyList: inline(allow('iam:CreatePolicyVersion')),
    },
    { RoleName: 'AWSServiceRoleForX', Arn: `arn:aws:iam::${ACCOUNT}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX` },
  ],
  Policies: [
    {
      PolicyName: 'Limit',
      Arn: MANAGED,
      PolicyVersionList: [
        { VersionId: 'v1', IsDefaultVersion: false, Document: document(allow('*')) },
        { VersionId: 'v2', IsDefaultVersion: true, Document: document(allow('s3:GetObject')) },
      ],
    },
  ],
}
const file = join(folder, 'account.json')
writeFileSync(file, JSON.stringify(DETAILS))

interface Line {
  readonly id: string
  readonly reach: number
  readonly reasons: readonly string[]
  readonly paths: readonly {
    readonly name: string
    readonly category: string
    readonly permissions: readonly string[]
    readonly dependsOn?: string[]
  }[]
}

describe('countersign blast-radius', () => {
  it('prints a line for each identity as JSON, the gravest first, without service-linked roles', async () => {
    const { code, out } = await countersign(['blast-radius', '--file', file, '--json'])
    expect(code).toBe(0)
    const found = lines<Line>(out)
    expect(found.map(({ id, reach }) => [id, reach])).toEqual([
      [roleArn('admin'), 100],
      [userArn('ann'), 99],
      [userArn('ben'), 99],
      [PERMISSION_SET, 97],
      [userArn('dan'), 87],
      [userArn('cat'), 50],
      [userArn('eva'), 50],
    ])
    expect(found[0]?.paths.map(({ name }) => name)).toEqual(ESCALATION_PATHS.map(({ name }) => name))
    expect(found[2]?.paths.map(({ name }) => name)).toEqual(expect.arrayContaining(['iam-007']))
    expect(found[2]?.paths.map(({ name }) => name)).not.toContain('iam-002')
    expect(found[4]?.paths).toEqual([
      { name: 'iam-007', category: 'self-escalation', permissions: ['iam:PutUserPolicy'], dependsOn: ['aws:MultiFactorAuthPresent'] },
    ])
    expect(found.map(({ reasons }) => reasons[0])).toEqual([
      'may do everything',
      'can assume the role admin',
      expect.stringContaining('can grant itself more rights'),
      expect.stringContaining('can grant itself more rights'),
      expect.stringContaining('where it is so by aws:MultiFactorAuthPresent'),
      'can read stored data',
      'what the policy Gone allows is not known',
    ])
  })

  it('prints a table, and one identity in steps with the statements that give them', async () => {
    const { out } = await countersign(['blast-radius', '--file', file])
    expect(out.split('\n')[0]).toMatch(/^REACH\s+KIND\s+NAME\s+PATHS\s+BY ROLE\s+GRAVEST$/)
    expect(out).toContain('Left out: 1 service-linked roles')
    const one = await countersign(['blast-radius', 'dan', '--file', file])
    expect(one.out).toContain('iam-007  self-escalation  possible: it depends on aws:MultiFactorAuthPresent')
    expect(one.out).toContain('1. Put an inline policy that allows everything on its own user.')
    expect(one.out).toContain('iam:PutUserPolicy  Allow by own, statement 1')
    const ann = await countersign(['blast-radius', userArn('ann'), '--file', file])
    expect(ann.out).toContain(`1. can assume the role admin  (${roleArn('admin')})`)
  })

  it('lists a permission set under its own name, and finds it by that', async () => {
    const { out } = await countersign(['blast-radius', '--file', file])
    expect(out).toMatch(/97\s+permission set\s+Builders\s/)
    expect(out).toMatch(/100\s+role\s+admin\s/)
    const one = await countersign(['blast-radius', 'Builders', '--file', file])
    expect(one.out).toContain(`${PERMISSION_SET}  reach 97 of 100`)
  })

  it('is called inventory too', async () => {
    const [one, other] = await Promise.all(['blast-radius', 'inventory'].map((name) => countersign([name, '--file', file, '--json'])))
    expect(one).toMatchObject({ code: 0 })
    expect(other).toEqual(one)
  })

  it('writes a page that draws the way and loads nothing', async () => {
    const page = join(folder, 'reach.html')
    expect((await countersign(['blast-radius', '--file', file, '--out', page])).code).toBe(0)
    const text = readFileSync(page, 'utf8')
    expect(text).toContain('aria-label="ann → admin"')
    expect(text).not.toMatch(/<script|src="http|href="http/)
  })

  it.each([
    ['a name that nobody has', ['zoe', '--file', file], 2, 'no one identity is called "zoe": the file has none'],
    ['no file and no account', ['--data', join(folder, 'nothing-here')], 2, 'no embedded account in'],
    ['a file and a stack', ['--file', file, '--stack', 'Countersign'], 2, 'cannot be used with option'],
    ['a region without a stack', ['--region', 'eu-west-1'], 2, '--region is the region of a stack: name the stack with --stack'],
    ['a page without a file', ['--stack', 'Countersign', '--out', 'page.html'], 2, 'cannot be used with option'],
    ['a file that is not there', ['--file', join(folder, 'none.json')], 1, 'cannot read the account file'],
  ])('refuses %s', async (_, args, code, message) => {
    const ran = await countersign(['blast-radius', ...args])
    expect([ran.code, ran.err]).toEqual([code, expect.stringContaining(message)])
  })

  it.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['another command’s output', '{"Users":[]}'],
    ['users that are none', '{"UserDetailList":[{"UserName":7}]}'],
  ])('refuses %s in the file', async (_, text) => {
    const bad = join(folder, 'bad.json')
    writeFileSync(bad, text)
    const ran = await countersign(['blast-radius', '--file', bad])
    expect([ran.code, ran.err]).toEqual([1, expect.stringContaining('bad.json')])
  })

  it('reads documents of any shape without a fault', async () => {
    const odd = [
      null,
      7,
      '{',
      '%zz',
      [],
      { Statement: null },
      { Statement: [{ Effect: 'Allow', Action: { a: 1 }, Resource: [[]] }] },
      { Statement: 'x' },
    ]
    const users = odd.map((PolicyDocument, at) => ({
      UserName: `\u202Eodd${at}`,
      Arn: at % 2 === 0 ? userArn(`odd${at}`) : 'no arn',
      UserPolicyList: [
        {
          PolicyName: 'own',
          PolicyDocument:
            typeof PolicyDocument === 'object' && PolicyDocument !== null && !Array.isArray(PolicyDocument)
              ? PolicyDocument
              : String(PolicyDocument),
        },
      ],
    }))
    const path = join(folder, 'odd.json')
    writeFileSync(path, JSON.stringify({ UserDetailList: users }))
    const { code, out, err } = await countersign(['blast-radius', '--file', path])
    expect([code, err]).toEqual([0, ''])
    expect(out).not.toContain('\u202E')
  })

  it('prints no control character of a name, neither in JSON nor in an error', async () => {
    const hostile = '\u001b]0;x\u0007\u009b31m\u202e\n::warning::\u200b'
    const file = join(folder, 'hostile-names.json')
    const users = ['a', 'b'].map((at) => ({ UserName: 'twin', Arn: `arn:aws:iam::${ACCOUNT}:user/${at}${hostile}/twin` }))
    writeFileSync(file, JSON.stringify({ UserDetailList: users }))
    const unseen = /[\p{Cc}\p{Cf}]/u
    const json = await countersign(['blast-radius', '--file', file, '--json'])
    expect(
      json.out
        .trimEnd()
        .split('\n')
        .filter((line) => unseen.test(line)),
    ).toEqual([])
    expect(lines<Line>(json.out).map(({ id }) => id)).toEqual(users.map(({ Arn }) => Arn))
    const error = await countersign(['blast-radius', 'twin', '--file', file])
    expect(error.code).toBe(2)
    expect(error.err.split('\n')).toHaveLength(2)
    expect(error.err.trimEnd()).not.toMatch(unseen)
  })

  it('takes a condition that is nested 20,000 deep as one that cannot be read', async () => {
    const file = join(folder, 'nested.json')
    const condition = `{"StringEquals":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_001)}`
    const statement = `{"Effect":"Allow","Action":"*","Resource":"*","Condition":${condition}}`
    const user = `{"UserName":"ann","Arn":"${userArn('ann')}","UserPolicyList":[{"PolicyName":"own","PolicyDocument":{"Statement":[${statement}]}}]}`
    writeFileSync(file, `{"UserDetailList":[${user}]}`)
    const { code, out } = await countersign(['blast-radius', 'ann', '--file', file, '--json'])
    const [found] = lines<Line>(out)
    expect([code, found?.reach, found?.paths[0]?.dependsOn]).toEqual([0, 99, ['a condition that cannot be read']])
  })
})
