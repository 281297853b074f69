import { type Signal, text } from '../../domain/signal.ts'

/** The ARN of the managed policy that AWS attaches to a user whose key was found in public. Versions end in `V2`, `V3` and so on. */
const QUARANTINE_POLICY = 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantine'

/** Names of the inline policies by which AWS quarantined users before it had managed ones, and sometimes still does. */
const INLINE_NAMES = ['AWSExposedCredentialPolicy', 'AWSCompromisedKeyQuarantine']

/**
 * The signal that AWS quarantined a user, which the call that attaches the policy gives beside itself; otherwise undefined.
 *
 * Its identity is the user and not the caller. The call names no key, so its credential is of kind `none` and stands for all keys of the user.
 */
export function quarantineExposure(signal: Signal): Signal | undefined {
  if (!isQuarantine(signal)) return undefined
  const userName = text(signal.request, 'userName')
  if (userName === undefined) return undefined
  const id = `arn:aws:iam::${signal.account}:user/${userName}`
  return {
    ...signal,
    id: `${signal.id}#exposure`,
    kind: 'credential-exposure',
    identity: { id, kind: 'iam-user', name: userName, account: signal.account },
    credential: { id: `none:${id}`, kind: 'none' },
    created: undefined,
    exposure: 'AWS_IAM_QUARANTINE_POLICY',
  }
}

function isQuarantine({ action, outcome, request }: Signal): boolean {
  if (outcome !== 'success') return false
  if (action === 'iam:AttachUserPolicy') return text(request, 'policyArn')?.startsWith(QUARANTINE_POLICY) === true
  return action === 'iam:PutUserPolicy' && isExposedPolicy(text(request, 'policyName'))
}

function isExposedPolicy(name: string | undefined): boolean {
  return name !== undefined && INLINE_NAMES.some((prefix) => name.startsWith(prefix))
}
