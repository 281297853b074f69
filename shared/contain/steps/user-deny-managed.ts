import { outcomeOf, type Step } from './step.ts'

/** Attaches the stack's deny-all policy to a user: for one whose room for inline policies is used up. */
export function userDenyAttached(userName: string, policyArn: string): Step {
  return {
    target: `user-attachment:${userName}/${policyArn}`,
    title: `managed policy that denies ${userName} everything`,
    subject: { kind: 'iam-user', name: userName },
    async read(iam) {
      return (await iam.isAttached(userName, policyArn)) ? 'attached' : null
    },
    contained: () => 'attached',
    async write(iam, value) {
      if (value !== null) return outcomeOf(await iam.attachUserPolicy(userName, policyArn))
      await iam.detachUserPolicy(userName, policyArn)
      return 'written'
    },
  }
}

/**
 * Makes the stack's deny-all policy the boundary of a user: for one that has ten policies attached as well, and for one whose
 * deny policy somebody keeps taking away. The boundary from before is the value that release sets back.
 */
export function userBoundary(userName: string, policyArn: string): Step {
  return {
    target: `user-boundary:${userName}/${policyArn}`,
    title: `permissions boundary that denies ${userName} everything`,
    subject: { kind: 'iam-user', name: userName },
    async read(iam) {
      return (await iam.boundaryOf(userName)) ?? null
    },
    contained: () => policyArn,
    async write(iam, value) {
      return outcomeOf(await iam.setBoundary(userName, value ?? undefined))
    },
  }
}
