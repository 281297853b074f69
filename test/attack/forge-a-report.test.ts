import type { PutEventsCommand } from '@aws-sdk/client-eventbridge'
import type { Template } from 'aws-cdk-lib/assertions'
import { beforeAll, describe, expect, it } from 'vitest'
import { eventBridgeReportBus } from '../../shared/aws/report-bus.ts'
import { memoryDeliveryLog } from '../../shared/memory/delivery-log.ts'
import { silentLog } from '../../shared/memory/log.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { believe } from '../../shared/sense/believe.ts'
import { receive } from '../../shared/sense/intake/receive.ts'
import { normalise } from '../../shared/sense/normalise.ts'
import { matches } from '../infra/event-bridge.ts'
import { idOf, isDenied } from '../infra/queue-policy.ts'
import { templateOf } from '../infra/template-of.ts'
import { ALL_REPORTS, KEY_ID, PARTY_SECRETS, type PartyRequest, signedReport } from '../reports.ts'

const NOW = Date.parse('2026-03-02T12:00:00.000Z')
const ACCOUNT = '123456789012'
const ADMIN = `arn:aws:iam::${ACCOUNT}:role/Admin`
const DEPLOYING = `arn:aws:iam::${ACCOUNT}:role/cdk-hnb659fds-cfn-exec-role-${ACCOUNT}-us-east-1`

let template: Template
beforeAll(() => {
  template = templateOf({ settings: { reports: ALL_REPORTS, accounts: ['210987654321'] }, policy: parsePolicy({ version: 2 }) })
})

type Rule = { readonly EventBusName?: unknown; readonly EventPattern: Record<string, unknown>; readonly Targets: { Arn: unknown }[] }
const rules = () => Object.values(template.findResources('AWS::Events::Rule')).map(({ Properties }) => Properties as Rule)
const isOf = (bus: string | undefined) => (rule: Rule) =>
  bus === undefined ? rule.EventBusName === undefined : JSON.stringify(rule.EventBusName ?? '').includes(bus)

/** What `webhook` puts on its bus of a request, as EventBridge delivers it. */
async function delivered(request: PartyRequest): Promise<{ status: number; events: Record<string, unknown>[] }> {
  const events: Record<string, unknown>[] = []
  const eventBridge = {
    async send({ input }: PutEventsCommand) {
      for (const { Source, DetailType, Detail } of input.Entries ?? [])
        events.push({
          version: '0',
          id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
          source: Source,
          'detail-type': DetailType,
          account: ACCOUNT,
          region: 'us-east-1',
          time: new Date(NOW).toISOString().replace('.000', ''),
          resources: [],
          detail: JSON.parse(Detail ?? ''),
        })
      return { FailedEntryCount: 0 }
    },
  } as unknown as Parameters<typeof eventBridgeReportBus>[0]
  const { status } = await receive(
    { party: 'jira', headers: request.headers, body: request.body.toString(), isBase64: false },
    {
      secretsOf: async () => PARTY_SECRETS.jira,
      gitlabAuthentication: 'signature',
      deliveries: memoryDeliveryLog(),
      bus: eventBridgeReportBus(eventBridge, 'Countersign-reports'),
      alerts: undefined,
      notifier: { notify: async () => {} },
      clock: { now: () => NOW },
      log: silentLog,
    },
  )
  return { status, events }
}

describe('a report that says of a key of production that it is exposed', () => {
  it('is believed and read where Jira signed it', async () => {
    const { status, events } = await delivered(await signedReport('jira', { at: NOW }))
    const [event] = events
    expect([status, events.length]).toEqual([200, 1])
    expect(believe(event, { kind: 'event-bus', accounts: new Set([ACCOUNT]) }, NOW).kind).toBe('believed')
    const read = normalise(event)
    expect(read.kind === 'signals' ? read.signals.map(({ kind, source, credential }) => [kind, source, credential.id]) : read).toEqual([
      ['credential-exposure', 'jira', KEY_ID],
    ])
    // It takes one rule, that of the bus for reports.
    const taking = rules().filter(({ EventPattern }) => matches(EventPattern, event ?? {}))
    expect([taking.length, taking.every(isOf('ReportsBus'))]).toEqual([1, true])
  })

  it('is not where somebody else wrote it: with the same bytes and another secret, or another key in what Jira signed', async () => {
    const right = await signedReport('jira', { at: NOW })
    const forged = [
      await signedReport('jira', { at: NOW, secret: PARTY_SECRETS.github[0] }),
      { ...right, body: Buffer.from(right.body.toString().replace(KEY_ID, 'AKIARZPUZDIKLIJVPG77')) },
    ]
    for (const request of forged) expect(await delivered(request)).toEqual({ status: 401, events: [] })
  })

  it('reaches no queue by the default bus, or by that for forwarded events, on which others may put', async () => {
    const [event = {}] = (await delivered(await signedReport('jira', { at: NOW }))).events
    expect(rules().filter(isOf(undefined)).length).toBeGreaterThan(10)
    for (const source of ['countersign.reports', 'Countersign.Reports', 'countersign', 'aws.countersign'])
      for (const account of [ACCOUNT, '210987654321']) {
        const taking = rules().filter((rule) => !isOf('ReportsBus')(rule) && matches(rule.EventPattern, { ...event, source, account }))
        expect(taking, source).toEqual([])
      }
  })

  it('may be put on the bus for reports by nobody but the functions that prove, whatever rights an administrator has, and into the queues by its rules alone', () => {
    const [policy] = Object.values(template.findResources('AWS::Events::EventBusPolicy')).filter(({ Properties }) =>
      JSON.stringify(Properties.EventBusName).includes('ReportsBus'),
    )
    const { Effect, Action, Principal, Condition } = policy?.Properties.Statement ?? {}
    expect([Effect, Action, Principal]).toEqual(['Deny', 'events:PutEvents', { AWS: '*' }])
    const spared = [Condition.ArnNotEquals['aws:PrincipalArn']].flat().map((one) => JSON.stringify(one))
    expect(spared.map((one) => /"(Webhook|FetchAlert)ResponderRole/.exec(one)?.[1])).toEqual(['Webhook', 'FetchAlert'])
    for (const [queue, rule] of [
      ['QueuesConfirmed', /^ReportsRule/],
      ['QueuesBulk', /^ReportsUnverified/],
    ] as const) {
      const taking = idOf(template, 'AWS::SQS::Queue', queue)
      for (const asker of [
        { principal: ADMIN },
        { principal: DEPLOYING },
        { source: `arn:aws:events:us-east-1:${ACCOUNT}:rule/Countersign-reports/theirs` },
      ])
        expect(isDenied(template, taking, 'sqs:SendMessage', asker)).toBe(true)
      const [own = ''] = Object.entries(template.findResources('AWS::Events::Rule')).flatMap(([id, { Properties }]) =>
        isOf('ReportsBus')(Properties as Rule) && rule.test(id) ? [id] : [],
      )
      expect(isDenied(template, taking, 'sqs:SendMessage', { source: `${own}.Arn` })).toBe(false)
    }
  })

  it('of another account by another stack is not believed', async () => {
    const [event = {}] = (await delivered(await signedReport('jira', { at: NOW }))).events
    const trust = { kind: 'event-bus', accounts: new Set([ACCOUNT]) } as const
    expect(believe({ ...event, account: '999988887777' }, trust, NOW).kind).toBe('unbelieved')
  })
})
