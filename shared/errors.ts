/**
 * An error that stops an operation. Expected outcomes are returned, not thrown.
 *
 * `code` is stable (see docs/errors.md). `message` says what went wrong in the reader's terms, the value seen, what is allowed and the likely
 * fix. It never contains a secret, a token or a raw event.
 */
export class ResponderError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'ResponderError'
    this.code = code
  }
}

/** A stored entry of the record that cannot be parsed. The responder never writes one, so it points to tampering or to a storage fault. */
export class UnreadableEntry extends ResponderError {
  readonly subject: string
  readonly number: number

  constructor(subject: string, number: number, options?: { cause?: unknown }) {
    super(
      'record.unreadable',
      `${subject}: entry ${number} cannot be parsed; run \`countersign changes verify\` for every fault of the record`,
      options,
    )
    this.subject = subject
    this.number = number
  }
}

/** The name of a thrown value. Logs and the record get only this part of an error, because messages may quote input. */
export function errorName(cause: unknown): string {
  return cause instanceof Error ? cause.name : 'unknown error'
}

/** Stable codes of `ResponderError`; docs/errors.md explains each. */
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
