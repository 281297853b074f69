/** When the first made record was called. Epoch milliseconds. */
const FIRST = Date.UTC(2026, 0, 1)

/** Milliseconds from a made record to the next. */
const STEP_MS = 50

/** How many records later than in its place in time a record may be written: five minutes of calls, as CloudTrail delivers. */
const LATENESS = 6000

const CALLS = [
  ['s3', 'ListBuckets', '"requestParameters":null'],
  [
    'ec2',
    'DescribeInstances',
    '"requestParameters":{"maxResults":100,"filterSet":{"items":[{"name":"tag:service","valueSet":{"items":[{"value":"web"}]}}]}}',
  ],
  ['sts', 'GetCallerIdentity', '"requestParameters":null'],
  ['ecr', 'GetAuthorizationToken', '"requestParameters":{}'],
  ['lambda', 'GetFunction20150331v2', '"requestParameters":{"functionName":"arn:aws:lambda:us-east-1:123456789012:function:report"}'],
] as const

/** The text of the record with this number, from 0, of about 1 KB. Later numbers have later times, and `identities` users call in turns. */
export function madeRecord(number: number, identities: number): string {
  const user = number % identities
  const [service, name, request] = CALLS[number % CALLS.length] as (typeof CALLS)[number]
  const time = new Date(FIRST + number * STEP_MS).toISOString()
  return `{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDAMADE${padded(user, 13)}","arn":"arn:aws:iam::123456789012:user/user-${user}","accountId":"123456789012","accessKeyId":"AKIA${padded(user, 16)}","userName":"user-${user}"},"eventTime":"${time.slice(0, 19)}Z","eventSource":"${service}.amazonaws.com","eventName":"${name}","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.${1 + (user % 250)}","userAgent":"aws-cli/2.30.1 md/awscrt#0.27.2 ua/2.1 os/linux#6.1.0 md/arch#x86_64 lang/python#3.13.4 md/pyimpl#CPython cfg/retry-mode#standard",${request},"responseElements":null,"requestID":"${padded(number, 32)}","eventID":"${idOf(number)}","readOnly":true,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"${service}.us-east-1.amazonaws.com"}}`
}

/** The numbers from 0 on as a log has them: nearly in order, each up to `LATENESS` places late. */
export function* nearlyInOrder(count: number): Generator<number> {
  for (let from = 0; from < count; from += LATENESS) {
    const length = Math.min(LATENESS, count - from)
    // A step that shares no factor with the length meets each place once.
    let step = Math.max(1, Math.floor(length * 0.618))
    while (divisor(step, length) !== 1) step += 1
    for (let at = 0, place = 0; at < length; at++, place = (place + step) % length) yield from + place
  }
}

/** Holds that made records come back in the order of their times and ids, each once. */
export class ExpectedRecords {
  count = 0

  /** Throws where this is not the next record: one was lost, came twice or came out of order. */
  take(record: object): void {
    const { eventID } = record as { eventID?: unknown }
    if (eventID !== idOf(this.count)) throw new Error(`expected the record ${idOf(this.count)}, got ${String(eventID)}`)
    this.count += 1
  }
}

function idOf(number: number): string {
  return `00000000-0000-4000-8000-${padded(number, 12)}`
}

function padded(number: number, length: number): string {
  return String(number).padStart(length, '0')
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b)
}
