import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { App, Stack } from 'aws-cdk-lib'
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { describe, expect, inject, it } from 'vitest'
import { guardRegion, IAM_REGIONS } from '../../infra/iam-region.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { idOf, isDenied } from './queue-policy.ts'
import { templateOf } from './template-of.ts'

const MEMBER = '210987654321'
const policy = parsePolicy({ version: 2 })
const homeOf = (settings: object) => templateOf({ settings, policy })

type Json = Readonly<Record<string, unknown>>

function statementsOn(template: Template): Json[] {
  return Object.values(template.findResources('AWS::Events::EventBusPolicy')).map(({ Properties }) => Properties.Statement)
}

const root = (id: string) => ({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::${id}:root`]] })

describe('the event bus for forwarded events', () => {
  it('is not there where nobody is to send', () => {
    const plain = homeOf({})
    for (const type of ['AWS::Events::EventBus', 'AWS::Events::EventBusPolicy']) expect(plain.findResources(type)).toEqual({})
    expect(Object.keys(plain.findResources('AWS::Events::Rule')).filter((id) => !/^(Rules|Heartbeat)/.test(id))).toEqual([])
    expect(plain.findOutputs('ForwardedBusArn')).toEqual({})
  })

  it('takes events of the stack’s own account where other regions send, of no other', () => {
    const template = homeOf({ otherRegions: true })
    template.hasResourceProperties('AWS::Events::EventBus', { Name: 'Countersign-forwarded' })
    const [bus = ''] = Object.keys(template.findResources('AWS::Events::EventBus'))
    const Resource = { 'Fn::GetAtt': [bus, 'Arn'] }
    expect(statementsOn(template)).toEqual([
      { Sid: 'Accounts', Effect: 'Allow', Action: 'events:PutEvents', Resource, Principal: { AWS: root('123456789012') } },
    ])
    expect(template.findOutputs('ForwardedBusArn').ForwardedBusArn?.Value).toEqual(Resource)
  })

  it('takes events of the accounts that are set, while they are in the organisation where one is, and of nobody else', () => {
    const named = { Sid: 'Accounts', Principal: { AWS: [root('123456789012'), root(MEMBER)] } }
    expect(statementsOn(homeOf({ accounts: [MEMBER] }))).toEqual([expect.objectContaining(named)])
    const inOrganization = { ...named, Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } } }
    expect(statementsOn(homeOf({ accounts: [MEMBER], organizationId: 'o-a1b2c3d4e5' }))).toEqual([expect.objectContaining(inOrganization)])
    expect(homeOf({ organizationId: 'o-a1b2c3d4e5' }).findResources('AWS::Events::EventBus')).toEqual({})
  })

  it('believes the accounts that are set, and not all of the organisation', () => {
    const accountsIn = (template: Template) =>
      Object.entries(template.findResources('AWS::Lambda::Function')).find(([id]) => id.startsWith('RespondResponder'))?.[1].Properties
        .Environment.Variables.ACCOUNTS
    expect(accountsIn(homeOf({ organizationId: 'o-a1b2c3d4e5' }))).toBe('123456789012')
    expect(accountsIn(homeOf({ organizationId: 'o-a1b2c3d4e5', accounts: [MEMBER] }))).toBe(`123456789012,${MEMBER}`)
  })

  it('fills each queue by the rules that the default bus has, on that bus, with dead letters of its own', () => {
    const template = homeOf({ accounts: [MEMBER] })
    const found = Object.entries(template.findResources('AWS::Events::Rule')).filter(([id]) => !id.startsWith('Heartbeat'))
    const rules = found.map(([id, { Properties }]) => ({
      name: id.replace(/^(Forwarded)?Rules|[0-9A-F]{8}$/g, ''),
      isForwarded: id.startsWith('Forwarded'),
      bus: Properties.EventBusName,
      queues: Properties.Targets.map(({ Arn }: { Arn: Json }) => Arn),
      undelivered: Properties.Targets[0].DeadLetterConfig.Arn['Fn::GetAtt'][0],
      state: Properties.State,
    }))
    const of = (isForwarded: boolean) => rules.filter((one) => one.isForwarded === isForwarded)
    const facts = (all: typeof rules) => all.map(({ name, queues, state }) => [name, queues, state]).sort()
    expect(facts(of(true))).toEqual(facts(of(false)))
    expect(of(true).length).toBeGreaterThan(20)
    const [bus] = Object.keys(template.findResources('AWS::Events::EventBus'))
    for (const { bus: name, undelivered } of of(true)) {
      expect(name).toEqual({ Ref: bus })
      expect(undelivered).toMatch(/^ForwardedRulesForwardedUndelivered/)
    }
    for (const { bus: name } of of(false)) expect(name).toBeUndefined()
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: Match.stringLikeRegexp('ForwardedUndeliveredWaiting'),
      Threshold: 0,
    })
  })

  it('has its rules let into the queues, each into its own, and no rule of somebody else', () => {
    const template = homeOf({ accounts: [MEMBER] })
    const hot = idOf(template, 'AWS::SQS::Queue', 'QueuesHot')
    const bulk = idOf(template, 'AWS::SQS::Queue', 'QueuesBulk')
    const ruleOf = (prefix: string) => `${idOf(template, 'AWS::Events::Rule', prefix)}.Arn`
    const isIn = (queue: string, source: string) => !isDenied(template, queue, 'sqs:SendMessage', { source })
    for (const prefix of ['Rules', 'ForwardedRules']) {
      expect([prefix, isIn(hot, ruleOf(`${prefix}CredentialChanges`)), isIn(bulk, ruleOf(`${prefix}CredentialChanges`))]).toEqual([
        prefix,
        true,
        false,
      ])
      expect([prefix, isIn(hot, ruleOf(`${prefix}LongLivedKeyCalls`)), isIn(bulk, ruleOf(`${prefix}LongLivedKeyCalls`))]).toEqual([
        prefix,
        false,
        true,
      ])
    }
    for (const foreign of ['rule/theirs', 'rule/Countersign-forwarded/theirs', 'rule/Countersign-Rules1'])
      for (const queue of [hot, bulk]) expect(isIn(queue, `arn:aws:events:us-east-1:123456789012:${foreign}`)).toBe(false)
  })

  it('leaves room in the policy of each queue, which takes 8,192 bytes, for names as long as EventBridge takes them', () => {
    const template = homeOf({ accounts: [MEMBER], operatorRoleArn: `arn:aws:iam::123456789012:role/${'o'.repeat(64)}` })
    const longest = `arn:aws-us-gov:events:us-gov-west-1:123456789012:rule/${'b'.repeat(22)}/${'r'.repeat(64)}`
    for (const { Properties } of Object.values(template.findResources('AWS::SQS::QueuePolicy'))) {
      const text = JSON.stringify(Properties.PolicyDocument, (_, value) => (value?.['Fn::GetAtt'] === undefined ? value : longest))
      expect(text.length).toBeLessThan(8192)
    }
  })
})

describe('the region of a stack', () => {
  const stackIn = (region?: string, isAllowed = false) => {
    const app = new App({ outdir: mkdtempSync(join(inject('scratch'), 'cdk-')) })
    const stack = new Stack(app, 'Countersign', region === undefined ? {} : { env: { account: '123456789012', region } })
    new Queue(stack, 'Queue')
    guardRegion(stack, { isAllowed })
    return stack
  }

  it.each(IAM_REGIONS)('may be the one of its partition in which IAM records its events: %s', (region) => {
    expect(Template.fromStack(stackIn(region)).toJSON().Rules).not.toHaveProperty('InTheRegionOfIam')
  })

  it.each(['eu-west-1', 'us-west-2', 'us-gov-east-1', 'cn-northwest-1'])('is refused where it is another one: %s', (region) => {
    expect(() => stackIn(region)).toThrow(
      expect.objectContaining({
        code: 'config.invalid',
        message: expect.stringMatching(new RegExp(`cannot be in ${region}: .*no change of IAM is seen; .*outsideIamRegion`)),
      }),
    )
  })

  it('is checked by CloudFormation where the template is for any region', () => {
    expect(Template.fromStack(stackIn()).toJSON().Rules.InTheRegionOfIam).toEqual({
      Assertions: [
        {
          Assert: { 'Fn::Contains': [['us-east-1', 'cn-north-1', 'us-gov-west-1'], { Ref: 'AWS::Region' }] },
          AssertDescription: expect.stringContaining('outsideIamRegion'),
        },
      ],
    })
  })

  it.each([undefined, 'eu-west-1'])('may be any with outsideIamRegion, and people are warned of what is lost: %s', (region) => {
    const stack = stackIn(region, true)
    expect(Template.fromStack(stack).toJSON().Rules ?? {}).not.toHaveProperty('InTheRegionOfIam')
    Annotations.fromStack(stack).hasWarning(
      '/Countersign',
      Match.stringLikeRegexp('no change of IAM is seen, unless a forwarder there sends them'),
    )
  })

  it('is guarded for the stack itself, which outsideIamRegion lets through', () => {
    expect(() => templateOf({ settings: {}, policy, region: 'eu-west-1' })).toThrow('the stack cannot be in eu-west-1')
    expect(() => templateOf({ settings: { outsideIamRegion: true }, policy, region: 'eu-west-1' })).not.toThrow()
  })
})
