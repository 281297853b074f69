import { printable } from '../../shared/domain/printable.ts'
import { clearError } from '../clear-error.ts'

/** `look`: it works, and a person should look at it. `not known`: it could not be read, which is never taken for `ok`. */
export type CheckState = 'ok' | 'look' | 'broken' | 'not known'

/** What one check found: the fact in a sentence, and what to do about it. */
export interface CheckResult {
  readonly state: CheckState
  readonly fact: string
  readonly todo?: string
}

/** What was checked, and what was found. */
export interface Check extends CheckResult {
  readonly name: string
}

/** The longest reason of another system that is printed. */
const REASON_LENGTH = 300

/** Runs a check. Where it cannot be read, the reason is the fact; `needs` says what has to be there to read it. */
export async function checked(name: string, needs: string, read: () => Promise<CheckResult> | CheckResult): Promise<Check> {
  try {
    return { name, ...(await read()) }
  } catch (cause) {
    return { name, ...notKnown(cause, needs) }
  }
}

/** What is found where something could not be read. */
export function notKnown(cause: unknown, needs: string): CheckResult {
  const clear = clearError(cause)
  const reason = clear instanceof Error ? clear.message : String(clear)
  return { state: 'not known', fact: `It could not be read: ${printable(reason, REASON_LENGTH)}`, todo: `Reading it needs ${needs}.` }
}
