import type { Baseline } from '../../domain/baseline.ts'
import { type BlastRadius, UNKNOWN_REACH } from '../../domain/blast-radius.ts'
import { iamActionsOf } from '../../domain/iam-actions.ts'
import { REACH_REASONS } from '../../domain/stored-reach.ts'
import { POWERS } from './powers.ts'
import { type ReachPart, scoreOf } from './score.ts'
import seenPaths from './seen-paths.json' with { type: 'json' }

/**
 * The blast radius where policies are not known. It is in the middle: what an identity was seen to do can only raise it. `latest` is the action of the current
 * call where it succeeded; undefined otherwise.
 */
export function observedBlastRadius(baseline: Baseline, latest?: string): BlastRadius {
  const { values } = baseline.features.action
  if (values.length === 0 && latest === undefined)
    return { score: UNKNOWN_REACH, basis: 'unknown', reasons: ['nothing is known of this identity yet'] }
  const parts = partsSeen(new Set(latest === undefined ? values : [...values, latest]))
  const reasons = [...parts.map(({ reason }) => reason), 'what else it may do is not known']
  return { score: Math.max(UNKNOWN_REACH, scoreOf(parts)), basis: 'observed', reasons }
}

/** A blast radius by policies, raised by what the identity was seen to do: rights that were granted since its policies were read are in none of them. */
export function raisedBySeen(known: BlastRadius, baseline: Baseline, latest?: string): BlastRadius {
  const { values } = baseline.features.action
  const parts = partsSeen(new Set(latest === undefined ? values : [...values, latest]))
  const score = scoreOf(parts)
  if (score <= known.score) return known
  const reasons = [...parts.map(({ reason }) => `${reason}, as was seen`), ...known.reasons]
  return { score, basis: 'policies', reasons: reasons.slice(0, REACH_REASONS) }
}

/**
 * What calls that were made show: `s3:PutBucketReplication` in a log is the right `s3:PutReplicationConfiguration`. A name that was observed is one call, whatever signs an
 * intruder put into it.
 */
function partsSeen(calls: ReadonlySet<string>): readonly ReachPart[] {
  const seen = new Set([...calls].flatMap((call) => [call, ...iamActionsOf(call)]))
  const isOpen = (paths: readonly (readonly string[])[]) =>
    paths.some((permissions) => permissions.every((permission) => seen.has(permission)))
  return [
    ...(isOpen(seenPaths['self-escalation']) ? [{ points: 97, reason: 'can change who may do what' }] : []),
    ...(isOpen(seenPaths['principal-access']) ? [{ points: 92, reason: 'can act as another user or role' }] : []),
    ...POWERS.filter(({ actions }) => actions.some((action) => seen.has(action))),
  ]
}
