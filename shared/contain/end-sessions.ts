import { type Revocation, revocation, revocationIn, revocationPolicyName } from './steps/quarantine.ts'
import { rolePolicy } from './steps/role-policy.ts'
import type { Step, StepValue } from './steps/step.ts'

/**
 * Ends sessions of a role: those of `names`, or all where there are none. `since` is when the last of them was seen: a standing policy
 * that covers it stays as it is, an older one gives way to one of `now`, so that a session which was asked for anew ends as well.
 */
export function endSessions(
  roleName: string,
  incidentId: string,
  { names, since, now }: { names: readonly string[]; since: number; now: number },
): Step {
  const wanted: Revocation = { issuedBefore: now, names }
  return rolePolicy.step(
    { roleName, policyName: revocationPolicyName(incidentId) },
    {
      contained: (before) => (covers(before, { names, since }) ? before : revocation(wanted)),
      title:
        names.length === 0
          ? `every session of role ${roleName} ended that was issued until now`
          : `sessions ${names.join(', ')} of role ${roleName} ended`,
    },
  )
}

function covers(document: StepValue, { names, since }: { names: readonly string[]; since: number }): boolean {
  const standing = document === null ? undefined : revocationIn(document)
  if (standing === undefined || standing.issuedBefore < since) return false
  return standing.names.length === 0 || (names.length > 0 && names.every((name) => standing.names.includes(name)))
}
