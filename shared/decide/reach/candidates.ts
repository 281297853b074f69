import { type Answer, known } from './answer.ts'
import { type ConditionContext, substituted } from './evaluate-condition.ts'
import type { PlacedStatement } from './read-policies.ts'
import { isCovered, liesOutside, type ResourceSet, within, without } from './resource-set.ts'
import type { Work } from './work.ts'

/** A set of resources that something is allowed about, so far, by which statements, and what that depends on. */
export interface Candidate {
  readonly set: ResourceSet
  readonly because: readonly PlacedStatement[]
  readonly unknown: readonly string[]
}

/** The most sets of resources that are told apart. What comes on top counts as possible. */
const CANDIDATE_LIMIT = 2000

/** What looking at a statement costs, in steps of matching. */
const VISIT = 8

/** What is known of a call, and what may still be spent on finding out what it may do. */
export interface Place {
  readonly context: ConditionContext
  readonly work: Work
}

/** What statements that allow leave of sets of resources. */
export function narrowed(candidates: readonly Candidate[], grants: readonly PlacedStatement[], place: Place): readonly Candidate[] {
  const found = new Map<string, Candidate>()
  for (const grant of grants) {
    if (place.work.isSpent) break
    const condition = holdsOf(grant, place)
    if (condition.value === 'no') continue
    for (const candidate of candidates) {
      place.work.take(VISIT)
      for (const one of allowedIn(candidate, grant, condition, place)) {
        const key = `${one.unknown.length > 0 ? '?' : ''}${one.set.patterns.toSorted().join(' ')}!${one.set.except.toSorted().join(' ')}`
        place.work.take(key.length)
        if (found.size < CANDIDATE_LIMIT) {
          if (!found.has(key)) found.set(key, one)
        } else found.set('more', { ...candidate, unknown: [...candidate.unknown, 'more resources than are told apart'] })
      }
    }
  }
  return [...found.values()]
}

function allowedIn(
  { set, because, unknown }: Candidate,
  grant: PlacedStatement,
  condition: Answer,
  { context, work }: Place,
): readonly Candidate[] {
  const { resources, notResources, hasVariables } = grant.statement
  const made = (left: ResourceSet | undefined, more: readonly string[]) =>
    left === undefined ? [] : [{ set: left, because: [...because, grant], unknown: [...unknown, ...condition.unknown, ...more] }]
  if (notResources === undefined)
    return resources.flatMap((resource) => {
      const { pattern, unknown: variables } = patternOf(resource, hasVariables, context)
      work.takeForPattern(set, pattern)
      return work.isSpent ? [] : made(within(set, pattern), variables)
    })
  const excepted = notResources.map((resource) => patternOf(resource, hasVariables, context))
  // What a variable excepts is not known, so it is left in.
  const sure = excepted.filter((one) => one.unknown.length === 0).map(({ pattern }) => pattern)
  for (const pattern of sure) work.takeForPattern(set, pattern)
  if (work.isSpent) return []
  return made(
    without(set, sure),
    excepted.flatMap((one) => one.unknown),
  )
}

/** What denials leave of an allowance; undefined where they are about all of it. */
export function afterDenials(candidate: Candidate, denials: readonly PlacedStatement[], place: Place): Candidate | undefined {
  const [because, unknown] = [[...candidate.because], [...candidate.unknown]]
  for (const denial of denials) {
    place.work.take(VISIT)
    if (place.work.isSpent) break
    const condition = holdsOf(denial, place)
    if (condition.value === 'no') continue
    const covers = deniedIn(candidate.set, denial, place)
    if (covers.value === 'no') continue
    if (covers.value === 'yes' && condition.value === 'yes') return undefined
    because.push(denial)
    unknown.push(...condition.unknown, ...covers.unknown)
  }
  return { ...candidate, because, unknown }
}

/** Whether a denial is about all of a set of resources. */
function deniedIn(set: ResourceSet, { statement }: PlacedStatement, { context, work }: Place): Answer {
  const { resources, notResources, hasVariables } = statement
  if (notResources !== undefined) {
    const others = notResources.map((one) => patternOf(one, hasVariables, context).pattern)
    for (const other of others) work.takeForPattern(set, other)
    return known(!work.isSpent && liesOutside(set, others))
  }
  let answer: Answer = { value: 'no', unknown: [] }
  for (const resource of resources) {
    const { pattern, unknown } = patternOf(resource, hasVariables, context)
    work.takeForPattern(set, pattern)
    if (work.isSpent) break
    const covered = isCovered(set, pattern)
    if (covered === 'no') continue
    if (covered === 'yes' && unknown.length === 0) return { value: 'yes', unknown: [] }
    answer = { value: 'unknown', unknown: unknown.length > 0 ? unknown : ['a wildcard across the parts of an ARN'] }
  }
  return answer
}

/** Whether the condition of a statement holds: worked out once for a call, whatever is asked about. */
function holdsOf({ statement }: PlacedStatement, { context, work }: Place): Answer {
  work.take(VISIT)
  return statement.condition === undefined ? known(true) : work.holds(statement, context)
}

/** The pattern of a resource with its variables replaced: by `*` where one is not known. */
function patternOf(resource: string, hasVariables: boolean, context: ConditionContext): { pattern: string; unknown: readonly string[] } {
  if (!hasVariables || !resource.includes('${')) return { pattern: resource, unknown: [] }
  const { text, unknown } = substituted(resource, context)
  return { pattern: text ?? resource.replace(/\$\{[^}]*\}/g, '*'), unknown }
}
