import type { Template } from 'aws-cdk-lib/assertions'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dynamoDeliveryLog } from '../../shared/aws/delivery-log.ts'
import { lambdaAlertInvoker } from '../../shared/aws/invokers.ts'
import { snsNotifier } from '../../shared/aws/notifier.ts'
import { eventBridgeReportBus } from '../../shared/aws/report-bus.ts'
import { appSecret, partySecrets } from '../../shared/aws/report-secrets.ts'
import { ExposureGrade } from '../../shared/domain/exposure-report.ts'
import { REPORT_PARTIES } from '../../shared/domain/report-party.ts'
import { silentLog } from '../../shared/memory/log.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { fetchAlert } from '../../shared/sense/intake/fetch-alert.ts'
import { receive } from '../../shared/sense/intake/receive.ts'
import { type EmbeddedTable, embeddedTable } from '../contract/embedded-table.ts'
import type { IamWire } from '../contract/iam-wire.ts'
import { json, type Loopback, loopback, PUBLISHED } from '../contract/loopback.ts'
import { ALERT, ALL_REPORTS, PARTY_SECRETS, SECRET_KEY, secretArnOf, signedReport } from '../reports.ts'
import { matches } from './event-bridge.ts'
import { recordedAws } from './recorded-aws.ts'
import { templateOf } from './template-of.ts'

interface Statement {
  readonly Effect: 'Allow' | 'Deny'
  readonly Action: string | string[]
  readonly Resource: unknown
  readonly Principal?: unknown
  readonly Condition?: Record<string, Record<string, unknown>>
}

const NOW = Date.parse('2026-03-02T12:00:00.000Z')
const POLICY = parsePolicy({ version: 2 })

let template: Template
/** With GitHub and Jira alone, GitHub without an App, and Slack. */
let small: Template
let plain: Template
let table: EmbeddedTable
let wire: Loopback

beforeAll(async () => {
  template = templateOf({ settings: { reports: ALL_REPORTS }, policy: POLICY })
  const github = { secretArn: secretArnOf('github') }
  const slack = { secretName: 'countersign/slack', channel: 'C0123ABCD' }
  small = templateOf({ settings: { slack, reports: { github, jira: ALL_REPORTS.jira } }, policy: POLICY })
  plain = templateOf({ settings: {}, policy: POLICY })
  table = await embeddedTable()
  wire = await loopback(({ path, headers, body }) => {
    if (path.includes('/invocations')) return { status: 202 }
    switch (String(headers['x-amz-target']).split('.').at(-1)) {
      case 'PutEvents':
        return json({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] })
      case 'GetSecretValue':
        return json({ SecretString: secretOf(JSON.parse(body).SecretId) })
    }
    return PUBLISHED
  })
}, 120_000)
afterAll(() => Promise.all([table.close(), wire.close()]))

function secretOf(arn: string): string {
  const party = REPORT_PARTIES.find((one) => secretArnOf(one) === arn)
  if (party !== undefined) return PARTY_SECRETS[party].join('\n')
  return JSON.stringify({ appId: 1, installationId: 2, privateKey: '-----BEGIN PRIVATE KEY-----\nnone' })
}

const isResponder = (Roles: readonly { Ref: string }[], prefix: string) => Roles.some(({ Ref }) => Ref.startsWith(`${prefix}Responder`))

function allowedTo(prefix: string, of = template): Statement[] {
  return Object.values(of.findResources('AWS::IAM::Policy'))
    .filter(({ Properties }) => isResponder(Properties.Roles, prefix))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[])
    .filter(({ Effect }) => Effect === 'Allow')
}
const actionsOf = (statements: readonly Statement[]) =>
  [...new Set(statements.flatMap(({ Action }) => Action))].filter((action) => !/^(logs|xray):|^sqs:Get/.test(action)).sort()
const resourcesOf = (action: string, statements: readonly Statement[]) =>
  statements.filter(({ Action }) => [Action].flat().includes(action)).flatMap(({ Resource }) => [Resource].flat())
const idsOf = (of: Template, type: string) => Object.keys(of.findResources(type))

