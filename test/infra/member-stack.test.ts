import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { App, Validations } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { AwsSolutionsChecks } from 'cdk-nag'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { MemberStack } from '../../infra/member-stack.ts'
import { readHome } from '../../shared/config.ts'
import { FUNCTIONS_OF, MEMBER_ROLES, memberRoleName } from '../../shared/domain/member-roles.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { templateOf } from './template-of.ts'

const HOME = '123456789012'
const MEMBER = '210987654321'
const OTHER = '333344445555'

const POLICY = parsePolicy({
  version: 3,
  protected: { arns: ['arn:aws:iam::*:user/break-glass', '*:role/admins/*'], tags: {} },
  rotation: { users: ['arn:aws:iam::*:user/ci-*'], secrets: [{ arns: ['*:user/ci-deploy'], secret: 'builds/deploy-key' }] },
})

interface Statement {
  readonly Effect: 'Allow' | 'Deny'
  readonly Action: string | string[]
  readonly Resource?: unknown
  readonly NotResource?: unknown
  readonly Condition?: Record<string, Record<string, unknown>>
}

/** The template of the member stack, which is passed by cdk-nag. */
function memberTemplate(policy = POLICY): Template {
  const app = new App({ outdir: mkdtempSync(join(inject('scratch'), 'cdk-')) })
  const stack = new MemberStack(app, 'CountersignMember', {
    home: { account: HOME, stackName: 'Countersign' },
    policy,
    analyticsReporting: false,
    env: { account: MEMBER, region: 'us-east-1' },
  })
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  return Template.fromStack(stack)
}

interface Role {
  readonly RoleName: string
  readonly AssumeRolePolicyDocument: { readonly Statement: unknown }
  readonly MaxSessionDuration: number
}

let home: Template
let member: Template

beforeAll(() => {
  home = templateOf({ settings: { accounts: [MEMBER, OTHER], memberAccounts: [MEMBER] }, policy: POLICY })
  member = memberTemplate()
})

/** A template's value as text where it is one: with the partition, and with what only a deployment knows by its logical id. */
function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved)
  if (typeof value !== 'object' || value === null) return value
  const { 'Fn::Join': join, Ref, 'Fn::GetAtt': attribute } = value as Record<string, unknown>
  if (Array.isArray(join)) return (join[1] as unknown[]).map(resolved).join('')
  if (Ref !== undefined) return Ref === 'AWS::Partition' ? 'aws' : `<${Ref}>`
  if (attribute !== undefined) return `<${(attribute as string[]).join('.')}>`
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolved(one)]))
}

function policiesOf(template: Template, isOf: (logicalId: string) => boolean): Statement[] {
  return Object.values(template.findResources('AWS::IAM::Policy'))
    .filter(({ Properties }) => Properties.Roles.some((role: { Ref: string }) => isOf(role.Ref)))
    .flatMap(({ Properties }) => resolved(Properties.PolicyDocument.Statement) as Statement[])
}

const atHome = (entry: string) => policiesOf(home, (id) => id.startsWith(`${entry}Responder`))
const there = (role: string) => policiesOf(member, (id) => new RegExp(`^${role}[0-9A-F]{8}$`).test(id))

/**
 * What statements say of IAM and of secrets, one line for each action on each resource with its conditions: without the function that each right at home is
 * for, which no session of another role says, and without the account.
 */
function rightsIn(statements: readonly Statement[], account: string): string[] {
  const lines = statements.flatMap(({ Effect, Action, Resource, Condition }) => {
    const { ArnEquals: { 'lambda:SourceFunctionArn': _, ...arns } = {}, ...rest } = Condition ?? {}
    const conditions = JSON.stringify({ ...rest, ...(Object.keys(arns).length === 0 ? {} : { ArnEquals: arns }) })
    return [Action].flat().flatMap((action) => [Resource].flat().map((on) => `${Effect} ${action} ${JSON.stringify(on)} ${conditions}`))
  })
  const isAbout = (line: string) => /^\w+ (iam|secretsmanager|bedrock|cloudtrail):/.test(line)
  return [...new Set(lines.filter(isAbout).map((line) => line.replaceAll(account, 'ACCOUNT')))].sort()
}

