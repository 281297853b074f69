import { mkdtempSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { App, type Environment, Validations } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { AwsSolutionsChecks } from 'cdk-nag'
import { describe, expect, inject, it } from 'vitest'
import { ForwarderStack } from '../../infra/forwarder-stack.ts'
import { readHomeBus } from '../../infra/home-bus.ts'
import type { DeliveryOptions } from '../../shared/detect/delivery-rules.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { matches } from './event-bridge.ts'
import { templateOf } from './template-of.ts'

const HOME = '123456789012'
const MEMBER = '210987654321'
const BUS = `arn:aws:events:us-east-1:${HOME}:event-bus/Countersign-forwarded`
const DEFAULTS = { readOnlyEvents: true, includeRoleSessions: false }

type Json = Readonly<Record<string, unknown>>
interface Rule {
  readonly EventPattern: Json
  readonly State: string
  readonly Targets: readonly Json[]
  readonly EventBusName?: unknown
}

function forwarderIn(env: Environment = {}, options: DeliveryOptions = DEFAULTS, bus = BUS) {
  const outdir = mkdtempSync(join(inject('scratch'), 'cdk-'))
  const app = new App({ outdir, context: { '@aws-cdk/core:validateAgainstDefaultRules': true } })
  const stack = new ForwarderStack(app, 'Forwarder', { home: readHomeBus(bus), options, env })
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  const template = Template.fromStack(stack)
  return { template, text: readFileSync(join(outdir, 'Forwarder.template.json'), 'utf8'), stackName: stack.stackName }
}

const homeOf = (settings: object) => templateOf({ settings, policy: parsePolicy({ version: 2 }) })

/** The rules of a template by their names. */
function rulesIn(template: Template, prefix = ''): ReadonlyMap<string, Rule> {
  const all = Object.entries(template.findResources('AWS::Events::Rule')).filter(([id]) => id.startsWith(prefix))
  return new Map(all.map(([id, { Properties }]) => [id.slice(prefix.length).replace(/[0-9A-F]{8}$/, ''), Properties as Rule]))
}

/** A pattern of the home stack without the sessions of its own functions, which a forwarder does not know. */
function withoutOwnSessions(pattern: Json): Json {
  const { detail, ...rest } = pattern as { detail?: { userIdentity?: { arn?: Json[] } } }
  const { userIdentity, ...others } = detail ?? {}
  if (!Array.isArray(userIdentity?.arn?.[1]?.['anything-but'])) return pattern
  const { arn: _, ...left } = userIdentity
  return { ...rest, detail: { ...others, ...(Object.keys(left).length === 0 ? {} : { userIdentity: left }) } }
}

describe('what a forwarder sends', () => {
  it.each([
    ['the usual settings', DEFAULTS],
    ['all sessions of roles', { readOnlyEvents: true, includeRoleSessions: true }],
    ['no reads', { readOnlyEvents: false, includeRoleSessions: false }],
  ])('is what the rules of the home stack match, by the same patterns in the same states: %s', (_, options) => {
    const home = homeOf(options)
    const own = rulesIn(home, 'Rules')
    const sent = rulesIn(forwarderIn({ account: MEMBER, region: 'eu-west-1' }, options).template)
    expect([...sent.keys()].sort()).toEqual([...own.keys()].sort())
    expect(sent.size).toBeGreaterThan(10)
    for (const [name, { EventPattern, State }] of sent) {
      const expected = own.get(name)
      const ofMember = JSON.parse(
        JSON.stringify(withoutOwnSessions(expected?.EventPattern ?? {})).replaceAll(`*:${HOME}:*`, `*:${MEMBER}:*`),
      )
      expect([name, EventPattern, State]).toEqual([name, ofMember, expected?.State])
    }
  })

  it('goes to the bus of the home stack and nowhere else, is tried for two hours, and is kept where it was not taken', () => {
    const { template } = forwarderIn()
    const targets = [...rulesIn(template).values()].flatMap(({ Targets }) => Targets)
    expect(targets).toHaveLength(rulesIn(template).size)
    const [role] = Object.keys(template.findResources('AWS::IAM::Role'))
    const [queue] = Object.keys(template.findResources('AWS::SQS::Queue'))
    for (const target of targets)
      expect(target).toEqual({
        Id: 'Target0',
        Arn: BUS,
        RoleArn: { 'Fn::GetAtt': [role, 'Arn'] },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': [queue, 'Arn'] } },
        RetryPolicy: { MaximumEventAgeInSeconds: 7200, MaximumRetryAttempts: 185 },
      })
  })

  it('is taken by one rule of the home stack’s bus, where the key of an object that is written is an outside key in the member’s account', () => {
    const sent = [...rulesIn(forwarderIn({ account: MEMBER, region: 'eu-west-1' }).template).values()]
    const taken = [...rulesIn(homeOf({ accounts: [MEMBER] }), 'ForwardedRules').values()]
    const written = (keyOf: string) => ({
      source: 'aws.s3',
      'detail-type': 'AWS API Call via CloudTrail',
      account: MEMBER,
      detail: {
        eventSource: 's3.amazonaws.com',
        eventName: 'PutObject',
        managementEvent: false,
        readOnly: false,
        userIdentity: { type: 'AssumedRole', accessKeyId: 'ASIAIOSFODNN7EXAMPLE' },
        requestParameters: { 'x-amz-server-side-encryption-aws-kms-key-id': `arn:aws:kms:eu-west-1:${keyOf}:key/k` },
      },
    })
    const by = (rules: Rule[], event: Json) => rules.filter(({ EventPattern }) => matches(EventPattern, event)).length
    for (const [keyOf, times] of [
      [MEMBER, 0],
      [HOME, 1],
      ['999988887777', 1],
    ] as const)
      expect([keyOf, by(sent, written(keyOf))]).toEqual([keyOf, times])
    for (const keyOf of [HOME, '999988887777']) expect(by(taken, written(keyOf))).toBe(1)
  })
})

describe('the template of a forwarder', () => {
  it('names no account and region of its own, has no assets and needs no bootstrap, so that it serves everywhere, in a StackSet too', () => {
    const { template, text } = forwarderIn()
    expect(Object.keys(template.toJSON()).sort()).toEqual(['Conditions', 'Parameters', 'Resources', 'Rules'])
    expect(Object.entries(template.toJSON().Parameters as Record<string, Json>).map(([name, one]) => [name, one.Default])).toEqual([
      ['AlarmTopicArn', 'none'],
    ])
    expect(text.replaceAll(BUS, '').match(/"[^"]*\b(\d{12}|[a-z]{2}-[a-z]+-\d)\b[^"]*"/g)).toEqual([
      `"${HOME}"`,
      '"us-east-1"',
      expect.stringContaining('cannot be in us-east-1'),
    ])
    expect(new Set(Object.values(template.toJSON().Resources as Record<string, Json>).map(({ Type }) => Type))).toEqual(
      new Set(['AWS::IAM::Role', 'AWS::SQS::Queue', 'AWS::SQS::QueuePolicy', 'AWS::Events::Rule', 'AWS::CloudWatch::Alarm']),
    )
  })

  it('fits into a request to CloudFormation, which takes 51,200 bytes', () => {
    for (const includeRoleSessions of [false, true])
      expect(forwarderIn({}, { readOnlyEvents: true, includeRoleSessions }).text.length).toBeLessThan(51_200)
  })

  it('has a role that may put events on exactly that bus, and that EventBridge alone may assume, for this account', () => {
    const roles = Object.values(forwarderIn().template.findResources('AWS::IAM::Role'))
    expect(
      roles.map(({ Properties: { AssumeRolePolicyDocument, Policies, ManagedPolicyArns } }) => [
        ManagedPolicyArns,
        Policies,
        AssumeRolePolicyDocument,
      ]),
    ).toEqual([
      [
        undefined,
        [
          {
            PolicyName: 'OneBus',
            PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'events:PutEvents', Resource: BUS }] },
          },
        ],
        {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: 'sts:AssumeRole',
              Principal: { Service: 'events.amazonaws.com' },
              Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
            },
          ],
        },
      ],
    ])
    expect(forwarderIn().template.findResources('AWS::IAM::Policy')).toEqual({})
  })

  it('alarms of what was not taken, on a topic of that region where one is named', () => {
    const [alarm] = Object.values(forwarderIn().template.findResources('AWS::CloudWatch::Alarm'))
    expect(alarm?.Properties).toMatchObject({
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Threshold: 0,
      AlarmActions: { 'Fn::If': ['HasAlarmTopic', [{ Ref: 'AlarmTopicArn' }], { Ref: 'AWS::NoValue' }] },
    })
  })

  it('is of a stack in whose name the home stack’s stands, by which changes of its rules are tampering', () => {
    expect(forwarderIn().stackName).toBe('Countersign-forwarder')
    expect(forwarderIn({}, DEFAULTS, BUS.replace('Countersign', 'Prod-Responder')).stackName).toBe('Prod-Responder-forwarder')
  })
})