describe('the bus for reports', () => {
  it('takes events from the functions that prove whose a report is, and from nobody else, whatever rights they have', () => {
    const [policy] = Object.values(template.findResources('AWS::Events::EventBusPolicy'))
    const statement = policy?.Properties.Statement as Statement
    expect(statement).toMatchObject({ Effect: 'Deny', Action: 'events:PutEvents', Principal: { AWS: '*' } })
    const { ArnNotEquals = {}, ...others } = statement.Condition ?? {}
    const roles = [ArnNotEquals['aws:PrincipalArn']].flat().map((one) => (one as { 'Fn::GetAtt': string[] })['Fn::GetAtt'][0])
    expect([roles.map((id) => id?.replace(/ResponderRole[0-9A-F]{8}$/, '')), others]).toEqual([['Webhook', 'FetchAlert'], {}])
    expect(statement.Resource).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^ReportsBus/), 'Arn'] })
    const may = ['Respond', 'Contain', 'Sweep', 'Seal', 'Inventory', 'Webhook', 'FetchAlert'].filter((role) =>
      actionsOf(allowedTo(role)).includes('events:PutEvents'),
    )
    expect(may).toEqual(['Webhook', 'FetchAlert'])
  })

  it('delivers what is verified to the queue of confirmed exposures and all else to that of bulk, by rules of its own and for its own account', () => {
    const rules = Object.values(template.findResources('AWS::Events::Rule')).filter(({ Properties }) =>
      JSON.stringify(Properties.EventPattern).includes('countersign.reports'),
    )
    const ofBus = (queue: RegExp) => ({
      EventBusName: { Ref: expect.stringMatching(/^ReportsBus/) },
      EventPattern: { source: ['countersign.reports'], account: ['123456789012'], 'detail-type': ['Credential Exposure', 'Runtime Alert'] },
      Targets: [
        {
          Arn: { 'Fn::GetAtt': [expect.stringMatching(queue), 'Arn'] },
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': [expect.stringMatching(/^ReportsReportsUndelivered/), 'Arn'] } },
          RetryPolicy: { MaximumEventAgeInSeconds: 7200 },
        },
      ],
    })
    expect(rules.map(({ Properties }) => Properties)).toMatchObject([ofBus(/^QueuesConfirmed/), ofBus(/^QueuesBulk/)])
    const event = { source: 'countersign.reports', account: '123456789012', 'detail-type': 'Credential Exposure' }
    const queuesOf = (detail: object, type = event['detail-type']) =>
      rules
        .filter(({ Properties }) => matches(Properties.EventPattern, { ...event, 'detail-type': type, detail }))
        .map(({ Properties }) => /Queues([A-Z][a-z]+)/.exec(JSON.stringify(Properties.Targets))?.[1])
    for (const grade of ExposureGrade.options) expect(queuesOf({ grade })).toEqual([grade === 'verified' ? 'Confirmed' : 'Bulk'])
    expect(queuesOf({ grade: 'of a release to come' })).toEqual(['Bulk'])
    expect(queuesOf({ priority: 'Critical' }, 'Runtime Alert')).toEqual(['Bulk'])
  })

  it('is not there, and neither is an endpoint, where no party is named', () => {
    for (const type of ['AWS::Events::EventBus', 'AWS::Events::EventBusPolicy', 'AWS::ApiGatewayV2::Api'])
      expect(idsOf(plain, type)).toEqual([])
    expect(JSON.stringify(plain.toJSON())).not.toContain('webhook')
  })

  it('may be put back from what could not be delivered, and fetch-alert invoked again', () => {
    expect(JSON.stringify(template.findOutputs('FailuresReports').FailuresReports?.Value)).toContain('ReportsUndelivered')
    expect(JSON.stringify(template.findOutputs('FailuresFetchAlert').FailuresFetchAlert?.Value)).toContain('function:')
  })
})

