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

/** A stored item that cannot be parsed: damaged, forged or written by a newer release. It must never be treated as absent. */
export class UnreadableItem extends ResponderError {
  /** The key under which it is stored. */
  readonly key: string
  /** The first fault, in terms of the schema. It never quotes the stored text. */
  readonly issue: string
  /** True when a newer release wrote it, so that only that release can read it. */
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

/** Makes a key printable: it contains text from outside, such as the name of an identity. */
function printableKey(key: string): string {
  return key.replace(/[^\x20-\x7e]/g, '?').slice(0, 300)
}

/**
 * A stored entry of the record that cannot be parsed. This release never writes one, so it points to tampering, to a storage fault or to a newer
 * release.
 */
export class UnreadableEntry extends ResponderError {
  readonly subject: string
  readonly number: number
  /** True when a newer release wrote it, so that only that release can read it. */
  readonly isNewer: boolean

  constructor(subject: string, number: number, { issue, isNewer = false }: { issue?: string; isNewer?: boolean } = {}) {
    const what = issue === undefined ? 'cannot be read' : `cannot be read (${issue})`
    super(
      'record.unreadable',
      `${printableKey(subject)}: entry ${number} ${what}; run \`countersign changes verify\` for every fault of the record`,
    )
    this.subject = subject
    this.number = number
    this.isNewer = isNewer
  }
}

/** What is wrong with the object of an archived incident. `missing`: there is none. `changed`: its text has another hash, or is no archive. `swapped`: it is another incident's. */
export type ArchiveFault = 'missing' | 'changed' | 'swapped'

/** Entries of a chain are in an archive that cannot be read. */
export class UnreadableArchive extends UnreadableEntry {
  readonly fault: ArchiveFault

  constructor(subject: string, number: number, { fault, issue }: { fault: ArchiveFault; issue: string }) {
    super(subject, number, { issue })
    this.fault = fault
  }
}

/**
 * IAM of another account refuses the responder: its role is not there, does not trust the responder, or lacks a right. It does not pass by itself; people of
 * that account have to act. The name begins as those of AWS's own refusals do.
 */
export class RefusedInAccount extends ResponderError {
  override readonly name = 'AccessDeniedInAccount'
  readonly account: string

  constructor(account: string, message: string, options?: { cause?: unknown }) {
    super('account.refused', message, options)
    this.account = account
  }
}

/** The name of a thrown value. Logs and the record get only this part of an error, because messages may quote input. */
export function errorName(cause: unknown): string {
  return cause instanceof Error ? cause.name : 'unknown error'
}

/** Stable codes of `ResponderError`; docs/errors.md explains each. */
export type ErrorCode =
  | 'account.busy'
  | 'account.refused'
  | 'archive.failed'
  | 'config.invalid'
  | 'declined'
  | 'folder.unsafe'
  | 'github.unavailable'
  | 'pattern.unknown'
  | 'message.unknown'
  | 'policy.invalid'
  | 'policy.missing'
  | 'policy.conflict'
  | 'input.unreadable'
  | 'incident.unknown'
  | 'incident.state'
  | 'incident.conflict'
  | 'incident.releasing'
  | 'identity.conflict'
  | 'lookup.incomplete'
  | 'press.unsigned'
  | 'review.forbidden'
  | 'review.stale'
  | 'review.second'
  | 'record.conflict'
  | 'record.unreadable'
  | 'redrive.incomplete'
  | 'seal.conflict'
  | 'store.unavailable'
  | 'store.unreadable'
  | 'secret.invalid'
  | 'stack.unknown'
  | 'usage'
