import type { Step } from './step.ts'

const SID = 'CountersignOutside'

/**
 * Closes a role to everybody from outside the account, whoever its trust policy names: a Deny of ours is added to it, and goes
 * again on release. Principals of the account and AWS services go on.
 *
 * Both keys are absent from a call by a federated principal (OIDC, SAML), which is not signed: `StringNotEquals` and `…IfExists` hold
 * for it. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export function trustClosed(roleName: string, account: string): Step {
  return {
    target: `role-trust:${roleName}/${account}`,
    title: `role ${roleName} closed to principals from outside account ${account}`,
    subject: { kind: 'role', name: roleName },
    async read(iam) {
      return (await iam.getTrust(roleName)) ?? null
    },
    contained: (before) => (before === null ? undefined : closed(before, account)),
    async write(iam, value) {
      if (value === null) return 'gone'
      const put = await iam.setTrust(roleName, value)
      if (put === 'put') return 'written'
      return put === 'quota' ? 'quota' : 'gone'
    },
  }
}

function closed(document: string, account: string): string {
  const policy = parsed(document)
  const statements: { Sid?: string }[] = [policy.Statement ?? []].flat()
  const deny = {
    Sid: SID,
    Effect: 'Deny',
    Principal: '*',
    Action: ['sts:AssumeRole', 'sts:AssumeRoleWithSAML', 'sts:AssumeRoleWithWebIdentity'],
    Condition: { StringNotEquals: { 'aws:PrincipalAccount': account }, BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' } },
  }
  return JSON.stringify({ ...policy, Statement: [...statements.filter(({ Sid }) => Sid !== SID), deny] })
}

/** A policy that cannot be read lets nobody be told apart: then the Deny stands alone, and release gives back the text as it was. */
function parsed(document: string): TrustPolicy {
  try {
    const policy = JSON.parse(document)
    return typeof policy === 'object' && policy !== null && !Array.isArray(policy) ? policy : EMPTY
  } catch {
    return EMPTY
  }
}

interface TrustPolicy {
  readonly Version?: string
  readonly Statement?: { Sid?: string } | { Sid?: string }[]
}

const EMPTY: TrustPolicy = { Version: '2012-10-17' }
