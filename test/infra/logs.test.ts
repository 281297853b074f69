import type { Template } from 'aws-cdk-lib/assertions'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { logBatchOf } from '../../functions/log-subscription.ts'
import { eventBridgeReportBus } from '../../shared/aws/report-bus.ts'
import { CREDENTIAL_LINES, LOG_GROUPS_LIMIT } from '../../shared/domain/log-groups.ts'
import { silentLog } from '../../shared/memory/log.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { logReporter } from '../../shared/sense/intake/report-logs.ts'
import type { IamWire } from '../contract/iam-wire.ts'
import { json, type Loopback, loopback } from '../contract/loopback.ts'
import { logEvent } from '../log-events.ts'
import { recordedAws } from './recorded-aws.ts'
import { templateOf } from './template-of.ts'

interface Statement {
  readonly Effect: 'Allow' | 'Deny'
  readonly Action: string | string[]
  readonly Resource: unknown
  readonly Condition?: Record<string, Record<string, unknown>>
}

const GROUPS = ['/ecs/shop', '/aws/lambda/orders', 'a.b-c_d#e']
const POLICY = parsePolicy({ version: 2 })
const OPERATOR = 'arn:aws:iam::123456789012:role/operators'
const settings = (logGroups: readonly string[]) => ({ logExposures: { logGroups } })

let template: Template
let plain: Template
let bus: Loopback
beforeAll(async () => {
  template = templateOf({ settings: settings(GROUPS), policy: POLICY })
  plain = templateOf({ settings: {}, policy: POLICY })
  bus = await loopback(({ body }) => json({ FailedEntryCount: 0, Entries: JSON.parse(body).Entries.map(() => ({ EventId: '1' })) }))
}, 120_000)
afterAll(() => bus.close())

function allowedTo(prefix: string): Statement[] {
  return Object.values(template.findResources('AWS::IAM::Policy'))
    .filter(({ Properties }) => Properties.Roles.some(({ Ref }: { Ref: string }) => Ref.startsWith(`${prefix}Responder`)))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[])
    .filter(({ Effect }) => Effect === 'Allow')
}

const propertiesOf = (of: Template, type: string) => Object.values(of.findResources(type)).map(({ Properties }) => Properties)
const functionIdOf = (of: Template) => Object.keys(of.findResources('AWS::Lambda::Function')).find((id) => id.startsWith('LogsResponder'))

describe('the subscription of log groups', () => {
  it('sends lines that may name a credential to the function, from the log groups that are named and no others', () => {
    const filters = propertiesOf(template, 'AWS::Logs::SubscriptionFilter')
    expect(filters.map(({ LogGroupName }) => LogGroupName)).toEqual(GROUPS)
    const arn = { 'Fn::GetAtt': [functionIdOf(template), 'Arn'] }
    for (const filter of filters) expect(filter).toMatchObject({ FilterPattern: CREDENTIAL_LINES, DestinationArn: arn })
  })

  it('may invoke the function from each of these log groups alone, so one of the stack can never wake it', () => {
    const permissions = propertiesOf(template, 'AWS::Lambda::Permission').filter(({ Principal }) => Principal === 'logs.amazonaws.com')
    expect(permissions.map(({ SourceArn, SourceAccount }) => [JSON.stringify(SourceArn), SourceAccount])).toEqual(
      GROUPS.map((name) => [expect.stringMatching(new RegExp(`:logs:us-east-1:123456789012:log-group:${name}:\\*"`)), '123456789012']),
    )
    // CloudWatch tries the function when the filter is made.
    for (const [id, { DependsOn }] of Object.entries(template.findResources('AWS::Logs::SubscriptionFilter')))
      expect([DependsOn].flat(), id).toEqual([expect.stringMatching(/^LogsPermission/)])
  })

  it.each(['Countersign-LogsResponderLogs1A2B', '/aws/lambda/Countersign-logs'])('is refused for the own log group %s', (name) => {
    expect(() => templateOf({ settings: settings([name]), policy: POLICY })).toThrow(/must name no log group of the stack itself/)
  })

  it.each([
    ['no log group', []],
    ['a log group twice', ['a', 'a']],
    ['an ARN', ['arn:aws:logs:us-east-1:123456789012:log-group:a']],
    ['a pattern', ['/aws/lambda/*']],
    ['names that are too long together', Array.from({ length: 30 }, (_, at) => `${'g'.repeat(400)}${at}`)],
    ['too many', Array.from({ length: LOG_GROUPS_LIMIT + 1 }, (_, at) => `g${at}`)],
  ])('is refused for %s', (_, names) => {
    expect(() => templateOf({ settings: settings(names), policy: POLICY })).toThrow(/logExposures\.logGroups/)
  })

  it('is off until a log group is named, and so is the bus', () => {
    expect(functionIdOf(plain)).toBeUndefined()
    for (const type of ['AWS::Logs::SubscriptionFilter', 'AWS::Events::EventBus']) expect(propertiesOf(plain, type), type).toEqual([])
  })
})

