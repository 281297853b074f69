import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { normalise } from '../../shared/sense/normalise.ts'
import { CALLS, ocsf, TEXT_FORMS, tarred, zipped } from './input-forms.ts'
import { file, folder, read, text } from './read-input.ts'

const LOG = text({ Records: CALLS })
const INSIGHT = {
  eventVersion: '1.09',
  eventTime: '2026-01-05T08:00:00Z',
  eventID: 'i',
  eventType: 'AwsCloudTrailInsight',
  insightDetails: {},
  eventCategory: 'Insight',
}

let trees = 0
function tree(files: Readonly<Record<string, string | Buffer>>): string {
  const path = join(folder, `neighbours-${trees++}`)
  mkdirSync(path)
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content)
  return path
}

describe('what lies beside the records', () => {
  const neighbours: Readonly<Record<string, [kind: string, content: string | Buffer, count?: number]>> = {
    'a digest': ['CloudTrail digests', text({ digestStartTime: 'x', logFiles: [{ s3Object: 'a', hashAlgorithm: 'SHA-256' }] })],
    'Insights events': ['CloudTrail Insights events', gzipSync(text({ Records: [INSIGHT, INSIGHT] })), 2],
    'an item of AWS Config': [
      'AWS Config items',
      text({ fileVersion: '1.0', configSnapshotId: 'x', configurationItems: [{ resourceType: 'AWS::S3::Bucket' }] }),
    ],
    'a finding of GuardDuty': ['GuardDuty findings', text({ schemaVersion: '2.0', type: 'A:B/C', service: { action: {} } })],
    'a control message': ['control messages of CloudWatch Logs', text({ messageType: 'CONTROL_MESSAGE', logEvents: [] })],
    'a notice that a file was written': [
      'notices of CloudTrail files',
      text({ Type: 'Notification', Message: text({ s3Bucket: 'b', s3ObjectKey: ['k'] }) }),
    ],
    'a notification of S3': [
      'Amazon S3 event notifications',
      text({ Records: [{ eventVersion: '2.1', eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', eventTime: 'x', s3: {} }] }),
    ],
    'another event of EventBridge': [
      'unknown source aws.ec2, EC2 Instance State-change Notification',
      text({ 'detail-type': 'EC2 Instance State-change Notification', source: 'aws.ec2', detail: { state: 'running' } }),
    ],
    'OCSF of another source': [
      'other OCSF events',
      text({ class_uid: 4001, category_uid: 4, metadata: { product: { name: 'Amazon VPC' } } }),
    ],
    'a log of a load balancer': [
      'load balancer logs',
      'https 2026-01-05T08:00:00.1Z app/a/1 192.0.2.1:1 10.0.0.1:80 0.0 0.0 0.0 200 200 1 1 "GET https://example.com/{x} HTTP/1.1"\n',
    ],
    'a test file of a load balancer': ['load balancer logs', 'Enable AccessLog for ELB: a at 2026-01-05T08:00:00Z'],
    'an access log of S3': [
      'Amazon S3 access logs',
      `${'0a'.repeat(32)} bucket [05/Jan/2026:08:00:00 +0000] 192.0.2.1 - x REST.GET.OBJECT a "GET /a?x={} HTTP/1.1" 200\n`,
    ],
    'a flow log': ['VPC flow logs', '2 123456789012 eni-0a 192.0.2.1 10.0.0.1 1 2 6 1 1 1 2 ACCEPT OK\n'],
    'an empty file': ['empty files', ''],
    'an empty object': ['empty lists', gzipSync('{}')],
    'an empty list': ['empty lists', text({ events: [], searchedLogStreams: [] })],
    'other JSON': ['other JSON', text({ name: 'x', version: 1 })],
    'other text': ['other files', 'hello'],
    'other bytes': ['other files', Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 37 + 128) % 256))],
  }

  it.each(Object.entries(neighbours))('is passed over and counted by kind: %s', async (_, [kind, content, count = 1]) => {
    const path = tree({ 'a.json': LOG, 'b.json.gz': content })
    const { records, problems, skipped } = await read([path])
    expect(records).toEqual(CALLS)
    expect(problems).toEqual([])
    expect(skipped).toEqual(Array.from({ length: count }, () => [join(path, 'b.json.gz'), kind]))
  })

  it('is passed over in an archive too', async () => {
    const files = Object.entries(neighbours).map(([name, [, content]]) => [name, Buffer.from(content)] as const)
    const { records, problems, skipped } = await read([file(zipped([['log', Buffer.from(LOG)], ...files], true))])
    expect(records).toEqual(CALLS)
    expect(problems).toEqual([])
    expect(skipped.map(([, kind]) => kind).sort()).toEqual(
      Object.values(neighbours)
        .flatMap(([kind, , count = 1]) => Array(count).fill(kind))
        .sort(),
    )
  })

  it.each([
    ['a log that is cut', LOG.slice(0, -40), 'the input ends inside this record'],
    ['a record without a name', `${text(CALLS[0])}\n{"eventVersion":"1.11",}\n`, 'the record is not valid JSON'],
    ['damaged gzip', gzipSync(LOG).fill(0, 60, 80), expect.stringMatching(/^the gzip data is damaged/)],
    ['a cut message', text({ events: [{ message: text(CALLS[0]) }, { message: text(CALLS[1]).slice(0, 80) }, { note: 'x' }] }), undefined],
  ])('is damage where it was a log: %s', async (_, content, reason) => {
    const path = tree({ 'b.log': content })
    const { records, problems } = await read([path])
    const unread = records.filter((record) => normalise(record).kind === 'unreadable')
    if (reason === undefined) expect(unread).toHaveLength(1)
    else expect(problems).toEqual([expect.objectContaining({ file: join(path, 'b.log'), reason })])
  })
})

describe('Parquet of Security Lake', () => {
  const events = CALLS.map(ocsf)
  const columns = Object.keys(events[0] ?? {}).map((name) => ({
    name,
    data: events.map((event) => event[name]),
    type: name === 'time' ? ('INT64' as const) : typeof events[0]?.[name] === 'object' ? ('JSON' as const) : ('INT32' as const),
  }))
  const data = columns.map(({ data, ...column }) => ({
    ...column,
    data: column.type === 'INT64' ? data.map((value) => BigInt(value as number)) : data,
  }))

  it.each([
    ['zstd', { codec: 'ZSTD' as const, compressors: { ZSTD: (bytes: Uint8Array) => new Uint8Array(zstdCompressSync(bytes)) } }],
    ['gzip', { codec: 'GZIP' as const, compressors: { GZIP: (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes)) } }],
    ['Snappy', {}],
  ])('is read, with pages in %s', async (_, options) => {
    const bytes = Buffer.from(parquetWriteBuffer({ columnData: data, ...options }))
    for (const { records, problems } of [
      await read([file(bytes)]),
      await read(['-'], Readable.from([bytes])),
      await read([file(zipped([['a.parquet', bytes]], true))]),
    ]) {
      expect(problems).toEqual([])
      expect(records.map((record) => normalise(record))).toEqual(
        CALLS.map((call) =>
          expect.objectContaining({
            kind: 'signals',
            signals: [expect.objectContaining({ id: call.eventID, request: call.requestParameters ?? {} })],
          }),
        ),
      )
    }
  })

  it('that is damaged is named', async () => {
    const bytes = Buffer.from(parquetWriteBuffer({ columnData: data }))
    for (const cut of [bytes.subarray(0, 100), Buffer.concat([bytes.subarray(0, 40), Buffer.alloc(200, 0xff), bytes.subarray(240)])])
      expect((await read([file(cut)])).problems).toHaveLength(1)
  })
})

