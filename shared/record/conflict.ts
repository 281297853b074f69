import { type ErrorCode, ResponderError } from '../errors.ts'

/** Other writers were first in every attempt. Nothing is wrong with what was to be written. */
const CONFLICTS: ReadonlySet<ErrorCode> = new Set(['incident.conflict', 'record.conflict', 'identity.conflict'])

/** Returns true for an error that says that other writers were first in every attempt. */
export function isConflict(cause: unknown): boolean {
  return cause instanceof ResponderError && CONFLICTS.has(cause.code)
}
