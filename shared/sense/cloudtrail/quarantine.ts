import { awsManagedPolicyIn, partitionFrom, roleArn, userArn } from '../../domain/arn.ts'
import { type Identity, type Signal, text } from '../../domain/signal.ts'

/**
 * The names of the managed policy that AWS attaches to a user whose key was found in public, and from V4 on also to a role. Versions end in
 * `V2`, `V3` and so on. Its ARN differs by partition.
 * @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCompromisedKeyQuarantineV4.html
 */
const QUARANTINE_POLICY = /^AWSCompromisedKeyQuarantine(V\d{1,3})?$/

/** Names of the inline policies by which AWS quarantined users before it had managed ones, and sometimes still does. */
const INLINE_NAMES = ['AWSExposedCredentialPolicy', 'AWSCompromisedKeyQuarantine']

/**
 * The signal that AWS quarantined a user or a role, which the call that attaches the policy gives beside itself; otherwise undefined.
 *
 * Its identity is the user or role and not the caller. The call names no key, so its credential is of kind `none` and stands for all of them.
 */
export function quarantineExposure(signal: Signal): Signal | undefined {
  const identity = isQuarantine(signal) ? quarantined(signal) : undefined
  if (identity === undefined) return undefined
  return {
    ...signal,
    id: `${signal.id}#exposure`,
    kind: 'credential-exposure',
    identity,
    credential: { id: `none:${identity.id}`, kind: 'none' },
    created: undefined,
    exposure: 'AWS_IAM_QUARANTINE_POLICY',
  }
}

/** The caller may be AWS itself, which has no ARN, so the ARN of the policy says the partition before the region does. */
function quarantined({ account, region, request }: Signal): Identity | undefined {
  const place = { account, partition: partitionFrom([text(request, 'policyArn')], region) }
  const userName = text(request, 'userName')
  if (userName !== undefined) return { id: userArn(place, userName), kind: 'iam-user', name: userName, account }
  const roleName = text(request, 'roleName')
  return roleName === undefined ? undefined : { id: roleArn(place, roleName), kind: 'role', name: roleName, account }
}

function isQuarantine({ action, outcome, request }: Signal): boolean {
  if (outcome !== 'success') return false
  if (action === 'iam:AttachUserPolicy' || action === 'iam:AttachRolePolicy')
    return QUARANTINE_POLICY.test(awsManagedPolicyIn(text(request, 'policyArn') ?? '') ?? '')
  return action === 'iam:PutUserPolicy' && isExposedPolicy(text(request, 'policyName'))
}

function isExposedPolicy(name: string | undefined): boolean {
  return name !== undefined && INLINE_NAMES.some((prefix) => name.startsWith(prefix))
}
