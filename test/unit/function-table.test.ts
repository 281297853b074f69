import { Template } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import { IAM_CHANGES } from '../../infra/acting-statements.ts'
import { functionTable, keptResources } from '../function-table.ts'

const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] })
const functionOf = (name: string, role: string) => ({
  Type: 'AWS::Lambda::Function',
  Properties: { FunctionName: `Countersign-${name}`, Description: `Does ${name}`, Role: arnOf(role) },
})
const policyOf = (role: string, Statement: readonly object[]) => ({
  Type: 'AWS::IAM::Policy',
  Properties: { Roles: [{ Ref: role }], PolicyDocument: { Statement } },
})

const RESPOND = {
  Respond: functionOf('respond', 'RespondRole'),
  RespondPolicy: policyOf('RespondRole', [
    { Effect: 'Allow', Action: ['logs:PutLogEvents', 'xray:PutTraceSegments'], Resource: '*' },
    { Effect: 'Allow', Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage'], Resource: arnOf('QueuesHotF083CC1A') },
    { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: arnOf('RespondFailuresF083CC1A') },
    { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: [arnOf('NoticeQueue1D584D5B')] },
    { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: [arnOf('Learn')] },
    { Effect: 'Allow', Action: ['iam:GetUser', 'iam:PutUserPolicy'], Resource: '*' },
    {
      Effect: 'Allow',
      Action: ['dynamodb:PutItem', 'dynamodb:Query'],
      Resource: arnOf('Table'),
      Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['INCIDENT#*'] } },
    },
    { Effect: 'Deny', Action: [...IAM_CHANGES, 'bedrock:*'], Resource: '*' },
    { Effect: 'Deny', Action: 'iam:GetRole', Resource: 'arn:aws:iam::123456789012:role/one' },
  ]),
  Mapping: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: { FunctionName: { Ref: 'Respond' }, EventSourceArn: arnOf('QueuesHotF083CC1A') },
  },
}
const learn = (name: string) => ({
  Learn: functionOf(name, 'LearnRole'),
  Nightly: { Type: 'AWS::Scheduler::Schedule', Properties: { ScheduleExpression: 'rate(1 day)', Target: { Arn: arnOf('Learn') } } },
})
const templateOf = (Resources: object) => Template.fromJSON({ Resources })

describe('the table of functions', () => {
  it('says what wakes each, what it may change and read, and what is denied to it, but not what every function may', () => {
    const table = functionTable(templateOf({ ...RESPOND, ...learn('learn') }), templateOf(RESPOND))
    expect(table.split('\n').slice(2, -1)).toEqual([
      '| `learn` | Does learn | `learning.autoTighten` of the policy | `rate(1 day)`, `respond` | – | – | – |',
      '| `respond` | Does respond | – | queue hot | sqs: queue notices; lambda: `InvokeFunction`; iam: `PutUserPolicy`; dynamodb: `INCIDENT#*` | iam: `GetUser`; dynamodb: `INCIDENT#*` | every change of IAM, `bedrock:*` |',
    ])
  })

  it('throws where nobody has said with which setting a stack has a function', () => {
    expect(() => functionTable(templateOf({ ...RESPOND, ...learn('dream') }), templateOf(RESPOND))).toThrow(
      'does not say with which setting a stack has the function dream',
    )
  })
})

describe('what stays of a deleted stack', () => {
  const kept = (Type: string) => ({ Type, DeletionPolicy: 'Retain' })

  it('is counted by kind', () => {
    const queues = {
      One: kept('AWS::SQS::Queue'),
      Two: kept('AWS::SQS::Queue'),
      Three: { Type: 'AWS::SQS::Queue', DeletionPolicy: 'Delete' },
    }
    expect(keptResources(templateOf({ ...queues, Table: kept('AWS::DynamoDB::Table') }))).toBe(
      '1 table, 0 buckets, 2 dead-letter queues, 0 log groups',
    )
  })

  it('is an error of a kind that is not named', () => {
    expect(() => keptResources(templateOf({ Topic: kept('AWS::SNS::Topic') }))).toThrow('does not name every kind of resource that stays')
  })
})