/** The managed policies are named otherwise, and so are the roles of each stack; the trails of a member account are that account's. */
const ofItsOwn = (line: string) =>
  /iam:PolicyARN|cloudtrail:(?!LookupEvents)/.test(line) || /<\w+\.Arn>|role\/cdk-|Countersign-member|stacksets-exec/.test(line)

describe('the roles of a member account', () => {
  it.each([
    ['Contain', ['Contain']],
    ['Rotate', ['Rotate']],
    ['Read', ['Respond', 'Sweep', 'Inventory']],
  ] as const)('%s may do what the functions at home may do to IAM and to secrets, and nothing more', (role, entries) => {
    const own = entries.flatMap((entry) => rightsIn(atHome(entry), HOME))
    const allowed = rightsIn(there(role), MEMBER)
    expect(allowed.length).toBeGreaterThan(3)
    expect(allowed.filter((line) => !ofItsOwn(line))).toEqual([...new Set(own)].filter((line) => !ofItsOwn(line)).sort())
  })

  it('contain may attach its own policy of that account alone, on the same users', () => {
    const attaching = (lines: string[]) => lines.filter((line) => line.includes('iam:PolicyARN')).map((line) => line.split(' {')[0])
    expect(attaching(rightsIn(there('Contain'), MEMBER))).toEqual(attaching(rightsIn(atHome('Contain'), HOME)))
    const [one] = there('Contain').filter(({ Condition }) => Condition?.ArnEquals?.['iam:PolicyARN'] !== undefined)
    expect(one?.Condition?.ArnEquals?.['iam:PolicyARN']).toBe(`arn:aws:iam::${MEMBER}:policy/Countersign-member-quarantine`)
    member.hasResourceProperties('AWS::IAM::ManagedPolicy', {
      ManagedPolicyName: 'Countersign-member-quarantine',
      PolicyDocument: { Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] },
    })
  })

  it('contain may change none of the roles of the responder and of StackSets', () => {
    const denied = there('Contain').flatMap(({ Effect, Resource }) => (Effect === 'Deny' ? [Resource].flat() : []))
    for (const role of MEMBER_ROLES) expect(denied).toContain(`arn:aws:iam::${MEMBER}:role/${memberRoleName('Countersign', role)}`)
    expect(denied).toContain(`arn:aws:iam::${MEMBER}:role/stacksets-exec-*`)
  })

  it('are trusted by the roles of the functions that use them, each by its whole ARN, and by nobody else', () => {
    const roles = Object.values(member.findResources('AWS::IAM::Role')).map(({ Properties }) => resolved(Properties) as Role)
    expect(roles.map(({ RoleName }) => RoleName).sort()).toEqual(MEMBER_ROLES.map((role) => `Countersign-member-${role}`).sort())
    for (const role of MEMBER_ROLES) {
      const { AssumeRolePolicyDocument: trust, MaxSessionDuration } = roles.find(({ RoleName }) => RoleName.endsWith(role)) as Role
      const arns = FUNCTIONS_OF[role].map((entry) => `arn:aws:iam::${HOME}:role/Countersign-${entry}`)
      expect(trust.Statement).toEqual([
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Principal: { AWS: `arn:aws:iam::${HOME}:root` },
          Condition: { ArnEquals: { 'aws:PrincipalArn': arns } },
        },
      ])
      expect(JSON.stringify(trust)).not.toContain('*')
      expect(MaxSessionDuration).toBe(3600)
    }
  })

  it('are a template without assets, rules and parameters: StackSets takes it as it is', () => {
    const { Resources, Parameters, Rules } = member.toJSON()
    expect(new Set(Object.values(Resources).map((one) => (one as { Type: string }).Type))).toEqual(
      new Set(['AWS::IAM::ManagedPolicy', 'AWS::IAM::Policy', 'AWS::IAM::Role']),
    )
    expect(Object.keys(Parameters ?? {}).filter((name) => name !== 'BootstrapVersion')).toEqual([])
    expect(Object.keys(Rules ?? {}).filter((name) => name !== 'CheckBootstrapVersion')).toEqual([])
  })

  it('have no role for rotation where the policy rotates no key', () => {
    const template = memberTemplate(parsePolicy({ version: 3 }))
    expect(Object.values(template.findResources('AWS::IAM::Role')).map(({ Properties }) => Properties.RoleName)).toEqual([
      'Countersign-member-contain',
      'Countersign-member-read',
    ])
  })
})

