import { GRANTED_REASON, STALE_REASON } from '../../domain/stored-reach.ts'
import { UNFINISHED } from './evaluate-condition.ts'
import { POWERS } from './powers.ts'

/** Reasons in which names stand, which whoever made the policy or the role chose: by how they begin, and what they say without the names. */
const NAMING: readonly (readonly [string, string])[] = [
  ['can assume the role ', 'can assume another role'],
  ['can run code with the role ', 'can run code with another role'],
  ['what the policy ', 'what one of its policies allows is not known'],
  ['can be assumed by ', 'can be assumed by others'],
  [STALE_REASON, 'its policies were not read lately'],
]

/** Reasons that are all our own words. Conditions and lists of paths stand behind them. */
const PLAIN: readonly string[] = [
  ...POWERS.map(({ reason }) => reason),
  'may do everything',
  'may do nearly everything but change rights',
  'can grant itself more rights',
  'can act as another user or role',
  'can run code with a role that it passes on',
  'can run code where a role is in use',
  'can change who may do what',
  'nothing is known of this identity yet',
  'what else it may do is not known',
  GRANTED_REASON,
  UNFINISHED,
]

/** What a reason for reach says in our own words alone; undefined where it begins with none of them. */
export function plainReason(reason: string): string | undefined {
  const naming = NAMING.find(([start]) => reason.startsWith(start))
  return naming?.[1] ?? PLAIN.find((plain) => reason.startsWith(plain))
}
