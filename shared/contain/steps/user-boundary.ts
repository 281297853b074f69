import * as z from 'zod'
import { outcomeOf } from './step.ts'
import { defineStepKind, PolicyArn, UserName } from './step-kind.ts'

/**
 * The permissions boundary of a user, set to the stack's deny-all policy: for a user that has ten policies attached as well, and for
 * one whose deny policy somebody keeps taking away. The boundary from before is the value that release sets back.
 */
export const userBoundary = defineStepKind({
  kind: 'user-boundary',
  target: z.strictObject({ kind: z.literal('user-boundary'), userName: UserName, policyArn: PolicyArn }),
  owner: 'userName',
  name: 'policyArn',
  isCredential: false,
  calls: {
    reads: ['GetUser'],
    set: 'PutUserPermissionsBoundary',
    unset: 'DeleteUserPermissionsBoundary',
    // A user has one boundary: whoever puts another takes ours away.
    reversedBy: ['DeleteUserPermissionsBoundary', 'PutUserPermissionsBoundary'],
    policyParameter: 'permissionsBoundary',
  },
  documentation: {
    what: 'the permissions boundary of a user',
    how: "the stack's own policy, which denies everything; where ten policies are attached already, or a deny was taken away twice",
    back: 'the boundary from before, or none',
  },
  title: ({ userName }) => `${userName} denied everything, by a permissions boundary`,
  async read(iam, { userName }) {
    return (await iam.boundaryOf(userName)) ?? null
  },
  contained: (_, { policyArn }) => policyArn,
  isContaining: (value, { policyArn }) => value === policyArn,
  async write(iam, { userName }, value) {
    return outcomeOf(await iam.setBoundary(userName, value ?? undefined))
  },
})
