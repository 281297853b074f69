import { arnGlobs } from '../shared/domain/arn-globs.ts'
import { listing } from '../shared/domain/listing.ts'
import type { Policy } from '../shared/domain/policy.ts'

/** An account and names that nobody names by chance: a pattern that matches them matches all. */
const ANY_ACCOUNT = '000000000000'
const ANY_NAME = '~/~'

/** Whom a pattern of ARNs reaches where that is everybody of a kind, such as "every user and every role of every account"; undefined of any other. */
export function everybodyBy(pattern: string): string | undefined {
  const account = /^[^:]*:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(pattern)?.[1]
  const partition = /^arn:(aws[\w-]*):/.exec(pattern)?.[1] ?? 'aws'
  const arnOf = (rest: string) => `arn:${partition}:iam::${account ?? ANY_ACCOUNT}:${rest}`
  const kinds = [
    ['every user', `user/${ANY_NAME}`],
    ['every role', `role/${ANY_NAME}`],
    ['root', 'root'],
  ].flatMap(([kind = '', rest = '']) => (arnGlobs(pattern, arnOf(rest)) ? [kind] : []))
  if (!kinds.some((kind) => kind.startsWith('every'))) return undefined
  return `${listing(kinds)} of ${account === undefined ? 'every account' : `account ${account}`}`
}

/** What of a policy reaches everybody of a kind and takes the responder's reach away, one warning a line. */
export function widePatterns({ protected: guarded, rotation, detectors }: Pick<Policy, 'protected' | 'rotation' | 'detectors'>): string[] {
  const wide = (key: string, patterns: readonly string[], follows: string) =>
    patterns.flatMap((pattern) => {
      const everybody = everybodyBy(pattern)
      return everybody === undefined ? [] : [`${key} names ${everybody} by ${pattern}: ${follows}`]
    })
  return [
    ...wide('protected.arns', guarded.arns, 'none of them is ever contained or restricted'),
    ...wide('rotation.users', rotation.users, 'the keys of each are rotated after a verdict "compromised"'),
    ...Object.entries(detectors).flatMap(([id, { except }]) =>
      except.flatMap(({ identities = [] }, at) =>
        wide(`detectors.${id}.except.${at}`, identities, 'the exception is of each of them, and of an intruder as any of them'),
      ),
    ),
  ]
}
