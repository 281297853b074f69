import * as z from 'zod'
import { incidentOfPolicy } from '../../domain/own-policy.ts'
import { briefPolicy } from './quarantine.ts'
import { outcomeOf } from './step.ts'
import { defineStepKind, PolicyName, UserName } from './step-kind.ts'

/** An inline policy of a user, by its name: there or not there. */
export const userPolicy = defineStepKind({
  kind: 'user-policy',
  target: z.strictObject({ kind: z.literal('user-policy'), userName: UserName, policyName: PolicyName }),
  owner: 'userName',
  name: 'policyName',
  isCredential: false,
  calls: {
    reads: ['GetUserPolicy'],
    set: 'PutUserPolicy',
    unset: 'DeleteUserPolicy',
    reversedBy: ['DeleteUserPolicy', 'PutUserPolicy'],
    policyParameter: 'policyName',
  },
  documentation: {
    what: 'an inline policy of a user',
    how: 'one of ours that denies everything; before that, one that restricts; while its key is made anew, one that denies its sessions',
    back: 'the policy goes',
  },
  title: ({ userName, policyName }) => `inline policy ${policyName} of user ${userName}`,
  async read(iam, { userName, policyName }) {
    return (await iam.getUserPolicy(userName, policyName)) ?? null
  },
  contained: () => undefined,
  isContaining: (value, { policyName }) => incidentOfPolicy(policyName) !== undefined && briefPolicy(value) !== undefined,
  async write(iam, { userName, policyName }, value) {
    if (value !== null) return outcomeOf(await iam.putUserPolicy(userName, policyName, value))
    await iam.deleteUserPolicy(userName, policyName)
    return 'written'
  },
  brief: briefPolicy,
})
