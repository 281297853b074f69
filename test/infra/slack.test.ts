import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Stack } from 'aws-cdk-lib'
import type { Template } from 'aws-cdk-lib/assertions'
import { Bucket } from 'aws-cdk-lib/aws-s3'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { templateOf } from './template-of.ts'

interface Statement {
  readonly Effect: 'Allow' | 'Deny'
  readonly Action: string | string[]
  readonly Resource: unknown
  readonly Condition?: Record<string, Record<string, string[]>>
}

let template: Template

const slack = { secretName: 'countersign/slack', channel: 'C0123ABCD', apiUrl: 'https://slack-gov.com/api/' }
const settings = { slack, securityHub: true, seals: { lock: 'compliance', retentionDays: 30 } }

beforeAll(() => {
  template = templateOf({ settings, policy: parsePolicy({ version: 2 }) })
})

function allowedTo(prefix: string, of = template): Statement[] {
  return Object.values(of.findResources('AWS::IAM::Policy'))
    .filter(({ Properties }) => Properties.Roles.some((role: { Ref: string }) => role.Ref.startsWith(prefix)))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[])
    .filter(({ Effect }) => Effect === 'Allow')
}
const actionsOf = (statements: readonly Statement[]) => statements.flatMap(({ Action }) => Action).sort()
const ALWAYS = ['logs:CreateLogStream', 'logs:PutLogEvents', 'xray:PutTelemetryRecords', 'xray:PutTraceSegments']
const environmentOf = (prefix: string) =>
  Object.entries(template.findResources('AWS::Lambda::Function')).find(([id]) => id.startsWith(prefix))?.[1].Properties.Environment
    .Variables

