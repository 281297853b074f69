import type { Finding } from './finding.ts'
import type { Credential } from './signal.ts'

/**
 * What did not authenticate is an attempt by anybody, and no act of the identity that it names; nor is what somebody else in the account says of it.
 * Its credential is kept apart under an id of its own, so that neither window nor evidence nor containment of the true credential know it.
 */
const PREFIX = 'attempt:'

/** The credential of an attempt with a credential: of kind `none`, because nothing of it can be contained. */
export function attemptWith({ id }: Credential): Credential {
  return { id: `${PREFIX}${id}`, kind: 'none' }
}

/** True for the id of an attempt's credential. */
export function isAttempt(credentialId: string): boolean {
  return credentialId.startsWith(PREFIX)
}

/** The credential that an attempt was made with; any other id as it is. */
export function attempted(credentialId: string): string {
  return isAttempt(credentialId) ? credentialId.slice(PREFIX.length) : credentialId
}

/** True for a finding about something that the identity did, with a credential of its own, or that AWS reports of it. */
export function isAboutAct({ credentialId }: Pick<Finding, 'credentialId'>): boolean {
  return !isAttempt(credentialId)
}
