import { isAttempt } from './attempt.ts'
import type { Incident } from './incident.ts'

/**
 * The credentials of an incident that a person wants contained. Where no evidence singles out a session of a role, all that the incident is about are
 * meant: one of them alone would leave the others in use, in an incident that is called contained.
 */
export function orderedCredentials({ identity, credentials }: Incident): Incident['credentials'] {
  if (identity.kind !== 'role' || credentials.some(({ isPrimary }) => isPrimary)) return credentials
  return credentials.map((credential) => ({ ...credential, isPrimary: !isAttempt(credential.id) }))
}