describe('the stack with Slack', () => {
  it('lets slack invoke review and read its one secret, and nothing else', () => {
    const statements = allowedTo('SlackResponder')
    expect(actionsOf(statements)).toEqual(['lambda:InvokeFunction', ...ALWAYS, 'secretsmanager:GetSecretValue'].sort())
    const [invoke] = statements.filter(({ Action }) => Action === 'lambda:InvokeFunction')
    expect(invoke?.Resource).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^ReviewResponder/), 'Arn'] })
    const [secret] = statements.filter(({ Action }) => Action === 'secretsmanager:GetSecretValue')
    expect(JSON.stringify(secret?.Resource)).toContain(':secretsmanager:us-east-1:123456789012:secret:countersign/slack-??????')
  })

  it('lets review write incidents, orders and which presses it has taken, and neither the policy nor IAM', () => {
    const statements = allowedTo('ReviewResponder')
    const keysOf = (action: string) =>
      statements
        .filter(({ Action }) => [Action].flat().includes(action))
        .flatMap(({ Condition }) => Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] ?? [])
    expect(keysOf('dynamodb:PutItem').sort()).toEqual(['INCIDENT#*', 'ORDER#*', 'PATTERN#*', 'PRESS#*'])
    expect(keysOf('dynamodb:Query').sort()).toEqual(['INCIDENT#*', 'ORDER#*', 'PATTERN#*', 'POLICY'])
    expect(actionsOf(statements).filter((action) => action.startsWith('iam:'))).toEqual([])
    expect(actionsOf(statements).filter((action) => action.includes('*'))).toEqual([])
  })

  it('lets review import findings under the own product of the account alone, and be woken for it again', () => {
    const statements = allowedTo('ReviewResponder')
    const [hub] = statements.filter(({ Action }) => Action === 'securityhub:BatchImportFindings')
    expect(JSON.stringify(hub?.Resource)).toContain(':securityhub:us-east-1:123456789012:product/123456789012/default')
    const send = statements.filter(({ Action }) => [Action].flat().includes('sqs:SendMessage'))
    expect(JSON.stringify(send.map(({ Resource }) => Resource))).toContain('NoticeQueue')
    expect(environmentOf('ReviewResponder').SECURITY_HUB).toBe('on')
  })

  it('locks seals as it is configured', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 30 } } },
    })
  })

  it('lets contain read orders and respond neither read nor write them', () => {
    const keys = (role: string) =>
      allowedTo(role).flatMap(({ Action, Condition }) =>
        (Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] ?? [])
          .filter((key) => key.startsWith('ORDER'))
          .map(() => [Action].flat().join()),
      )
    expect(keys('ContainResponder')).toEqual(['dynamodb:Query'])
    expect(keys('RespondResponder')).toEqual([])
  })

  it.each([
    ['order', /^(ORDER|\*)/, ['Review', 'Sweep']],
    ['accept', /^(PATTERN|\*)/, ['Review']],
  ])('lets these functions write what people %s, and no other', (_, keys, functions) => {
    const writers = Object.values(template.findResources('AWS::IAM::Policy'))
      .filter(({ Properties }) =>
        (Properties.PolicyDocument.Statement as Statement[]).some(
          ({ Effect, Action, Condition }) =>
            Effect === 'Allow' &&
            [Action].flat().includes('dynamodb:PutItem') &&
            (Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] ?? ['*']).some((key) => keys.test(key)),
        ),
      )
      .map(({ Properties }) => Properties.Roles[0].Ref.replace(/Responder.*/, ''))
    expect(writers.sort()).toEqual(functions)
  })

  it('lets respond read what people accepted, by queries and by no other call', () => {
    const calls = allowedTo('RespondResponder').flatMap(({ Action, Condition }) =>
      (Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] ?? ['*'])
        .filter((key) => /^PATTERN/.test(key))
        .map(() => [Action].flat().join()),
    )
    expect(calls).toEqual(['dynamodb:Query'])
  })

  it('gives the token to neither respond nor contain: they put notices into the queue', () => {
    for (const role of ['RespondResponder', 'ContainResponder']) {
      expect(environmentOf(role).NOTICE_QUEUE_URL, role).toBeDefined()
      expect(environmentOf(role).SLACK_SECRET_NAME, role).toBeUndefined()
      expect(actionsOf(allowedTo(role)), role).toContain('sqs:SendMessage')
      expect(actionsOf(allowedTo(role)), role).not.toContain('secretsmanager:GetSecretValue')
    }
  })

  it('lets contain publish to the on-call topic alone, to page people where the breaker has tripped, and respond to none', () => {
    const onCall = templateOf({ settings: { ...settings, onCall: { email: 'oncall@example.com' } }, policy: parsePolicy({ version: 2 }) })
    const published = (role: string) => allowedTo(role, onCall).filter(({ Action }) => [Action].flat().includes('sns:Publish'))
    expect(published('RespondResponder')).toEqual([])
    expect(published('ContainResponder').map(({ Resource }) => Resource)).toEqual([{ Ref: expect.stringMatching(/^OnCall/) }])
  })

  it('opens one route, throttled, with a log of no address, header or body', () => {
    const routes = Object.values(template.findResources('AWS::ApiGatewayV2::Route'))
    expect(routes.map(({ Properties }) => Properties.RouteKey)).toEqual(['POST /slack/interactions'])
    const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'))
    expect(stage?.Properties.DefaultRouteSettings).toMatchObject({ ThrottlingRateLimit: 10, ThrottlingBurstLimit: 20 })
    expect(Object.keys(JSON.parse(stage?.Properties.AccessLogSettings.Format))).toEqual([
      'requestId',
      'time',
      'route',
      'status',
      'bytes',
      'ms',
    ])
  })

  it('keeps what review could not do and what nobody could be told, with an alarm on each', () => {
    const alarmed = Object.keys(template.findResources('AWS::CloudWatch::Alarm')).join()
    for (const name of ['NoticeFailuresWaiting', 'ReviewFailuresWaiting']) expect(alarmed).toContain(name)
  })

  it("leaves the calls of its new roles out of the responder's events", () => {
    const text = JSON.stringify(template.findResources('AWS::Events::Rule'))
    for (const role of ['ReviewResponder', 'SlackResponder']) expect(text).toContain(role)
    for (const [id, { Properties }] of Object.entries(template.findResources('AWS::Events::Rule')))
      expect(JSON.stringify(Properties.EventPattern).length, id).toBeLessThan(2048)
  })

  it('is passed by cdk-nag, or has no template: with a bucket that keeps no log it has none', () => {
    const spoil = (stack: Stack) => void new Bucket(stack, 'Unlogged')
    expect(() => templateOf({ settings, policy: parsePolicy({ version: 2 }), spoil })).toThrow('AwsSolutions-S1')
  })
})

describe('the manifest of the app', () => {
  const manifest = parse(readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'slack-manifest.yaml'), 'utf8'))

  it('asks for the two scopes that are used, and sends presses to the one route', () => {
    expect(manifest.oauth_config.scopes).toEqual({ bot: ['chat:write', 'usergroups:read'] })
    expect(manifest.settings.interactivity.is_enabled).toBe(true)
    expect(new URL(manifest.settings.interactivity.request_url).pathname).toBe('/slack/interactions')
  })
})
