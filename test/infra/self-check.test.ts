import { describe, expect, it } from 'vitest'
import { resolver, type StackResource } from '../../shared/aws/template.ts'
import type { DeployedResource } from '../../shared/ports/deployment.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { expectedFacts } from '../../shared/review/expected-facts.ts'
import { ALL_REPORTS } from '../reports.ts'
import { templateOf } from './template-of.ts'

const PLACE = { partition: 'aws', region: 'us-east-1', account: '123456789012' }

describe('what the self-check expects of the stack', () => {
  it('has a value for every fact: no reference of the template is unknown to it', () => {
    const policy = parsePolicy({ version: 2, rotation: { users: ['*:user/ci-*'] }, learning: { autoTighten: true } })
    const slack = { secretName: 'countersign/slack', channel: 'C0123ABCD' }
    const settings = {
      slack,
      securityHub: true,
      operatorRoleArn: 'arn:aws:iam::123456789012:role/Operators',
      notifyEmail: 'a@example.com',
      onCall: { email: 'b@example.com' },
      accounts: ['210987654321'],
      reports: ALL_REPORTS,
    }
    const { Resources } = templateOf({ settings, policy }).toJSON() as { Resources: Record<string, { Type: string; Properties?: object }> }
    const byId = new Map(
      Object.entries(Resources).map(([id, { Type }]): [string, StackResource] => [id, { type: Type, physicalId: `Countersign-${id}` }]),
    )
    const resolve = resolver(byId, PLACE)
    const all = Object.entries(Resources).map(
      ([id, { Type, Properties }]): DeployedResource => ({
        type: Type,
        name: `Countersign-${id}`,
        properties: resolve(Properties ?? {}) as DeployedResource['properties'],
        deployedAt: 0,
      }),
    )
    const checked = all.flatMap((one) => {
      const facts = expectedFacts(one, all)
      return facts === undefined ? [] : [{ name: one.name, type: one.type, facts }]
    })
    expect(checked.length).toBeGreaterThan(50)
    expect(checked.filter(({ facts }) => JSON.stringify(facts).includes('"unknown"'))).toEqual([])
    // Every queue has denials, and every function that a queue wakes has its mapping.
    const queues = checked.filter(({ type }) => type === 'AWS::SQS::Queue')
    expect(queues.filter(({ facts }) => (facts.Denied as unknown[]).length < 4)).toEqual([])
    // The bus for forwarded events has a policy, and that for reports one that denies it to others.
    const buses = checked.filter(({ type }) => type === 'AWS::Events::EventBus')
    expect(buses.map(({ facts }) => facts.Statements)).toEqual([
      [
        {
          Effect: 'Deny',
          Action: ['events:PutEvents'],
          Principal: ['*'],
          Condition: {
            ArnNotEquals: {
              'aws:PrincipalArn': [
                expect.stringContaining('WebhookResponderRole'),
                expect.stringContaining('FetchAlertResponderRole'),
                'arn:aws:iam::123456789012:role/Operators',
              ],
            },
          },
        },
      ],
      [{ Effect: 'Allow', Action: ['events:PutEvents'], Principal: ['123456789012', '210987654321'], Condition: null }],
    ])
    // Every topic has denials, and somebody who gets its messages.
    const topics = checked.filter(({ type }) => type === 'AWS::SNS::Topic')
    expect(topics.map(({ facts }) => [(facts.Denied as unknown[]).length, (facts.Subscriptions as unknown[]).length])).toEqual([
      [3, 1],
      [3, 1],
    ])
    const mappings = checked.filter(({ type }) => type === 'AWS::Lambda::Function').map(({ facts }) => Number(facts.Mappings))
    expect(mappings.reduce((sum, one) => sum + one, 0)).toBe(8)
  })
})
