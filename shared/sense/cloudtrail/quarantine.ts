import { type Signal, text } from '../../domain/signal.ts'

/** AWS attaches `AWSCompromisedKeyQuarantine`, `…V2` or `…V3` to a user whose key it saw in public: match any version. */
const QUARANTINE_POLICY = 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantine'

/** Names of inline policies with which AWS quarantined before there were managed ones, and sometimes still does. */
const INLINE_NAMES = ['AWSExposedCredentialPolicy', 'AWSCompromisedKeyQuarantine']

/**
 * The exposure that AWS's quarantine of a user says, beside the call itself: its subject is the user, not the caller.
 * No key is named, so the credential is the user's keys together.
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
