import { awsManagedPolicyIn, partitionFrom, roleArn, userArn } from '../../domain/arn.ts'
import { attemptWith } from '../../domain/attempt.ts'
import { wordsFor } from '../../domain/containable.ts'
import { type Identity, type Signal, text } from '../../domain/signal.ts'

/**
 * The names of the managed policy that AWS attaches to a user whose key was found in public, and from V4 on also to a role. Versions end in
 * `V2`, `V3` and so on. Its ARN differs by partition.
 * @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCompromisedKeyQuarantineV4.html
 */
const QUARANTINE_POLICY = /^AWSCompromisedKeyQuarantine(V\d{1,3})?$/

/** Names of the inline policies by which AWS quarantined users before it had managed ones, and sometimes still does. */
const INLINE_NAMES = ['AWSExposedCredentialPolicy', 'AWSCompromisedKeyQuarantine']

/** What CloudTrail writes as `sourceIPAddress` where AWS itself made a call. A caller chooses its user agent, but not this. */
const BY_AWS = 'AWS Internal'

/**
 * The signal that a user or a role was quarantined, which the call that attaches the policy gives beside itself; otherwise undefined.
 *
 * Its identity is the user or role and not the caller. The call names no key, so its credential is of kind `none` and stands for all of them.
 * `AWS_IAM_QUARANTINE_POLICY` where AWS made the call, also where the call was refused: then nothing was attached, and the report is as true.
 * `QUARANTINE_POLICY_BY_OTHER` where somebody else did, of whom `request.by` tells. That is no act of the user or role, so its credential is
 * that of an attempt: it asks at most.
 */
export function quarantineExposure(signal: Signal): Signal | undefined {
  const identity = isQuarantine(signal) ? quarantined(signal) : undefined
  if (identity === undefined) return selfQuarantineRefused(signal)
  if (isByAws(signal, identity)) return exposure(signal, isSame(signal.identity, identity) ? signal.identity : identity)
  if (signal.outcome !== 'success') return undefined
  const reported = exposure(signal, identity)
  const by = `${signal.identity.name} (${wordsFor(signal.identity)}) from ${signal.origin.address}`
  return {
    ...reported,
    credential: attemptWith(reported.credential),
    exposure: 'QUARANTINE_POLICY_BY_OTHER',
    request: { ...signal.request, by },
  }
}

/** The user or role that a call quarantines though it is not the caller's own and AWS did not make the call; otherwise undefined. */
export function quarantinedByOther(signal: Signal): Identity | undefined {
  const identity = isQuarantine(signal) ? quarantined(signal) : undefined
  return identity === undefined || isByAws(signal, identity) || isSame(signal.identity, identity) ? undefined : identity
}

function exposure({ isRolePathUnknown: isCallersUnknown, ...signal }: Signal, identity: Identity): Signal {
  // The request names a role without its path, and so may the record of a session.
  const isPathUnknown = identity.kind === 'role' && (identity !== signal.identity || isCallersUnknown === true)
  return {
    ...signal,
    ...(isPathUnknown ? { isRolePathUnknown: true } : {}),
    id: `${signal.id}#exposure`,
    kind: 'credential-exposure',
    identity,
    credential: { id: `none:${identity.id}`, kind: 'none' },
    created: undefined,
    exposure: 'AWS_IAM_QUARANTINE_POLICY',
  }
}

/**
 * True where CloudTrail says that AWS made the call: an AWS service is the caller, or AWS called as the user or role that is quarantined. The
 * address alone is not enough, because AWS services also write it for calls that they make for a caller about somebody else. A user that quarantines
 * itself counts from any address: nobody does that to oneself, whoever holds its key can have nobody else contained by it, and AWS has called from
 * public addresses too. A role is in many hands.
 */
function isByAws({ identity, origin, isAuthenticated }: Signal, target: Identity): boolean {
  if (identity.kind === 'aws-service') return true
  return isAuthenticated && isSame(identity, target) && (target.kind === 'iam-user' || origin.address === BY_AWS)
}

/** Compares by name, which is one in an account whatever the path: a request names a user without its path. */
function isSame(a: Identity, b: Identity): boolean {
  return a.kind === b.kind && a.name === b.name && a.account === b.account
}

/**
 * The report of AWS that was refused, where CloudTrail leaves out what was asked, as it may for calls that are denied.
 *
 * With a long-lived key from AWS's own address only AWS calls: the console and the services that call for a user have a session.
 */
function selfQuarantineRefused(signal: Signal): Signal | undefined {
  const { action, outcome, identity, credential, origin, request } = signal
  const isRefused = outcome === 'denied' && USER_ACTIONS.includes(action) && Object.keys(request).length === 0
  const isAws = identity.kind === 'iam-user' && credential.kind === 'access-key' && origin.address === BY_AWS
  return isRefused && isAws ? exposure(signal, identity) : undefined
}

/** The calls by which AWS quarantines a user. */
const USER_ACTIONS = ['iam:AttachUserPolicy', 'iam:PutUserPolicy']

/** The caller may be AWS itself, which has no ARN, so the ARN of the policy says the partition before the region does. */
function quarantined({ action, account, region, request }: Signal): Identity | undefined {
  const place = { account, partition: partitionFrom([text(request, 'policyArn')], region) }
  const name = text(request, action === 'iam:AttachRolePolicy' ? 'roleName' : 'userName')
  if (name === undefined) return undefined
  if (action === 'iam:AttachRolePolicy') return { id: roleArn(place, name), kind: 'role', name, account }
  return { id: userArn(place, name), kind: 'iam-user', name, account }
}

function isQuarantine({ action, request }: Signal): boolean {
  if (action === 'iam:AttachUserPolicy' || action === 'iam:AttachRolePolicy')
    return QUARANTINE_POLICY.test(awsManagedPolicyIn(text(request, 'policyArn') ?? '') ?? '')
  return action === 'iam:PutUserPolicy' && isExposedPolicy(text(request, 'policyName'))
}

function isExposedPolicy(name: string | undefined): boolean {
  return name !== undefined && INLINE_NAMES.some((prefix) => name.startsWith(prefix))
}
