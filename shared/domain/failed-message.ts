import * as z from 'zod'

/** What a message asks for, as far as it may be shown: names, ids and times, never its text. */
export interface FailedWork {
  /** The call, the notice or the task, such as `iam:CreateAccessKey`. */
  readonly what: string
  readonly account?: string | undefined
  readonly region?: string | undefined
  /** ISO 8601, as the message says it. */
  readonly time?: string | undefined
  /** ARN of the caller. */
  readonly identity?: string | undefined
}

/** A message as its consumer would read it. `payload`: what is put back. `failure`: what the service that gave it up says of the reason. */
export type ReadMessage =
  | { readonly kind: 'readable'; readonly work: FailedWork; readonly payload: string; readonly id?: string; readonly failure?: string }
  | { readonly kind: 'unreadable'; readonly why: string }

const text = z.string().optional().catch(undefined)

const Envelope = z.looseObject({
  source: z.string(),
  'detail-type': z.string(),
  account: z.string(),
  region: text,
  time: z.string(),
  detail: z.looseObject({ eventSource: text, eventName: text, userIdentity: z.looseObject({ arn: text }).optional().catch(undefined) }),
})

const INCIDENT = /^inc-[0-9a-f]{12}$/
const Incident = z.strictObject({ incidentId: z.string().regex(INCIDENT) })
const Bootstrap = z.looseObject({ bootstrap: z.string().regex(/^AKIA[A-Z0-9]{12,124}$/) })
const Backfill = z.strictObject({ trace: z.string().regex(INCIDENT) })
const Notice = z.union([
  z.strictObject({ share: z.string().regex(INCIDENT) }).transform(({ share }) => ({ kind: 'share', incidentId: share })),
  z.looseObject({ incidentId: z.string(), kind: z.string(), title: z.string(), body: z.string() }),
])

/** What Lambda writes of an asynchronous invocation that failed. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
const Invocation = z.looseObject({
  requestContext: z.looseObject({ requestId: z.string(), functionArn: z.string(), condition: z.string() }),
  requestPayload: z.unknown(),
  responsePayload: z.looseObject({ errorType: text, errorMessage: text }).optional().catch(undefined),
})

/** How the messages of a dead-letter queue are read. */
export type MessageForm = 'event' | 'bootstrap' | 'backfill' | 'reverify' | 'notice' | 'incident-invocation' | 'invocation'

const FORMS: Readonly<Record<string, MessageForm>> = {
  confirmed: 'event',
  hot: 'event',
  tokens: 'event',
  bulk: 'event',
  undelivered: 'event',
  forwarded: 'event',
  reports: 'event',
  bootstrap: 'bootstrap',
  backfill: 'backfill',
  reverify: 'reverify',
  notices: 'notice',
  contain: 'incident-invocation',
  rotate: 'incident-invocation',
}

/** Reads a message of the dead-letter queue of that name. What its consumer would refuse is unreadable. */
export function readFailedMessage(queue: string, body: string): ReadMessage {
  const parsed = parse(body)
  if (parsed === undefined) return { kind: 'unreadable', why: 'not JSON' }
  const read = READERS[FORMS[queue] ?? 'invocation'](parsed)
  return typeof read === 'string' ? { kind: 'unreadable', why: read } : { kind: 'readable', payload: body, ...read }
}

type Reader = (parsed: unknown) => { work: FailedWork; payload?: string; id?: string; failure?: string } | string

const READERS: Readonly<Record<MessageForm, Reader>> = {
  event(parsed) {
    const event = Envelope.safeParse(parsed)
    if (!event.success) return 'no event of EventBridge'
    const { source, 'detail-type': type, account, region, time, detail } = event.data
    const { eventSource, eventName, userIdentity } = detail
    const what = eventName === undefined ? `${source} ${type}` : `${(eventSource ?? source).replace(/\.amazonaws\.com$/, '')}:${eventName}`
    return { work: { what, account, region, time, identity: userIdentity?.arn } }
  },
  bootstrap(parsed) {
    // A stack of an earlier version had the tasks of incidents in the same queue.
    const key = Bootstrap.safeParse(parsed)
    if (key.success) return { work: { what: `the past calls of the key ${key.data.bootstrap}` } }
    return READERS.backfill(parsed)
  },
  backfill(parsed) {
    const task = Backfill.safeParse(parsed)
    return task.success ? { work: { what: `look-ups of ${task.data.trace}` } } : 'no task of this queue'
  },
  reverify(parsed) {
    const check = Incident.safeParse(parsed)
    return check.success ? { work: { what: `a check of ${check.data.incidentId}` } } : 'no incident id'
  },
  notice(parsed) {
    const notice = Notice.safeParse(parsed)
    return notice.success ? { work: { what: `${notice.data.kind} of ${notice.data.incidentId}` } } : 'no notice'
  },
  'incident-invocation'(parsed) {
    const read = READERS.invocation(parsed)
    if (typeof read === 'string') return read
    const asked = Incident.safeParse(JSON.parse(read.payload ?? 'null'))
    return asked.success ? { ...read, work: { ...read.work, what: `${read.work.what} with ${asked.data.incidentId}` } } : 'no incident id'
  },
  invocation(parsed) {
    const record = Invocation.safeParse(parsed)
    if (!record.success || record.data.requestPayload === undefined) return "no record of Lambda's of a failed invocation"
    const { requestContext, requestPayload, responsePayload } = record.data
    const { requestId, functionArn, condition } = requestContext
    const error = [responsePayload?.errorType, responsePayload?.errorMessage].filter((part) => part !== undefined).join(': ')
    return {
      work: { what: `a run of ${functionArn.split(':')[6] ?? 'a function'}` },
      payload: JSON.stringify(requestPayload),
      id: requestId,
      failure: error === '' ? condition : `${condition}: ${error}`,
    }
  },
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    // Told as a message that cannot be read.
    return undefined
  }
}
