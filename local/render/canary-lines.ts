import { boundsFor } from '../../shared/domain/bounds.ts'
import { globsMeet } from '../../shared/domain/glob.ts'
import type { Policy } from '../../shared/domain/policy.ts'

/** A text that stands for what `*` matches, so that a pattern becomes an ARN of it. */
const SOMEBODY = 'somebody'

/** Which users are canaries. */
export function canaryLines(policy: Policy): string[] {
  const { users } = policy.canaries
  if (users.length === 0) return ['No user is a canary.']
  const held = policy.mode === 'contain' ? '' : `; mode ${policy.mode} keeps them from being contained`
  return [`Canaries, of whom any use is confirmed: ${users.join(', ')}${held}.`]
}

/** Why a canary of the policy would not be contained, or users with work may be canaries, one a line. */
export function canaryWarnings(policy: Policy): string[] {
  return policy.canaries.users.flatMap((pattern) => [
    ...protectedBy(pattern, policy),
    ...heldBack(pattern, policy),
    ...rotated(pattern, policy),
  ])
}

function protectedBy(pattern: string, policy: Policy): string[] {
  const arn = policy.protected.arns.find((one) => globsMeet(one, pattern))
  return arn === undefined
    ? []
    : [`canaries.users ${pattern} and protected.arns ${arn} name the same users: of those a person is only asked`]
}

/** The override ends by itself, and that the policy's own mode contains nobody is told elsewhere. */
function heldBack(pattern: string, { override: _, ...policy }: Policy): string[] {
  const arn = pattern
    .replaceAll(/\*+/g, SOMEBODY)
    .replace(`::${SOMEBODY}:`, '::123456789012:')
    .replace(/^arn:[^:]*/, 'arn:aws')
  const { mode, tier } = boundsFor(policy, arn, {}, 0)
  return mode === 'contain' || mode === policy.mode
    ? []
    : [`a canary of ${pattern} is not contained: mode ${mode} of tier ${tier} holds it back`]
}

function rotated(pattern: string, { rotation }: Policy): string[] {
  const users = rotation.users.find((one) => globsMeet(one, pattern))
  return users === undefined
    ? []
    : [
        `canaries.users ${pattern} and rotation.users ${users} name the same users: whoever has a secret to rotate has work, and is no canary`,
      ]
}
