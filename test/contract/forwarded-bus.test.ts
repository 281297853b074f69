import { afterAll, describe, expect, it } from 'vitest'
import { eventBridgeClient } from '../../shared/aws/clients.ts'
import { type LiveClients, liveFacts } from '../../shared/aws/live-facts.ts'
import { resolver, type StackResource } from '../../shared/aws/template.ts'
import type { DeployedResource, Facts } from '../../shared/ports/deployment.ts'
import { expectedFacts } from '../../shared/review/expected-facts.ts'
import { json, loopback } from './loopback.ts'

const PLACE = { partition: 'aws', region: 'us-east-1', account: '123456789012' }
const root = (id: string) => ({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::${id}:root`]] })
const ARN = { 'Fn::GetAtt': ['Bus', 'Arn'] }

/** A bus with its policy and a rule on it, as the CDK writes them. */
const RESOURCES: Readonly<Record<string, { readonly Type: string; readonly Properties: object }>> = {
  Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'S-forwarded' } },
  Accounts: {
    Type: 'AWS::Events::EventBusPolicy',
    Properties: {
      EventBusName: { Ref: 'Bus' },
      StatementId: 'Accounts',
      Statement: {
        Sid: 'Accounts',
        Effect: 'Allow',
        Action: 'events:PutEvents',
        Principal: { AWS: [root('123456789012'), root('210987654321')] },
        Resource: ARN,
      },
    },
  },
  Rule: {
    Type: 'AWS::Events::Rule',
    Properties: { EventBusName: { Ref: 'Bus' }, EventPattern: { source: ['aws.iam'] }, Targets: [{ Id: 'Target0', Arn: 'queue' }] },
  },
}
const PHYSICAL: Readonly<Record<string, string>> = { Bus: 'S-forwarded', Accounts: 'p', Rule: 'S-forwarded|S-rule' }

const byId = new Map(
  Object.entries(RESOURCES).map(([id, { Type }]): [string, StackResource] => [id, { type: Type, physicalId: PHYSICAL[id] ?? '' }]),
)
const resolve = resolver(byId, PLACE)
const all = Object.entries(RESOURCES).map(
  ([id, { Type, Properties }]): DeployedResource => ({
    type: Type,
    name: PHYSICAL[id] ?? '',
    properties: resolve(Properties) as Facts,
    deployedAt: 0,
  }),
)
const named = (name: string) => all.find((one) => one.name === PHYSICAL[name]) as DeployedResource

const allow = (Principal: unknown, parts: object = {}) => ({
  Sid: 'Accounts',
  Effect: 'Allow',
  Principal,
  Action: 'events:PutEvents',
  Resource: 'x',
  ...parts,
})
const OURS = [allow({ AWS: ['arn:aws:iam::210987654321:root', 'arn:aws:iam::123456789012:root'] })]

let statements: object[] | undefined = OURS
const asked: unknown[] = []
const wire = await loopback(({ headers, body }) => {
  const request = JSON.parse(body) as { EventBusName?: string }
  asked.push(request)
  switch (String(headers['x-amz-target']).split('.').at(-1)) {
    case 'DescribeEventBus':
      return json({ Name: 'S-forwarded', ...(statements === undefined ? {} : { Policy: JSON.stringify({ Statement: statements }) }) })
    case 'DescribeRule':
      return json({ State: 'ENABLED', EventPattern: '{"source":["aws.iam"]}' })
    default:
      return json({ Targets: [{ Id: 'Target0', Arn: 'queue' }] })
  }
})
afterAll(() => wire.close())
const live = (name: string) => liveFacts(named(name), { events: eventBridgeClient(wire.options) } as LiveClients)

describe('the bus for forwarded events, as the self-check reads it', () => {
  it('is as it was deployed, whichever way EventBridge writes accounts', async () => {
    const expected = expectedFacts(named('Bus'), all)
    for (const same of [OURS, [allow({ AWS: ['123456789012', '210987654321'] }, { Action: ['events:PutEvents'] })]]) {
      statements = same
      expect(await live('Bus')).toEqual(expected)
    }
  })

  it.each<[string, object[] | undefined]>([
    ['has lost its policy', undefined],
    ['lets an account in more', [allow({ AWS: ['123456789012', '210987654321', '999988887777'] })]],
    ['lets everybody in', [...OURS, allow('*', { Sid: 'Theirs' })]],
    ['lets nobody in', [allow({ AWS: ['123456789012', '210987654321'] }, { Effect: 'Deny' })]],
    ['lets them do more', [allow({ AWS: ['123456789012', '210987654321'] }, { Action: ['events:PutEvents', 'events:PutRule'] })]],
    [
      'asks for a condition',
      [allow({ AWS: ['123456789012', '210987654321'] }, { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-x' } } })],
    ],
  ])('differs where it %s', async (_, changed) => {
    statements = changed
    expect(await live('Bus')).not.toEqual(expectedFacts(named('Bus'), all))
  })

  it('has its rules read on it, and named by it', async () => {
    asked.length = 0
    expect(await live('Rule')).toEqual(expectedFacts(named('Rule'), all))
    expect(asked).toEqual([
      { Name: 'S-rule', EventBusName: 'S-forwarded' },
      { Rule: 'S-rule', EventBusName: 'S-forwarded' },
    ])
    expect(resolve([{ 'Fn::GetAtt': ['Rule', 'Arn'] }, ARN])).toEqual([
      'arn:aws:events:us-east-1:123456789012:rule/S-forwarded/S-rule',
      'arn:aws:events:us-east-1:123456789012:event-bus/S-forwarded',
    ])
  })
})
