import { DENY_ALL, quarantinePolicyName } from './steps/quarantine.ts'
import { rolePolicy } from './steps/role-policy.ts'
import type { Step, Subject } from './steps/step.ts'
import { userPolicy } from './steps/user-policy.ts'

/** Denies everything to a user, and so to the sessions of GetSessionToken and GetFederationToken that outlive its key; or to a role. */
export function denyAll({ kind, name, account }: Subject, incidentId: string): Step {
  const policyName = quarantinePolicyName(incidentId)
  const wanted = { contained: () => DENY_ALL, title: `${name} denied everything, by an inline policy` }
  return kind === 'role'
    ? rolePolicy.step({ roleName: name, policyName }, wanted, account)
    : userPolicy.step({ userName: name, policyName }, wanted, account)
}
