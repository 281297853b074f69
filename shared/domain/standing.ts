import { type Criticality, type CriticalityRule, OWNER_LENGTH, type Owners } from './criticality.ts'
import { goesBy } from './identity-center.ts'
import type { NameHistory } from './name-history.ts'
import { withoutLinks } from './printable.ts'
import { keyOfChange, type TagChange } from './tag-change.ts'

/** How much the identity of an incident matters, and to whom, and what its account is called. Each is absent where the policy asks nothing of the kind, or no tag says it. */
export interface Standing {
  readonly criticality?: Criticality
  readonly owner?: string
  readonly accountName?: string
}

/** What is known of an identity. `tags`: undefined where they are not known. `changes`: of its tags, since they were as somebody can vouch for. */
export interface Known {
  readonly names: readonly string[]
  readonly tags: Readonly<Record<string, string>> | undefined
  readonly changes?: readonly TagChange[]
}

/**
 * What the policy says of an identity by all names that it had and by its tags. A rule of which a tag was changed counts as if the tag stood there: nobody lowers what
 * matters by a tag. An owner in a changed tag is not named.
 */
export function standingOf(
  { criticality: rules, owners }: { readonly criticality: readonly CriticalityRule[]; readonly owners: Owners },
  { names, tags, changes = [] }: Known,
): Standing {
  const changed = new Set(changes.map(keyOfChange).map(usualKey))
  const known = Map.groupBy(
    Object.entries(tags ?? {}).map(([key, value]) => ({ key: usualKey(key), value: value.trim() })),
    ({ key }) => key,
  )
  const valuesOf = (key: string) => known.get(usualKey(key))?.map(({ value }) => value) ?? []
  const isTagged = ([key, wanted]: readonly [string, string | readonly string[]]) => {
    const among = new Set([wanted].flat().map((value) => value.toLowerCase()))
    return changed.has(usualKey(key)) || valuesOf(key).some((value) => among.has(value.toLowerCase()))
  }
  const applies = ({ match }: CriticalityRule) =>
    match.arns.some((pattern) => names.some((name) => goesBy(pattern, name))) || Object.entries(match.tags).some(isTagged)
  const [first] = rules.filter(applies).toSorted((a, b) => b.raise - a.raise)
  const isKnown = tags !== undefined || rules.every(({ match }) => Object.keys(match.tags).length === 0)
  const owner = owners.tags
    .filter((key) => !changed.has(usualKey(key)))
    .flatMap(valuesOf)
    .find((value) => value !== '')
  return {
    ...(rules.length === 0
      ? {}
      : { criticality: { ...(first === undefined ? {} : { rule: first.name }), raise: first?.raise ?? 0, isKnown } }),
    ...(owner === undefined ? {} : { owner: withoutLinks(owner).slice(0, OWNER_LENGTH) }),
  }
}

/** A key of a tag as people mean it: `acme:DataClassification` and `data-classification` are one. To take two for one can only raise. */
function usualKey(key: string): string {
  return key
    .slice(key.lastIndexOf(':') + 1)
    .replace(/[-_ ]/g, '')
    .toLowerCase()
}

/** What two looks at one identity say together: within an incident nothing that raised a priority is taken back, the owner stays whom people were told, and the account is called as last. */
export function joinedStanding(before: Standing, now: Standing): Standing {
  const owner = before.owner ?? now.owner
  const criticality = joined(before.criticality, now.criticality)
  const accountName = now.accountName ?? before.accountName
  return {
    ...(criticality === undefined ? {} : { criticality }),
    ...(owner === undefined ? {} : { owner }),
    ...(accountName === undefined ? {} : { accountName }),
  }
}

function joined(before: Criticality | undefined, now: Criticality | undefined): Criticality | undefined {
  if (before === undefined || now === undefined) return before ?? now
  const more = now.raise > before.raise || (before.rule === undefined && now.rule !== undefined) ? now : before
  return { ...more, isKnown: before.isKnown || now.isKnown }
}

export function isSameStanding(a: Standing, b: Standing): boolean {
  const said = ({ criticality, owner, accountName }: Standing) =>
    JSON.stringify([criticality?.rule, criticality?.raise, criticality?.isKnown, owner, accountName])
  return said(a) === said(b)
}

/** All names of an identity, that of now first. */
export function allNames(id: string, names: NameHistory = []): readonly string[] {
  return [...new Set([id, ...names.map(({ arn }) => arn)])]
}

/** For people: whose it is, and why it matters. Each is undefined where there is nothing to say. The owner is text of whoever may tag. */
export function standingText({ criticality }: Standing): string | undefined {
  if (criticality === undefined) return undefined
  const { rule, isKnown } = criticality
  const doubt = isKnown ? '' : 'its tags are not known, so it may matter more'
  if (rule === undefined) return doubt === '' ? undefined : `not known: ${doubt}`
  return doubt === '' ? rule : `${rule}; ${doubt}`
}