describe('webhook', () => {
  it('has a route for each party that is named, each throttled by itself, with a log of no address, header or body', () => {
    const routesOf = (of: Template) =>
      Object.values(of.findResources('AWS::ApiGatewayV2::Route')).map(({ Properties }) => Properties.RouteKey)
    expect(routesOf(template).sort()).toEqual(REPORT_PARTIES.map((party) => `POST /reports/${party}`).sort())
    expect(routesOf(small).sort()).toEqual(['POST /reports/github', 'POST /reports/jira', 'POST /slack/interactions'])
    const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'))
    const limit = { ThrottlingRateLimit: 10, ThrottlingBurstLimit: 20 }
    expect(stage?.Properties.DefaultRouteSettings).toEqual(limit)
    expect(stage?.Properties.RouteSettings).toEqual(Object.fromEntries(REPORT_PARTIES.map((party) => [`POST /reports/${party}`, limit])))
    // A stage cannot have settings of a route that is not there yet.
    expect(stage?.DependsOn).toEqual(expect.arrayContaining(idsOf(template, 'AWS::ApiGatewayV2::Route')))
    expect(Object.keys(JSON.parse(stage?.Properties.AccessLogSettings.Format))).toEqual([
      'requestId',
      'time',
      'route',
      'status',
      'bytes',
      'ms',
    ])
  })

  it('leaves the address of Slack’s endpoint as it was', () => {
    const apis = Object.entries(small.findResources('AWS::ApiGatewayV2::Api')).map(([id, { Properties }]) => [id, Properties.Description])
    expect(apis.sort()).toEqual([
      [expect.stringMatching(/^SlackApi[0-9A-F]{8}$/), 'What people press in Slack'],
      [expect.stringMatching(/^WebhookApi[0-9A-F]{8}$/), 'What outside parties report of exposed credentials'],
    ])
  })

  it('may read the secrets of the parties that are named, and not the key of the App', () => {
    expect(resourcesOf('secretsmanager:GetSecretValue', allowedTo('Webhook')).sort()).toEqual(REPORT_PARTIES.map(secretArnOf).sort())
    expect(resourcesOf('secretsmanager:GetSecretValue', allowedTo('Webhook', small)).sort()).toEqual(
      ['github', 'jira'].map((one) => secretArnOf(one as 'jira')),
    )
    expect(resourcesOf('secretsmanager:GetSecretValue', allowedTo('FetchAlert'))).toEqual([secretArnOf('github-app')])
  })

  it('reaches no item of the table but the deliveries that it took', () => {
    const keys = allowedTo('Webhook').flatMap(({ Action, Condition }) =>
      [Action].flat().some((one) => one.startsWith('dynamodb:'))
        ? [Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys']].flat()
        : [],
    )
    expect(keys).toEqual(['DELIVERY#*'])
    const others = Object.values(template.findResources('AWS::IAM::Policy')).filter(
      ({ Properties }) => !isResponder(Properties.Roles, 'Webhook') && JSON.stringify(Properties.PolicyDocument).includes('DELIVERY'),
    )
    expect(others).toEqual([])
  })

  it('has no function beside it that reads alerts where GitHub has no App here', () => {
    expect(idsOf(small, 'AWS::Lambda::Function').filter((id) => id.startsWith('FetchAlert'))).toEqual([])
    expect(actionsOf(allowedTo('Webhook', small))).not.toContain('lambda:InvokeFunction')
    // Where people are told by Slack, review does that.
    expect(actionsOf(allowedTo('Webhook', small))).toContain('sqs:SendMessage')
    expect(actionsOf(allowedTo('Webhook', small))).not.toContain('sns:Publish')
  })

  it('may do exactly what its flows make it do, and so may fetch-alert', async () => {
    const role = () => recordedAws({ table: table.endpoint, iam: wire as unknown as IamWire, others: wire, s3: wire })
    const [webhook, fetching] = [role(), role()]
    const clock = { now: () => NOW }
    const told = { clock, log: silentLog }
    const topic = 'arn:aws:sns:us-east-1:123456789012:notices'
    const ports = {
      ...told,
      secretsOf: async (party: (typeof REPORT_PARTIES)[number]) => partySecrets(webhook.secrets, secretArnOf(party), clock)(),
      gitlabAuthentication: 'signature' as const,
      deliveries: dynamoDeliveryLog({ client: webhook.dynamo, name: table.table.name }),
      bus: eventBridgeReportBus(webhook.events, 'Countersign-reports'),
      alerts: lambdaAlertInvoker(webhook.lambda, 'fetch-alert'),
      notifier: snsNotifier(webhook.sns, topic),
    }
    const half = { ...ALERT, alert: { ...ALERT.alert, secret_type: 'aws_secret_access_key' } }
    const answers = []
    for (const [party, body] of [...REPORT_PARTIES.map((one) => [one] as const), ['jira'], ['github', half]] as const) {
      const { headers, body: bytes } = await signedReport(party, { at: NOW, ...(body === undefined ? {} : { body }) })
      answers.push((await receive({ party, headers, body: bytes.toString(), isBase64: false }, ports)).status)
    }
    expect(answers).toEqual(Array(9).fill(200))
    expect(webhook.used()).toEqual(actionsOf(allowedTo('Webhook')))

    const app = appSecret(fetching.secrets, secretArnOf('github-app'), clock)
    for (const text of ['AKIARZPUZDIKLIJVPG67', SECRET_KEY])
      await fetchAlert(
        { repository: 'acme/api', number: 42, isPublic: false },
        {
          ...told,
          source: {
            read: async () => ({
              text,
              type: `aws_access_key_id`,
              isVerified: (await app()).appId === '',
              url: undefined,
              createdAt: undefined,
            }),
          },
          bus: eventBridgeReportBus(fetching.events, 'Countersign-reports'),
          notifier: snsNotifier(fetching.sns, topic),
        },
      )
    // What it failed at is put into a queue by Lambda, with the function's rights.
    expect([...fetching.used(), 'sqs:SendMessage'].sort()).toEqual(actionsOf(allowedTo('FetchAlert')))
  })
})
