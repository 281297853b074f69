import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ExposureReport } from '../../shared/domain/exposure-report.ts'
import { json, type Loopback, loopback } from '../contract/loopback.ts'
import { LOGGED_AT, logEvent, subscribed } from '../log-events.ts'
import { bundledHandler, type Handler } from './bundled-handler.ts'

const KEY = { id: 'AKIARZPUZDIKLIJVPG67', secret: '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' }
const context = { functionName: 'logs', awsRequestId: 'r', getRemainingTimeInMillis: () => 60_000 }

let bus: Loopback
let handler: Handler
let isRefusing = false

beforeAll(async () => {
  bus = await loopback(({ body }) => {
    const { Entries } = JSON.parse(body) as { Entries: object[] }
    const answers = Entries.map((_, at) => (isRefusing ? { ErrorCode: 'ThrottlingException' } : { EventId: String(at) }))
    return json({ FailedEntryCount: isRefusing ? Entries.length : 0, Entries: answers })
  })
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'none',
    AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url,
    STACK_NAME: 'Countersign',
    REPORT_BUS_NAME: 'Countersign-reports',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
  })
  handler = await bundledHandler('Logs')
}, 180_000)
afterAll(() => bus.close())

const requests = () => bus.requests.map(({ body }) => JSON.parse(body).Entries as { Detail: string; EventBusName: string }[])

describe('the bundle of logs', () => {
  it('puts on the bus what lines name, and throws where the bus refuses, so that Lambda brings the lines again', async () => {
    await handler(subscribed({ messageType: 'CONTROL_MESSAGE', owner: 'CloudwatchLogs', logEvents: [] }), context)
    expect(requests()).toEqual([])
    const lines = [`{"log":"${KEY.id}\\n${KEY.secret}"}`]
    isRefusing = true
    await expect(handler(logEvent({ lines }), context)).rejects.toThrow('the bus for reports took 0 of 1 events')
    expect(requests()).toHaveLength(3)
    isRefusing = false
    await handler(logEvent({ lines }), context)
    const [entry] = requests().at(-1) ?? []
    expect(entry).toMatchObject({ EventBusName: 'Countersign-reports', Source: 'countersign.reports', DetailType: 'Credential Exposure' })
    expect(ExposureReport.parse(JSON.parse(entry?.Detail ?? ''))).toMatchObject({
      credentialId: KEY.id,
      grade: 'with-secret',
      place: 'log group /ecs/shop, stream web/1',
      seenAt: LOGGED_AT,
    })
    // The same line again, and one of the stack's own, put nothing.
    const before = requests().length
    await handler(logEvent({ lines }), context)
    await handler(logEvent({ lines: [KEY.id], logGroup: 'Countersign-LogsResponderLogs1A2B' }), context)
    expect(requests()).toHaveLength(before)
  })
})
