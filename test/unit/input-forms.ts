import { crc32, deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { packTar } from 'modern-tar'
import { stringify } from 'yaml'

export type Fields = Readonly<Record<string, unknown>>

const USER = {
  type: 'IAMUser',
  principalId: 'AIDA2J4QNVLHRYEXAMPLE',
  arn: 'arn:aws:iam::123456789012:user/runner',
  accountId: '123456789012',
  accessKeyId: 'AKIA2J4QNVLHRYEXAMPL',
  userName: 'runner',
}

const call = (number: number, source: string, name: string, more: Fields): Fields => ({
  eventVersion: '1.11',
  userIdentity: USER,
  eventTime: `2026-01-05T08:00:${String(number).padStart(2, '0')}Z`,
  eventSource: `${source}.amazonaws.com`,
  eventName: name,
  awsRegion: 'us-east-1',
  sourceIPAddress: '192.0.2.7',
  userAgent: 'aws-cli/2.30',
  requestID: `request-${number}`,
  eventID: `00000000-0000-4000-8000-00000000000${number}`,
  readOnly: name.startsWith('Get'),
  eventType: 'AwsApiCall',
  managementEvent: true,
  recipientAccountId: '123456789012',
  eventCategory: 'Management',
  ...more,
})

/** Three calls: one that reads, one that is refused, and one with parameters in which quotes, brackets and letters beyond ASCII stand. */
export const CALLS: readonly Fields[] = [
  call(1, 'sts', 'GetCallerIdentity', { requestParameters: null, responseElements: null }),
  call(2, 's3', 'GetBucketPolicy', { requestParameters: { bucketName: 'a' }, errorCode: 'AccessDenied', errorMessage: 'not authorized' }),
  call(3, 'iam', 'CreateUser', {
    requestParameters: { userName: 'é"}],{\\', tags: [{ key: 'a', value: "it's" }] },
    responseElements: { user: { userName: 'é"}],{\\', arn: 'arn:aws:iam::123456789012:user/x' } },
  }),
]

const text = (value: unknown) => JSON.stringify(value)
const pretty = (value: unknown) => JSON.stringify(value, null, 4)
const lines = (values: readonly unknown[]) => `${values.map(text).join('\n')}\n`
const event = (detail: Fields) => ({
  version: '0',
  id: detail.eventID,
  'detail-type': 'AWS API Call via CloudTrail',
  source: 'aws.iam',
  account: detail.recipientAccountId,
  time: detail.eventTime,
  region: detail.awsRegion,
  resources: [],
  detail,
})
const looked = (record: Fields) => ({
  EventId: record.eventID,
  EventName: record.eventName,
  EventSource: record.eventSource,
  EventTime: 1767600000.0,
  CloudTrailEvent: text(record),
  Resources: [],
})
const logEvent = (record: Fields, at: number) => ({ id: `${at}`, timestamp: 1767600000000 + at, message: text(record) })
const subscription = (records: readonly Fields[]) => ({
  messageType: 'DATA_MESSAGE',
  owner: '123456789012',
  logGroup: 'trail',
  logStream: 's',
  subscriptionFilters: ['f'],
  logEvents: records.map(logEvent),
})
const CONTROL = {
  messageType: 'CONTROL_MESSAGE',
  owner: 'CloudwatchLogs',
  logEvents: [{ id: '', timestamp: 1, message: 'CWL CONTROL MESSAGE: Checking health of destination Firehose.' }],
}
const base64 = (value: string | Buffer) => Buffer.from(value).toString('base64')

/** A row of a table: structures as text, and numbers and booleans too. */
const rowOf = (record: Fields): Fields =>
  Object.fromEntries(
    Object.entries(record).flatMap(([key, value]) => (value === null ? [] : [[key, typeof value === 'string' ? value : text(value)]])),
  )

const lowered = (value: Fields): Fields => Object.fromEntries(Object.entries(value).map(([key, one]) => [key.toLowerCase(), one]))

const athena = (record: Fields): Fields =>
  lowered({
    ...record,
    userIdentity: lowered(USER),
    requestParameters: record.requestParameters && text(record.requestParameters),
    responseElements: record.responseElements && text(record.responseElements),
  })

/** As Athena prints a structure. */
const rowText = (value: Fields) =>
  `{${Object.entries(lowered(value))
    .map(([key, one]) => `${key}=${one}`)
    .join(', ')}, sessioncontext=null}`

export const ocsf = (record: Fields): Fields => ({
  class_uid: 6003,
  category_uid: 6,
  time: typeof record.eventTime === 'string' ? Date.parse(record.eventTime) : record.eventTime,
  metadata: { uid: record.eventID, version: '1.1.0', product: { name: 'CloudTrail', vendor_name: 'AWS', version: '1.11' } },
  cloud: { provider: 'AWS', region: record.awsRegion, account: { uid: '123456789012' } },
  api: {
    operation: record.eventName,
    service: { name: record.eventSource },
    request: { uid: record.requestID, data: record.requestParameters && text(record.requestParameters) },
    response: { error: record.errorCode, message: record.errorMessage, data: record.responseElements && text(record.responseElements) },
  },
  actor: {
    user: {
      type: USER.type,
      name: USER.userName,
      uid: USER.arn,
      uid_alt: USER.principalId,
      account: { uid: USER.accountId },
      credential_uid: USER.accessKeyId,
    },
  },
  src_endpoint: { ip: record.sourceIPAddress },
  http_request: { user_agent: record.userAgent },
})

/** The text of a cell; an object has no text of its own that can be relied on. */
const cellOf = (value: unknown) => (typeof value === 'object' && value !== null ? text(value) : String(value))

const cells = (values: readonly unknown[]) => ({
  Data: values.map((value) => ({ VarCharValue: value === undefined ? undefined : cellOf(value) })),
})

/** Every form in which records come, as a text of them. */
export const TEXT_FORMS: Readonly<Record<string, (records: readonly Fields[]) => string>> = {
  'CloudTrail: a Records file': (records) => text({ Records: records }),
  'CloudTrail: Records behind nested members': (records) => text({ meta: { a: [1, { b: [] }] }, Records: records, more: { x: [']}'] } }),
  'CloudTrail: a list of Records files': (records) => text(records.map((record) => ({ Records: [record] }))),
  NDJSON: lines,
  'objects without anything between': (records) => records.map(text).join(''),
  'parameters as text': (records) =>
    lines(
      records.map(({ requestParameters, ...record }) => ({
        ...record,
        requestParameters: text(requestParameters),
        userIdentity: text(USER),
      })),
    ),
  'EventBridge events, one a line': (records) => lines(records.map(event)),
  'EventBridge events without line feeds': (records) => records.map((record) => text(event(record))).join(''),
  'EventBridge events with the detail as text': (records) => lines(records.map((record) => ({ ...event(record), detail: text(record) }))),
  'CloudWatch Logs: subscription data': (records) => text(CONTROL) + text(subscription(records)),
  'CloudWatch Logs: filter-log-events': (records) => pretty({ events: records.map(logEvent), searchedLogStreams: [] }),
  'CloudWatch Logs: get-log-events': (records) =>
    pretty({ events: records.map(logEvent), nextForwardToken: 'f/1', nextBackwardToken: 'b/1' }),
  'CloudWatch Logs: Insights results': (records) =>
    pretty({
      results: records.map((record) => [
        { field: '@message', value: text(record) },
        { field: '@ptr', value: 'x' },
      ]),
      status: 'Complete',
    }),
  'CloudWatch Logs: an export task': (records) => records.map((record) => `${record.eventTime} ${text(record)}\n`).join(''),
  'CloudWatch Logs: the event of a function': (records) => text({ awslogs: { data: base64(gzipSync(text(subscription(records)))) } }),
  'Firehose: the event of a function': (records) =>
    text({ invocationId: 'i', records: records.map((record) => ({ recordId: 'r', data: base64(text(record)) })) }),
  'Kinesis: the event of a function': (records) =>
    text({
      Records: records.map((record) => ({
        eventSource: 'aws:kinesis',
        eventName: 'aws:kinesis:record',
        kinesis: { data: base64(gzipSync(text(subscription([record])))) },
      })),
    }),
  'SQS: receive-message': (records) => pretty({ Messages: records.map((record) => ({ MessageId: 'm', Body: text(event(record)) })) }),
  'SQS: the event of a function': (records) =>
    text({
      Records: records.map((record) => ({ messageId: 'm', body: text(event(record)), eventSource: 'aws:sqs', awsRegion: 'us-east-1' })),
    }),
  'SNS: notifications': (records) =>
    lines(records.map((record) => ({ Type: 'Notification', MessageId: 'm', Message: text(event(record)) }))),
  'SNS: the event of a function': (records) =>
    text({ Records: records.map((record) => ({ EventSource: 'aws:sns', Sns: { MessageId: 'm', Message: text(record) } })) }),
  'SNS in SQS': (records) =>
    pretty({ Messages: records.map((record) => ({ Body: text({ Type: 'Notification', Message: text(event(record)) }) })) }),
  'lookup-events': (records) => pretty({ Events: records.map(looked), NextToken: 't' }),
  'lookup-events, pages with long tokens': (records) =>
    records.map((record) => pretty({ NextToken: 't'.repeat(9000), Events: [looked(record)] })).join('\n'),
  'lookup-events, of the SDK': (records) => pretty({ $metadata: { httpStatusCode: 200, attempts: 1 }, Events: records.map(looked) }),
  'lookup-events, the event as an object': (records) =>
    text({ Events: records.map((record) => ({ ...looked(record), CloudTrailEvent: record })) }),
  'lookup-events --query, a list of texts': (records) => pretty(records.map(text)),
  'lookup-events --query, a list of lists': (records) => pretty(records.map((record) => [record.eventName, text(record)])),
  'lookup-events --query --output text': (records) => `${records.map(text).join('\t')}\n`,
  'lookup-events --output text': (records) =>
    records
      .map(
        (record) =>
          `EVENTS\tAKIA2J4QNVLHRYEXAMPL\t${text(record)}\t${record.eventID}\tx\tFalse\trunner\nRESOURCES\trunner\tAWS::IAM::User\n`,
      )
      .concat('NEXTTOKEN\tabc\n')
      .join(''),
  'lookup-events --output table': (records) =>
    `-----\n|  LookupEvents  |\n+----+\n||  Events  ||\n|+--+|\n${records.map((record) => `||  CloudTrailEvent  |  ${text(record)}  ||\n||  EventName  |  x  ||\n`).join('')}|+--+|\n`,
  'lookup-events --output yaml': (records) =>
    stringify({ Events: records.map(looked), NextToken: 't' }, { defaultStringType: 'QUOTE_SINGLE', defaultKeyType: 'PLAIN' }),
  'lookup-events --output yaml-stream': (records) =>
    records
      .map((record) => stringify([{ Events: [looked(record)] }], { defaultStringType: 'QUOTE_SINGLE', defaultKeyType: 'PLAIN' }))
      .join(''),
  'texts, one a line': (records) => lines(records.map(text)),
  'CloudTrail Lake: get-query-results': (records) =>
    pretty({
      QueryStatus: 'FINISHED',
      QueryResultRows: records.map((record) => Object.entries(rowOf(record)).map(([key, value]) => ({ [key]: value }))),
    }),
  'Athena: rows in lower case': (records) => lines(records.map(athena)),
  'Athena: get-query-results': (records) => {
    const names = Object.keys(athena(Object.assign({}, ...records)))
    return pretty({
      ResultSet: {
        Rows: [
          cells(names),
          ...records.map((record) =>
            cells(names.map((name) => (name === 'useridentity' ? rowText(USER) : (athena(record)[name] ?? undefined)))),
          ),
        ],
      },
    })
  },
  'Athena: CSV': (records) => {
    const names = Object.keys(athena(Object.assign({}, ...records)))
    const quoted = (value: unknown) => `"${cellOf(value ?? '').replaceAll('"', '""')}"`
    const rows = records.map((record) =>
      names.map((name) => quoted(name === 'useridentity' ? rowText(USER) : athena(record)[name])).join(','),
    )
    return `${[names.map(quoted).join(','), ...rows].join('\r\n')}\r\n`
  },
  'Elasticsearch: hits': (records) =>
    pretty({
      took: 1,
      hits: { total: { value: 3 }, hits: records.map((record) => ({ _index: 'i', _id: record.eventID, _source: record })) },
    }),
  'Elasticsearch: the event as text': (records) =>
    lines(
      records.map((record) => ({
        _source: { event: { original: text(record), action: 'x' }, aws: { cloudtrail: { event_version: '1.11' } } },
      })),
    ),
  'Splunk: _raw': (records) =>
    lines(records.map((record) => ({ preview: false, result: { _raw: text(record), sourcetype: 'aws:cloudtrail' } }))),
  'Splunk: _raw beside fields': (records) =>
    lines(
      records.map((record) => ({
        result: { _raw: text(record), eventName: record.eventName, eventSource: record.eventSource, 'userIdentity.arn': 'x' },
      })),
    ),
  'syslog before the record, in a message': (records) =>
    lines(records.map((record) => ({ message: `<134>Jan 5 08:00:00 host cloudtrail: ${text(record)}` }))),
  'Security Lake: OCSF': (records) => lines(records.map(ocsf)),
}

/** The forms that hold all of a record: rows of tables and OCSF leave members out or change their types. */
export const LOSSLESS_FORMS = Object.fromEntries(
  Object.entries(TEXT_FORMS).filter(([name]) => !/OCSF|table|Athena|Lake|as text$/.test(name)),
)

/** What records are packed in, whatever their form. */
export const PACKED_FORMS: Readonly<Record<string, (content: Buffer) => Buffer | Promise<Buffer>>> = {
  plain: (content) => content,
  'UTF-8 with a byte order mark': (content) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), content]),
  'UTF-16, little end first': (content) => Buffer.from(`\ufeff${content}`, 'utf16le'),
  'UTF-16, big end first': (content) => Buffer.from(`\ufeff${content}`, 'utf16le').swap16(),
  gzip: (content) => gzipSync(content),
  'gzip in gzip': (content) => gzipSync(gzipSync(content)),
  zstd: (content) => zstdCompressSync(content),
  'ZIP, deflated': (content) =>
    zipped(
      [
        ['logs/', Buffer.alloc(0)],
        ['logs/a.log', content],
      ],
      true,
    ),
  'ZIP, stored, of gzip': (content) => zipped([['a.gz', gzipSync(content)]], false),
  TAR: async (content) => Buffer.from(await tarred([['a', content]])),
  'TAR in gzip': async (content) => gzipSync(await tarred([['dir/a.json', content]])),
}

export function tarred(files: readonly (readonly [name: string, content: Buffer])[]) {
  return packTar(
    files.map(([name, content]) => ({ header: { name, size: content.length, type: 'file' as const }, body: new Uint8Array(content) })),
  )
}

export function zipped(files: readonly (readonly [name: string, content: Buffer])[], isDeflated: boolean): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, content] of files) {
    const data = isDeflated ? deflateRawSync(content) : content
    const header = Buffer.alloc(26)
    header.writeUInt16LE(20, 0)
    header.writeUInt16LE(isDeflated ? 8 : 0, 4)
    header.writeUInt32LE(crc32(content), 10)
    header.writeUInt32LE(data.length, 14)
    header.writeUInt32LE(content.length, 18)
    header.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), header, Buffer.from(name), data])
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(offset, 10)
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\0'), header, rest, Buffer.from(name)]))
    parts.push(local)
    offset += local.length
  }
  const end = Buffer.alloc(18)
  const size = directory.reduce((sum, { length }) => sum + length, 0)
  end.writeUInt16LE(files.length, 4)
  end.writeUInt16LE(files.length, 6)
  end.writeUInt32LE(size, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...parts, ...directory, Buffer.from('PK\x05\x06'), end])
}
