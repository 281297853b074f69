import { type Revocation, revocation, revocationIn, revocationPolicyName } from './steps/quarantine.ts'
import { rolePolicy } from './steps/role-policy.ts'
import type { Step, StepValue, Subject } from './steps/step.ts'

/**
 * Ends sessions of a role: those of `names`, or all where `names` is empty. `since` is when the last of them was seen. A policy in force that
 * covers that time stays as it is; an older one is replaced by one of `now`, so that a session which was requested again ends as well.
 */
export function endSessions(
  { name: roleName, account }: Pick<Subject, 'name' | 'account'>,
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
          ? `every session of role ${roleName} ended that was issued by then`
          : `sessions ${names.join(', ')} of role ${roleName} ended`,
    },
    account,
  )
}

function covers(document: StepValue, { names, since }: { names: readonly string[]; since: number }): boolean {
  const standing = document === null ? undefined : revocationIn(document)
  if (standing === undefined || standing.issuedBefore < since) return false
  return standing.names.length === 0 || (names.length > 0 && names.every((name) => standing.names.includes(name)))
}
