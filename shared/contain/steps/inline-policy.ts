import { DENY_ALL, quarantinePolicyName, type Revocation, revocation, revocationIn, revocationPolicyName } from './quarantine.ts'
import { outcomeOf, type Step, type StepValue, type Subject } from './step.ts'

/** An inline policy of a user or a role, by its name: there or not there. `contained` says what it is to hold. */
export function inlinePolicy(subject: Subject, policyName: string, contained: Step['contained']): Step {
  const { kind, name } = subject
  const isRole = kind === 'role'
  return {
    target: `${isRole ? 'role' : 'user'}-policy:${name}/${policyName}`,
    title: `inline policy ${policyName} of ${isRole ? 'role' : 'user'} ${name}`,
    subject,
    contained,
    async read(iam) {
      return (await (isRole ? iam.getRolePolicy(name, policyName) : iam.getUserPolicy(name, policyName))) ?? null
    },
    async write(iam, value) {
      if (value !== null)
        return outcomeOf(await (isRole ? iam.putRolePolicy(name, policyName, value) : iam.putUserPolicy(name, policyName, value)))
      await (isRole ? iam.deleteRolePolicy(name, policyName) : iam.deleteUserPolicy(name, policyName))
      return 'written'
    },
  }
}

/** Denies everything to a user, and so to the sessions of GetSessionToken and GetFederationToken that outlive its key; or to a role. */
export function denyAll(subject: Subject, incidentId: string): Step {
  return {
    ...inlinePolicy(subject, quarantinePolicyName(incidentId), () => DENY_ALL),
    title: `inline policy that denies ${subject.name} everything`,
  }
}

/**
 * Ends sessions of a role. `since` is when the last of them was seen: a standing policy that covers it stays as it is, an
 * older one gives way to one of `now`, so that a session which was asked for anew ends as well.
 */
export function sessionsRevoked(
  roleName: string,
  incidentId: string,
  { names, since, now }: { names: readonly string[]; since: number; now: number },
): Step {
  const wanted: Revocation = { issuedBefore: now, names }
  return {
    ...inlinePolicy({ kind: 'role', name: roleName }, revocationPolicyName(incidentId), (before) =>
      covers(before, { names, since }) ? before : revocation(wanted),
    ),
    title:
      names.length === 0
        ? `every session of role ${roleName} ended that was issued until now`
        : `sessions ${names.join(', ')} of role ${roleName} ended`,
  }
}

function covers(document: StepValue, { names, since }: { names: readonly string[]; since: number }): boolean {
  const standing = document === null ? undefined : revocationIn(document)
  if (standing === undefined || standing.issuedBefore < since) return false
  return standing.names.length === 0 || (names.length > 0 && names.every((name) => standing.names.includes(name)))
}
