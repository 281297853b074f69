import { refusalIn } from '../../domain/refusal.ts'
import type { Outcome } from '../../domain/signal.ts'

/** The sign-in events of somebody who is signed in already. */
const SIGNED_IN = /^(SwitchRole|ExitRole|RenewRole|Logout)/

/** Whoever knows the address of the root user can ask for its password to be reset. */
const WITHOUT_SIGN_IN: ReadonlySet<string> = new Set(['PasswordRecoveryRequested'])

/** False where a call or a sign-in was made by somebody whose credentials were not accepted, or without any. */
export function hasAuthenticated(call: { service: string; operation: string; outcome: Outcome; errorCode: string | undefined }): boolean {
  if (call.service === 'signin') {
    if (WITHOUT_SIGN_IN.has(call.operation)) return false
    return call.outcome === 'success' || SIGNED_IN.test(call.operation)
  }
  return call.errorCode === undefined || refusalIn(call.errorCode) !== 'credentials'
}
