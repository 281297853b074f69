import { secretFor } from './bounds.ts'
import type { Incident } from './incident.ts'
import type { Policy } from './policy.ts'

/** True where a confirmation has the keys of an incident's user made anew, in a stack that can. Only what was contained is: an active old key would keep working beside the new one. */
export function isRotatable(
  { identity, credentials, containedAt }: Pick<Incident, 'identity' | 'credentials' | 'containedAt'>,
  policy: Pick<Policy, 'rotation'>,
): boolean {
  const hasKey = identity.kind === 'iam-user' && credentials.some(({ kind }) => kind === 'access-key')
  return hasKey && containedAt !== undefined && secretFor(policy, identity) !== undefined
}