describe('the functions at home', () => {
  const assuming = (statements: readonly Statement[]) => statements.filter(({ Action }) => [Action].flat().includes('sts:AssumeRole'))

  it.each(MEMBER_ROLES.flatMap((role) => FUNCTIONS_OF[role].map((entry) => [entry, role] as const)))(
    '%s has the name that the other accounts trust, and may assume the role %s of the configured accounts alone',
    (entry, role) => {
      const name = `${entry[0]?.toUpperCase()}${entry.slice(1)}`
      home.hasResourceProperties('AWS::IAM::Role', { RoleName: `Countersign-${entry}` })
      const allowed = assuming(atHome(name)).filter(({ Effect }) => Effect === 'Allow')
      expect(allowed.map(({ Resource }) => Resource)).toEqual([`arn:aws:iam::${MEMBER}:role/Countersign-member-${role}`])
      expect(allowed[0]?.Condition?.ArnEquals?.['lambda:SourceFunctionArn']).toContain(`function:Countersign-${entry}`)
    },
  )

  it('that change something are denied every other role, whatever a later policy allows', () => {
    for (const [entry, role] of [['Contain', 'contain'] as const, ['Rotate', 'rotate'] as const]) {
      const [denied] = assuming(atHome(entry)).filter(({ Effect }) => Effect === 'Deny')
      expect(denied?.NotResource).toBe(`arn:aws:iam::*:role/Countersign-member-${role}`)
    }
  })

  it('that act in no other account assume no role and keep the names of their roles', () => {
    const alone = templateOf({ settings: { accounts: [OTHER] }, policy: POLICY })
    const roles = Object.values(alone.findResources('AWS::IAM::Role')).map(({ Properties }) => Properties.RoleName)
    expect(roles.filter((name) => name !== undefined)).toEqual([])
    const statements = Object.values(alone.findResources('AWS::IAM::Policy')).flatMap(
      ({ Properties }) => Properties.PolicyDocument.Statement,
    )
    expect(assuming(statements).filter(({ Effect }) => Effect === 'Allow')).toEqual([])
    expect(JSON.stringify(alone.toJSON())).not.toContain('MEMBER_ACCOUNTS')
  })

  it('know the accounts that they act in', () => {
    const functions = Object.values(home.findResources('AWS::Lambda::Function')).map(({ Properties }) => Properties)
    const told = functions.filter(({ Environment }) => Environment?.Variables.MEMBER_ACCOUNTS === MEMBER)
    expect(told.map(({ FunctionName }) => FunctionName).sort()).toEqual(
      ['contain', 'inventory', 'respond', 'rotate', 'sweep'].map((entry) => `Countersign-${entry}`),
    )
  })
})

describe('the account of the responder', () => {
  it('is named by its id of 12 digits, and by the name of its stack where that is another', () => {
    expect(readHome(undefined, undefined)).toBeUndefined()
    expect(readHome(HOME, undefined)).toEqual({ account: HOME, stackName: 'Countersign' })
    expect(readHome(HOME, 'Responder')).toEqual({ account: HOME, stackName: 'Responder' })
    for (const wrong of ['1234', '*', 'o-a1b2c3d4e5'])
      expect(() => readHome(wrong, undefined)).toThrow(/must be the account of the responder/)
    expect(() => readHome(HOME, '*')).toThrow(/must be the name of the responder's stack/)
  })
})
