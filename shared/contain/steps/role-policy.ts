import * as z from 'zod'
import { incidentOfPolicy } from '../../domain/own-policy.ts'
import { briefPolicy } from './quarantine.ts'
import { outcomeOf } from './step.ts'
import { defineStepKind, PolicyName, RoleName } from './step-kind.ts'

/** An inline policy of a role, by its name: there or not there. */
export const rolePolicy = defineStepKind({
  kind: 'role-policy',
  target: z.strictObject({ kind: z.literal('role-policy'), roleName: RoleName, policyName: PolicyName }),
  owner: 'roleName',
  name: 'policyName',
  isCredential: false,
  calls: {
    reads: ['GetRolePolicy'],
    set: 'PutRolePolicy',
    unset: 'DeleteRolePolicy',
    reversedBy: ['DeleteRolePolicy', 'PutRolePolicy'],
    policyParameter: 'policyName',
  },
  documentation: {
    what: 'an inline policy of a role',
    how: 'one of ours that denies sessions issued until then, by `aws:TokenIssueTime` and, as far as they are known, by their names; before that, one that restricts them; for a role that the credential made, one that denies everything',
    back: 'the policy goes',
  },
  title: ({ roleName, policyName }) => `inline policy ${policyName} of role ${roleName}`,
  async read(iam, { roleName, policyName }) {
    return (await iam.getRolePolicy(roleName, policyName)) ?? null
  },
  contained: () => undefined,
  isContaining: (value, { policyName }) => incidentOfPolicy(policyName) !== undefined && briefPolicy(value) !== undefined,
  async write(iam, { roleName, policyName }, value) {
    if (value !== null) return outcomeOf(await iam.putRolePolicy(roleName, policyName, value))
    await iam.deleteRolePolicy(roleName, policyName)
    return 'written'
  },
  brief: briefPolicy,
})