describe('the CSV of the console', () => {
  const rows = `Event ID,Event time,User name,Event name,Event source,AWS access key,AWS region,Source IP address,Error code\r\n${CALLS.map(
    ({ eventID, eventTime, eventName, eventSource, errorCode }) =>
      `${eventID},${eventTime},runner,${eventName},${eventSource},AKIA2J4QNVLHRYEXAMPL,us-east-1,192.0.2.7,${errorCode ?? ''}`,
  ).join('\r\n')}`

  it('is read as far as it goes, and told of', async () => {
    const { records, problems, rows: told } = await read([file(rows)])
    expect(problems).toEqual([])
    expect(told).toBe(3)
    expect(records.map((record) => normalise(record))).toEqual(
      CALLS.map(({ eventID, errorCode }) =>
        expect.objectContaining({
          signals: [
            expect.objectContaining({ id: eventID, errorCode, identity: expect.objectContaining({ kind: 'iam-user', name: 'runner' }) }),
          ],
        }),
      ),
    )
  })

  it('has damaged rows named', async () => {
    const { records, problems } = await read([file(rows.replace('runner,GetBucketPolicy', 'run"ner,GetBucketPolicy'))])
    expect(records).toHaveLength(2)
    expect(problems).toMatchObject([{ reason: 'this is not a JSON object' }])
  })
})

describe('what is made to exhaust a reader', () => {
  const good = text(CALLS[0])

  it('is given up where it expands out of all proportion', async () => {
    const bomb = zstdCompressSync(Buffer.alloc(300 * 1024 * 1024, ' '))
    const { problems } = await read([file(bomb), file(good)])
    expect(problems.map(({ reason }) => reason)).toEqual(['it expands to more than 300 times its size; the rest is not read'])
  })

  it('is given up where it is packed too often', async () => {
    let bytes = Buffer.from(good)
    for (let depth = 0; depth < 6; depth++) bytes = gzipSync(bytes)
    expect((await read([file(bytes)])).problems.map(({ reason }) => reason)).toEqual(['it is compressed or packed too many times'])
  })

  it.each([
    ['nested lists', '['.repeat(100_000)],
    ['nested objects', '{"x":'.repeat(100_000)],
    ['nested lists that are closed', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['a nested record', `{"eventName":"a","eventSource":"b","requestParameters":${'{"x":'.repeat(50_000)}1${'}'.repeat(50_000)}}`],
    ['texts in texts', Array.from({ length: 12 }).reduce<string>((inner) => text({ Message: inner }), good)],
    ['compressed text in a field', text({ data: gzipSync(Buffer.alloc(64 * 1024 * 1024)).toString('base64') })],
  ])('does not: %s', async (_, content) => {
    const { records } = await read([file(content), file(good)])
    expect(records).toContainEqual(CALLS[0])
  })

  it('is damage in one file of an archive, and the others are read', async () => {
    const damaged = zipped(
      [
        ['a', Buffer.from(LOG)],
        ['b', Buffer.from(LOG)],
      ],
      true,
    )
    damaged[60] = (damaged[60] ?? 0) ^ 0xff
    const { records, problems } = await read([file(damaged)])
    expect(records.slice(-3)).toEqual(CALLS)
    expect(problems.length).toBeGreaterThan(0)
    const tar = Buffer.from(await tarred([['a', Buffer.from(TEXT_FORMS.NDJSON?.(CALLS) ?? '')]]))
    expect((await read([file(tar.subarray(0, 700))])).problems.length).toBeGreaterThan(0)
  })
})
