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

/** An entry of the record whose stored text is no entry: nobody but an intruder or a fault writes one. */
export class UnreadableEntry extends ResponderError {
  readonly subject: string
  readonly number: number

  constructor(subject: string, number: number, options?: { cause?: unknown }) {
    super(
      'record.unreadable',
      `${subject}: entry ${number} cannot be read; \`countersign changes verify\` names what else is wrong`,
      options,
    )
    this.subject = subject
    this.number = number
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
  | 'secret.invalid'
  | 'stack.unknown'
  | 'usage'
