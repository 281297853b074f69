import { DEFAULT_CRITICALITY } from './criticality.ts'
import type { Policy } from './policy.ts'
import type { Created, Identity } from './signal.ts'

/** The calls that set or remove tags of a user or role, and the request parameter that names whose. */
export const TAG_CALLS: ReadonlyMap<string, 'userName' | 'roleName'> = new Map([
  ['iam:TagUser', 'userName'],
  ['iam:UntagUser', 'userName'],
  ['iam:TagRole', 'roleName'],
  ['iam:UntagRole', 'roleName'],
])

/** Tags of the policy that a credential of the incident set (`key=value`) or removed (`key`) on somebody. */
export type TagChange = string

/** IAM takes no comma in a tag. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html */
const BETWEEN = ', '

/** What a call that changed tags of the policy created, for the lineage. */
export function tagCreated(action: string, owner: string, changes: readonly TagChange[]): Created {
  return { id: `${action} ${owner} ${changes.join(BETWEEN)}`, kind: 'tag', owner }
}

/** The changes of tags of one user or role in a lineage. `own` is the account of the incident's identity, which is meant where an edge, or `subject`, names none. */
export function tagChangesOf(
  lineage: readonly (Created & { readonly account?: string })[],
  { kind, name, account }: Pick<Identity, 'kind' | 'name'> & { readonly account?: string | undefined },
  own: string,
): readonly TagChange[] {
  const parameter = kind === 'role' ? 'roleName' : 'userName'
  return lineage.flatMap(({ id, kind: created, owner, account: place }) => {
    const [action = '', , ...changes] = created === 'tag' && owner === name && (place ?? own) === (account ?? own) ? id.split(' ') : []
    return TAG_CALLS.get(action) === parameter ? changes.join(' ').split(BETWEEN) : []
  })
}

/** The key of a change, as IAM compares keys: it takes `Team` and `team` for one. */
export function keyOfChange(change: TagChange): string {
  return (change.split('=')[0] ?? '').toLowerCase()
}

/**
 * The keys of all tags that a policy names, to protect by, to choose a tier by or to say what matters, as IAM compares them. Those that rules of criticality have by
 * default are none: deployments write `environment` all day, and what the inventory of the night found counts whatever is tagged since.
 */
export function policyKeys({
  protected: guarded,
  tiers,
  criticality,
}: Pick<Policy, 'protected' | 'tiers' | 'criticality'>): ReadonlySet<string> {
  const own = criticality.flatMap(({ match }) => keysOf(match.tags)).filter((key) => !USUAL.has(key))
  return new Set([...keysOf(guarded.tags), ...tiers.flatMap(({ match }) => keysOf(match.tags)), ...own])
}

const USUAL: ReadonlySet<string> = new Set(DEFAULT_CRITICALITY.flatMap(({ match }) => keysOf(match.tags)))

function keysOf(tags: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(tags).map((key) => key.toLowerCase())
}
