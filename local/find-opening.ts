import { FIRST_KEY_WINDOW, firstKey, isBlank } from './scan-json.ts'

/** A record's first key is one of these in every form that AWS writes: after damage, an object that starts so is a record again. */
const RECORD_KEYS = new Set(
  `EventId EventName eventVersion userIdentity eventTime eventSource eventName awsRegion sourceIPAddress userAgent requestParameters
  responseElements additionalEventData errorCode requestID eventID eventType recipientAccountId`.split(/\s+/),
)

const ENVELOPE_KEYS = new Set(['Records', 'Events'])

/** Where reading goes on; `wait` is where the bytes at hand say no more, and `at` is then the first byte still needed. */
export interface Opening {
  readonly kind: 'record' | 'envelope' | 'wait'
  readonly at: number
}

/**
 * The next object after a damaged place that starts as records do, or, outside a list, that starts a line.
 *
 * `key` is the first key of the records before the damage, which may be of a form that AWS does not write.
 */
export function findOpening(bytes: Buffer, from: number, hints: { key: string | undefined; isInList: boolean; isFinal: boolean }): Opening {
  for (let at = bytes.indexOf(0x7b, from); at >= 0; at = bytes.indexOf(0x7b, at + 1)) {
    if (!hints.isFinal && bytes.length - at < FIRST_KEY_WINDOW) return wait(bytes, at)
    const next = bytes[at + 1]
    const key = next === 0x22 || isBlank(next) ? firstKey(bytes, at) : undefined
    if (key !== undefined && ENVELOPE_KEYS.has(key)) return { kind: 'envelope', at }
    if (key !== undefined && (key === hints.key || RECORD_KEYS.has(key))) return { kind: 'record', at }
    if (!hints.isInList && bytes[at - 1] === 0x0a) return { kind: 'record', at }
  }
  return wait(bytes, bytes.length)
}

/** Keeps the line feed before `at` too, which tells that a line starts there. */
function wait(bytes: Buffer, at: number): Opening {
  return { kind: 'wait', at: bytes[at - 1] === 0x0a ? at - 1 : at }
}
