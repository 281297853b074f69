import * as z from 'zod'
import { outcomeOf } from './step.ts'
import { defineStepKind, PolicyArn, UserName } from './step-kind.ts'

/** The stack's deny-all policy, attached to a user: for one whose room for inline policies is used up. */
export const userAttachment = defineStepKind({
  kind: 'user-attachment',
  target: z.strictObject({ kind: z.literal('user-attachment'), userName: UserName, policyArn: PolicyArn }),
  owner: 'userName',
  name: 'policyArn',
  isCredential: false,
  calls: {
    reads: ['ListAttachedUserPolicies'],
    set: 'AttachUserPolicy',
    unset: 'DetachUserPolicy',
    // What else somebody attaches lifts nothing: an explicit Deny outweighs every Allow.
    reversedBy: ['DetachUserPolicy'],
    policyParameter: 'policyArn',
    isOwnPolicyOnly: true,
  },
  documentation: {
    what: 'a managed policy of a user',
    how: "the stack's own, which denies everything, is attached; where there is no room for the inline one",
    back: 'it is detached',
  },
  title: ({ userName }) => `${userName} denied everything, by a managed policy`,
  async read(iam, { userName, policyArn }) {
    return (await iam.isAttached(userName, policyArn)) ? 'attached' : null
  },
  contained: () => 'attached',
  isContaining: (value) => value === 'attached',
  async write(iam, { userName, policyArn }, value) {
    if (value !== null) return outcomeOf(await iam.attachUserPolicy(userName, policyArn))
    await iam.detachUserPolicy(userName, policyArn)
    return 'written'
  },
})
