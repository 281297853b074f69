import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventBridgeClient } from '../../shared/aws/clients.ts'
import { entryOf, eventBridgeReportBus } from '../../shared/aws/report-bus.ts'
import { ExposureReport } from '../../shared/domain/exposure-report.ts'
import { json, type Loopback, loopback } from './loopback.ts'

interface Entry {
  readonly Detail: string
  readonly DetailType: string
  readonly Source: string
  readonly EventBusName: string
}

let bus: Loopback
let taken: Entry[]
let requests: number[]
/** Of each request, which entries are refused. */
let refuses: (at: number, request: number) => boolean

beforeAll(async () => {
  bus = await loopback(({ body }) => {
    const { Entries } = JSON.parse(body) as { Entries: Entry[] }
    requests.push(Entries.length)
    const results = Entries.map((entry, at) => {
      if (refuses(at, requests.length)) return { ErrorCode: 'ThrottlingException', ErrorMessage: 'slow down' }
      taken.push(entry)
      return { EventId: `e${taken.length}` }
    })
    return json({ FailedEntryCount: results.filter((one) => 'ErrorCode' in one).length, Entries: results })
  })
})
afterAll(() => bus.close())

const reportOf = (at: number) =>
  ExposureReport.parse({
    version: 1,
    id: `logs:${at}`,
    source: 'logs',
    credentialId: `AKIARZPUZDIKLIJ${10_000 + at}`,
    grade: 'id-only',
    place: 'log group g, stream s',
    seenAt: 1_772_452_800_000,
  })

async function put(count: number, refusing: typeof refuses = () => false): Promise<{ ids: string[]; waits: number[] }> {
  ;[taken, requests, refuses] = [[], [], refusing]
  const waits: number[] = []
  const client = eventBridgeClient(bus.options)
  await eventBridgeReportBus(client, 'Countersign-reports', async (ms) => void waits.push(ms)).put(
    Array.from({ length: count }, (_, at) => reportOf(at)),
  )
  return { ids: taken.map(({ Detail }) => ExposureReport.parse(JSON.parse(Detail)).id), waits }
}

describe('the bus for reports', () => {
  it('takes ten events at a time, as the events that the rule of the bus is for', async () => {
    expect((await put(23)).ids).toEqual(Array.from({ length: 23 }, (_, at) => `logs:${at}`))
    expect(requests).toEqual([10, 10, 3])
    expect(taken[0]).toMatchObject({
      Source: 'countersign.reports',
      DetailType: 'Credential Exposure',
      EventBusName: 'Countersign-reports',
    })
    expect((await put(0)).ids).toEqual([])
    expect(requests).toEqual([])
  })

  it('is given again what it refused, and nothing else', async () => {
    const { ids, waits } = await put(10, (at, request) => request === 1 && at % 3 === 0)
    expect(requests).toEqual([10, 4])
    expect(ids.toSorted()).toEqual(Array.from({ length: 10 }, (_, at) => `logs:${at}`).toSorted())
    expect(waits).toHaveLength(1)
  })

  it('that refuses an event three times is an error, which says how many it took', async () => {
    const refused = put(10, (at) => at === 0)
    await expect(refused).rejects.toMatchObject({ code: 'store.unavailable', message: expect.stringContaining('took 9 of 10 events') })
    expect(requests).toEqual([10, 1, 1])
  })

  it('takes ten of the largest reports in the 256 KB of a request', () => {
    const wide = '\u{1f511}'
    const largest = ExposureReport.parse({
      ...reportOf(1),
      id: wide.repeat(128),
      place: wide.repeat(256),
      url: `https://example.com/${'x'.repeat(1000)}`,
    })
    const { Source = '', DetailType = '', Detail = '' } = entryOf(largest, 'bus')
    expect(Buffer.byteLength(`${Source}${DetailType}${Detail}`) * 10).toBeLessThan(256 * 1024)
  })
})
