import { FIRST_KEY_WINDOW, firstKey, isBlank } from './scan-json.ts'

/** The first keys of records in every form that AWS writes. After damage, an object that starts with one of them is taken for a record. */
export const RECORD_KEYS = new Set(
  `EventId EventName eventVersion userIdentity eventTime eventSource eventName awsRegion sourceIPAddress userAgent requestParameters
  responseElements additionalEventData errorCode requestID eventID eventType recipientAccountId`.split(/\s+/),
)

const ENVELOPE_KEYS = new Set(['Records', 'Events'])

/** Where reading resumes. `wait`: more bytes are needed to decide, and `at` is the first byte that must be kept. */
export interface Opening {
  readonly kind: 'record' | 'envelope' | 'wait'
  readonly at: number
}

/**
 * Finds the next object after a damaged place that starts like a record or, outside a list, at the start of a line.
 *
 * `key` is the first key of the records before the damage, for records in a form that AWS does not write.
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

/** Also keeps the line feed before `at`, which shows that a line starts there. */
function wait(bytes: Buffer, at: number): Opening {
  return { kind: 'wait', at: bytes[at - 1] === 0x0a ? at - 1 : at }
}
