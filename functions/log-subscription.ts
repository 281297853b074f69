import { gunzipSync } from 'node:zlib'
import * as z from 'zod'
import { ResponderError } from '../shared/errors.ts'
import type { LogBatch } from '../shared/sense/intake/report-logs.ts'

/** The most bytes that a batch is expanded to. CloudWatch sends about a megabyte of lines; few bytes of gzip can become very many. */
const EXPANDED_LIMIT = 32 * 1024 * 1024

/** How Lambda is invoked by a subscription of CloudWatch Logs. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html */
const Subscribed = z.object({ awslogs: z.object({ data: z.string().min(1) }) })

/** `CONTROL_MESSAGE` says that the destination is checked, and brings no lines. */
const Message = z.discriminatedUnion('messageType', [
  z.object({ messageType: z.literal('CONTROL_MESSAGE') }),
  z.object({
    messageType: z.literal('DATA_MESSAGE'),
    logGroup: z.string().min(1).max(512),
    logStream: z.string().min(1).max(512),
    logEvents: z.array(z.object({ timestamp: z.number(), message: z.string() })),
  }),
])

/**
 * The lines of an event by which a subscription invokes the function; undefined where it brings none. Throws `input.unreadable` where it cannot be read, in words
 * that quote nothing of it: Lambda writes the message of an error to the log.
 */
export function logBatchOf(event: unknown): LogBatch | undefined {
  const subscribed = Subscribed.safeParse(event)
  if (!subscribed.success) throw unreadable('it has no awslogs.data')
  const message = Message.safeParse(jsonOf(expanded(subscribed.data.awslogs.data)))
  if (!message.success) throw unreadable('it is neither a DATA_MESSAGE nor a CONTROL_MESSAGE')
  if (message.data.messageType === 'CONTROL_MESSAGE') return undefined
  const { logGroup, logStream, logEvents } = message.data
  return { logGroup, logStream, lines: logEvents }
}

function expanded(data: string): Buffer {
  try {
    return gunzipSync(Buffer.from(data, 'base64'), { maxOutputLength: EXPANDED_LIMIT })
  } catch (cause) {
    const isTooLarge = cause instanceof RangeError
    throw unreadable(isTooLarge ? `it expands to more than ${EXPANDED_LIMIT} bytes` : 'its data is no gzip in base64')
  }
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    // The parser's error is dropped, because it would quote a line.
    throw unreadable('its data is no JSON')
  }
}

function unreadable(why: string): ResponderError {
  return new ResponderError('input.unreadable', `the event is not one of a log subscription: ${why}`)
}