describe('the function logs', () => {
  it('may do exactly what it does: put events on the bus for reports', async () => {
    const nobody = { options: bus.options } as unknown as IamWire
    const aws = recordedAws({ table: bus.url, iam: nobody, others: bus, s3: bus })
    const report = logReporter({
      bus: eventBridgeReportBus(aws.events, 'Countersign-reports'),
      clock: { now: () => Date.now() },
      log: silentLog,
      isOwn: () => false,
    })
    const batch = logBatchOf(logEvent({ lines: ['denied AKIARZPUZDIKLIJVPG67'] }))
    if (batch === undefined) throw new Error('no lines')
    await report(batch)
    const allowed = allowedTo('Logs').filter(({ Action }) => ![Action].flat().every((action) => /^(logs|xray):/.test(action)))
    expect(allowed.flatMap(({ Action }) => Action)).toEqual(aws.used())
    expect(allowed.map(({ Resource }) => Resource)).toEqual([{ 'Fn::GetAtt': [expect.stringMatching(/^ReportsBus/), 'Arn'] }])
    // It may write its own log alone, and read none.
    const logs = allowedTo('Logs').filter(({ Action }) => [Action].flat().some((action) => action.startsWith('logs:')))
    expect(logs.flatMap(({ Action }) => Action)).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents'])
    expect(JSON.stringify(logs[0]?.Resource)).toContain('LogsResponderLogs')
  })

  it('knows no table and no secret, and leaves no event in a queue, because its lines may hold secrets', () => {
    const id = functionIdOf(template) ?? ''
    const { Environment } = template.findResources('AWS::Lambda::Function')[id]?.Properties ?? {}
    expect(Object.keys(Environment.Variables).sort()).toEqual(['NODE_OPTIONS', 'POWERTOOLS_SERVICE_NAME', 'REPORT_BUS_NAME', 'STACK_NAME'])
    const [invoke] = propertiesOf(template, 'AWS::Lambda::EventInvokeConfig').filter(({ FunctionName }) => FunctionName.Ref === id)
    expect(invoke).toMatchObject({ MaximumRetryAttempts: 2 })
    expect(invoke?.DestinationConfig).toBeUndefined()
    const alarms = propertiesOf(template, 'AWS::CloudWatch::Alarm').map(({ AlarmName }) => AlarmName)
    for (const name of ['LogsErrors', 'LogsThrottled', 'LinesCut']) expect(alarms).toContain(`Countersign-${name}`)
  })
})

describe('the bus for reports', () => {
  const exceptOf = (of: Template) => {
    const [policy] = propertiesOf(of, 'AWS::Events::EventBusPolicy')
    return [policy?.Statement.Condition.ArnNotEquals['aws:PrincipalArn']].flat().map((one) => one['Fn::GetAtt']?.[0] ?? one)
  }

  it('takes events from the function logs, and from operators where a role of theirs is named', () => {
    expect(exceptOf(template)).toEqual([expect.stringMatching(/^LogsResponderRole/)])
    const operated = templateOf({ settings: { ...settings(GROUPS), operatorRoleArn: OPERATOR }, policy: POLICY })
    expect(exceptOf(operated)).toEqual([expect.stringMatching(/^LogsResponderRole/), OPERATOR])
  })

  it('is there for operators alone too, and named by an output', () => {
    const operated = templateOf({ settings: { operatorRoleArn: OPERATOR }, policy: POLICY })
    expect(exceptOf(operated)).toEqual([OPERATOR])
    for (const of of [template, operated])
      expect(of.findOutputs('ReportBusName')).toMatchObject({ ReportBusName: { Value: { Ref: expect.stringMatching(/^ReportsBus/) } } })
    expect(plain.findOutputs('ReportBusName')).toEqual({})
  })
})