describe('where a forwarder cannot be', () => {
  const says = 'cannot be in us-east-1 of account 123456789012: the rules of the stack Countersign deliver its events there'

  it('is the region of the account that it sends to: an error where both are known', () => {
    expect(() => forwarderIn({ account: HOME, region: 'us-east-1' })).toThrow(says)
    expect(() => forwarderIn({ account: HOME, region: 'eu-west-1' })).not.toThrow()
    expect(() => forwarderIn({ account: MEMBER, region: 'us-east-1' })).not.toThrow()
  })

  it('is refused by CloudFormation where they are not known', () => {
    const { Rules } = forwarderIn().template.toJSON() as { Rules: Json }
    expect(Rules).toEqual({
      NotAtHome: {
        Assertions: [
          {
            Assert: {
              'Fn::Not': [
                {
                  'Fn::And': [{ 'Fn::Equals': [{ Ref: 'AWS::AccountId' }, HOME] }, { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] }],
                },
              ],
            },
            AssertDescription: expect.stringContaining(says),
          },
        ],
      },
    })
  })

  it.each([
    ['the default bus', `arn:aws:events:us-east-1:${HOME}:event-bus/default`],
    ['a name', 'Countersign-forwarded'],
    ['nothing', ''],
    ['another thing than a text', true],
    ['a bus of the newer kind', BUS.replace('event-bus', 'event-busv2')],
    ['more behind it', `${BUS}/x`],
  ])('is behind anything but the bus of a stack: %s', (_, context) => {
    expect(() => readHomeBus(context)).toThrow(/must be the ARN of the event bus of a stack, such as arn:aws:events:.*ForwardedBusArn/)
  })

  it('can be a bus of any partition and stack', () => {
    expect(readHomeBus(`arn:aws-us-gov:events:us-gov-west-1:${HOME}:event-bus/Prod-2-forwarded`)).toMatchObject({
      partition: 'aws-us-gov',
      region: 'us-gov-west-1',
      stackName: 'Prod-2',
    })
  })
})
