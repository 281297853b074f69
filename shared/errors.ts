/**
 * A broken promise: something the responder relied on did not hold. Expected outcomes are returned, not thrown.
 *
 * `code` is stable (see docs/errors.md); `message` says what went wrong in the reader's terms, the value seen, what is
 * allowed and the likely fix. It never holds a secret, a token or a raw event.
 */
export class ResponderError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'ResponderError'
    this.code = code
  }
}

/** Something stored that cannot be read as what it should be: damaged, forged, or of a newer release. It is never taken for absent. */
export class UnreadableItem extends ResponderError {
  /** Where it is stored. */
  readonly key: string
  /** The first thing that is wrong, in words of the schema and never of what is stored. */
  readonly issue: string
  /** A newer release wrote it: that one reads it. */
  readonly isNewer: boolean

  constructor(key: string, issue: string, { isNewer = false, cause }: { isNewer?: boolean; cause?: unknown } = {}) {
    const where = printableKey(key)
    super('store.unreadable', `${where} is stored and cannot be read: ${issue}`, { cause })
    this.name = 'UnreadableItem'
    this.key = where
    this.issue = issue
    this.isNewer = isNewer
  }
}

/** A key holds what callers chose, such as the name of an identity. */
function printableKey(key: string): string {
  return key.replace(/[^\x20-\x7e]/g, '?').slice(0, 300)
}

/** An entry of the record whose stored text is no entry: nobody but an intruder or a fault writes one. */
export class UnreadableEntry extends ResponderError {
  readonly subject: string
  readonly number: number
  /** A newer release wrote it: that one reads it. */
  readonly isNewer: boolean

  constructor(subject: string, number: number, { issue, isNewer = false }: { issue?: string; isNewer?: boolean } = {}) {
    const what = issue === undefined ? 'cannot be read' : `cannot be read (${issue})`
    super('record.unreadable', `${printableKey(subject)}: entry ${number} ${what}; \`countersign changes verify\` names what else is wrong`)
    this.subject = subject
    this.number = number
    this.isNewer = isNewer
  }
}

/** The name of whatever was thrown: the only part of an error that goes into logs and the record. */
export function errorName(cause: unknown): string {
  return cause instanceof Error ? cause.name : 'unknown error'
}

export type ErrorCode =
  | 'config.invalid'
  | 'declined'
  | 'policy.invalid'
  | 'policy.missing'
  | 'policy.conflict'
  | 'input.unreadable'
  | 'incident.unknown'
  | 'incident.state'
  | 'incident.conflict'
  | 'identity.conflict'
  | 'lookup.incomplete'
  | 'review.forbidden'
  | 'review.stale'
  | 'review.second'
  | 'record.conflict'
  | 'record.unreadable'
  | 'seal.conflict'
  | 'store.unavailable'
  | 'store.unreadable'
  | 'secret.invalid'
  | 'stack.unknown'
  | 'usage'
