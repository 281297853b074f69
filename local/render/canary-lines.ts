import { boundsFor } from '../../shared/domain/bounds.ts'
import { globsMeet } from '../../shared/domain/glob.ts'
import type { Policy } from '../../shared/domain/policy.ts'

/** A text that stands for what `*` matches, so that a pattern becomes an ARN of it. */
const SOMEBODY = 'somebody'

/** Which users are canaries. */
export function canaryLines(policy: Policy): string[] {
  const { users } = policy.canaries
  if (users.length === 0) return ['No user is a canary.']
  const modes = new Set(users.map((pattern) => boundsOf(pattern, policy).mode).filter((mode) => mode !== 'contain'))
  const held =
    modes.size === 0 ? '' : `; mode ${[...modes].join(' and ')} keeps ${users.length > 1 ? 'some of ' : ''}them from being contained`
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
  const arn = policy.protected.arns.find((one) => arnsMeet(one, pattern))
  return arn === undefined
    ? []
    : [`canaries.users ${pattern} and protected.arns ${arn} name the same users: of those a person is only asked`]
}

/** That the policy's own mode contains nobody is told elsewhere. */
function heldBack(pattern: string, policy: Policy): string[] {
  const { mode, tier } = boundsOf(pattern, policy)
  return mode === 'contain' || mode === policy.mode
    ? []
    : [`a canary of ${pattern} is not contained: mode ${mode} of tier ${tier} holds it back`]
}

/** The bounds of a user of a pattern. The override ends by itself. */
function boundsOf(pattern: string, { override: _, ...policy }: Policy): ReturnType<typeof boundsFor> {
  const arn = pattern
    .replaceAll(/\*+/g, SOMEBODY)
    .replace(`::${SOMEBODY}:`, '::123456789012:')
    .replace(/^arn:[^:]*/, 'arn:aws')
  return boundsFor(policy, arn, {}, 0)
}

/** The first parts of an ARN; the sixth is the resource, which may hold colons. */
const PARTS = /^([^:]*):([^:]*):([^:]*):([^:]*):([^:]*):(.*)$/s

/** True where an ARN may be of both patterns. No part but the last holds a colon, so `*` in one matches nothing of the next. */
function arnsMeet(one: string, other: string): boolean {
  const [a, b] = [PARTS.exec(one), PARTS.exec(other)]
  return a === null || b === null ? globsMeet(one, other) : a.slice(1).every((part, at) => globsMeet(part, b[at + 1] ?? ''))
}

function rotated(pattern: string, { rotation }: Policy): string[] {
  const users = rotation.users.find((one) => arnsMeet(one, pattern))
  return users === undefined
    ? []
    : [
        `canaries.users ${pattern} and rotation.users ${users} name the same users: whoever has a secret to rotate has work, and is no canary`,
      ]
}
