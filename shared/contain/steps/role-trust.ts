import * as z from 'zod'
import { isSameValue, outcomeOf } from './step.ts'
import { AccountId, defineStepKind, RoleName } from './step-kind.ts'

const SID = 'CountersignOutside'

/**
 * The trust policy of a role, closed to everybody from outside the account, whoever it names: a Deny of ours is added to it, and goes
 * again on release. Principals of the account and AWS services go on.
 *
 * Both keys are absent from a call by a federated principal (OIDC, SAML), which is not signed: `StringNotEquals` and `…IfExists` hold
 * for it. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export const roleTrust = defineStepKind({
  kind: 'role-trust',
  target: z.strictObject({ kind: z.literal('role-trust'), roleName: RoleName, account: AccountId }),
  owner: 'roleName',
  name: 'account',
  isCredential: false,
  calls: {
    reads: ['GetRole'],
    set: 'UpdateAssumeRolePolicy',
    unset: 'UpdateAssumeRolePolicy',
    reversedBy: ['UpdateAssumeRolePolicy'],
  },
  documentation: {
    what: 'the trust policy of a role',
    how: 'closed to principals from outside the account by a Deny of ours, once a person approves',
    back: 'the trust policy from before',
  },
  title: ({ roleName, account }) => `role ${roleName} closed to principals from outside account ${account}`,
  async read(iam, { roleName }) {
    return (await iam.getTrust(roleName)) ?? null
  },
  contained: (before, { account }) => (before === null ? undefined : closed(before, account)),
  isContaining: (value, { account }) => isSameValue(value, closed(value, account)),
  async write(iam, { roleName }, value) {
    return value === null ? 'gone' : outcomeOf(await iam.setTrust(roleName, value))
  },
  brief: (value) => (statementsOf(parsed(value)).some(({ Sid }) => Sid === SID) ? 'closed to outside' : undefined),
})

function closed(document: string, account: string): string {
  const policy = parsed(document)
  const deny = {
    Sid: SID,
    Effect: 'Deny',
    Principal: '*',
    Action: ['sts:AssumeRole', 'sts:AssumeRoleWithSAML', 'sts:AssumeRoleWithWebIdentity'],
    Condition: { StringNotEquals: { 'aws:PrincipalAccount': account }, BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' } },
  }
  return JSON.stringify({ ...policy, Statement: [...statementsOf(policy).filter(({ Sid }) => Sid !== SID), deny] })
}

function statementsOf({ Statement }: TrustPolicy): { Sid?: string }[] {
  return [Statement ?? []].flat()
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
