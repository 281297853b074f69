import { outcomeOf, type Step } from './step.ts'

/** The name of the inline policy that quarantines a user; one for each incident, so that two never mix. */
export function quarantinePolicyName(incidentId: string): string {
  return `CountersignQuarantine-${incidentId}`
}

/** No condition: `aws:TokenIssueTime` is absent from a call made with a long-lived key, so it would let that call through. */
export const DENY_ALL = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Sid: 'CountersignQuarantine', Effect: 'Deny', Action: '*', Resource: '*' }],
})

/** Denies everything to a user, and so to the sessions of GetSessionToken and GetFederationToken that outlive its key. */
export function userDenyAll(userName: string, incidentId: string): Step {
  const policyName = quarantinePolicyName(incidentId)
  return {
    target: `user-policy:${userName}/${policyName}`,
    title: `inline policy that denies ${userName} everything`,
    userName,
    async read(iam) {
      return (await iam.getUserPolicy(userName, policyName)) ?? null
    },
    contained: () => DENY_ALL,
    async write(iam, value) {
      if (value !== null) return outcomeOf(await iam.putUserPolicy(userName, policyName, value))
      await iam.deleteUserPolicy(userName, policyName)
      return 'written'
    },
  }
}
