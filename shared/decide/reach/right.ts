import type { PolicySet, ServiceControlPolicies } from '../../domain/account-policies.ts'
import type { Answer } from './answer.ts'
import { type ConditionContext, conditionHolds, substituted } from './evaluate-condition.ts'
import { type PlacedStatement, type ReadPolicy, readPolicy } from './read-policies.ts'
import { isAllOf, isCovered, liesOutside, type ResourceSet, within, without } from './resource-set.ts'

/** The policies of an identity, read. */
export interface ReadPolicies {
  readonly identity: readonly ReadPolicy[]
  /** Each of these has to allow too: a boundary, and each level of service control policies. */
  readonly limits: readonly (readonly ReadPolicy[])[]
}

/** What is asked of policies: an action, and the pattern of what it can be about. */
export interface RightRequest {
  readonly action: string
  /** The pattern of the ARNs that the action can be about, `*` where that is not known. */
  readonly form: string
  /** A right to these alone is none. */
  readonly except?: readonly string[]
  readonly context: ConditionContext
}

/** A right to do something to at least some resource. `possible`: it depends on what `unknown` names. */
export interface Right {
  readonly outcome: 'allowed' | 'possible'
  /** 1 where it is certain and about all that the action can be about, else less: at best what any statement gives. */
  readonly strength: number
  /** The statements that give it, and those that may limit it. */
  readonly because: readonly PlacedStatement[]
  readonly unknown: readonly string[]
}

interface Candidate {
  readonly set: ResourceSet
  readonly because: readonly PlacedStatement[]
  readonly unknown: readonly string[]
}

/** The most sets of resources that are told apart. What comes on top counts as possible. */
const CANDIDATE_LIMIT = 2000

const UNREAD = 'a document that cannot be read'

export function readPolicies({ identity, boundary }: PolicySet, controls: ServiceControlPolicies): ReadPolicies {
  const limits = [...(boundary === undefined ? [] : [[boundary]]), ...controls]
  return { identity: identity.map(readPolicy), limits: limits.map((level) => level.map(readPolicy)) }
}

/**
 * Whether policies let an identity do something to any resource at all: the best right that they give; undefined where they give none. What is not known is
 * taken as possible. A denial counts where it is about all that is left of an allowance. Policies of the identity that cannot be read give nothing here.
 */
export function rightOf({ identity, limits }: ReadPolicies, request: RightRequest): Right | undefined {
  const { action, form, except = [], context } = request
  const stated = identity.flatMap((policy) => policy.about(action))
  const grants = stated.filter(isOf('Allow'))
  if (grants.length === 0) return undefined
  const whole = without({ patterns: [form], except: [] }, except)
  if (whole === undefined) return undefined
  let candidates = narrowed([{ set: whole, because: [], unknown: [] }], grants, context)
  for (const level of limits) {
    if (candidates.length === 0) return undefined
    const isUnread = level.some(({ statements }) => statements === undefined)
    const allowed = narrowed(
      candidates,
      level.flatMap((policy) => policy.about(action).filter(isOf('Allow'))),
      context,
    )
    candidates = isUnread ? [...allowed, ...candidates.map((one) => ({ ...one, unknown: [...one.unknown, UNREAD] }))] : allowed
  }
  const limiting = limits.flatMap((level) => level.flatMap((policy) => policy.about(action)))
  const denials = [...stated, ...limiting].filter(isOf('Deny'))
  return bestOf(
    candidates.flatMap((one) => afterDenials(one, denials, context) ?? []),
    form,
  )
}

/** What statements that allow leave of sets of resources. */
function narrowed(candidates: readonly Candidate[], grants: readonly PlacedStatement[], context: ConditionContext): readonly Candidate[] {
  const found = new Map<string, Candidate>()
  for (const grant of grants) {
    const condition = conditionHolds(grant.statement.condition, context)
    if (condition.value === 'no') continue
    for (const candidate of candidates)
      for (const one of allowedIn(candidate, grant, condition, context)) {
        const key = `${one.unknown.length > 0 ? '?' : ''}${one.set.patterns.toSorted().join(' ')}!${one.set.except.toSorted().join(' ')}`
        if (found.size < CANDIDATE_LIMIT) {
          if (!found.has(key)) found.set(key, one)
        } else found.set('more', { ...candidate, unknown: [...candidate.unknown, 'more resources than are told apart'] })
      }
  }
  return [...found.values()]
}

function allowedIn(
  { set, because, unknown }: Candidate,
  grant: PlacedStatement,
  condition: Answer,
  context: ConditionContext,
): readonly Candidate[] {
  const { resources, notResources } = grant.statement
  const made = (left: ResourceSet | undefined, more: readonly string[]) =>
    left === undefined ? [] : [{ set: left, because: [...because, grant], unknown: [...unknown, ...condition.unknown, ...more] }]
  if (notResources === undefined)
    return resources.flatMap((resource) => {
      const { pattern, unknown: variables } = patternOf(resource, context)
      return made(within(set, pattern), variables)
    })
  const excepted = notResources.map((resource) => patternOf(resource, context))
  // What a variable excepts is not known, so it is left in.
  const known = excepted.filter((one) => one.unknown.length === 0).map(({ pattern }) => pattern)
  return made(
    without(set, known),
    excepted.flatMap((one) => one.unknown),
  )
}

/** What denials leave of an allowance; undefined where they are about all of it. */
function afterDenials(candidate: Candidate, denials: readonly PlacedStatement[], context: ConditionContext): Candidate | undefined {
  const [because, unknown] = [[...candidate.because], [...candidate.unknown]]
  for (const denial of denials) {
    const condition = conditionHolds(denial.statement.condition, context)
    if (condition.value === 'no') continue
    const covers = deniedIn(candidate.set, denial, context)
    if (covers.value === 'no') continue
    if (covers.value === 'yes' && condition.value === 'yes') return undefined
    because.push(denial)
    unknown.push(...condition.unknown, ...covers.unknown)
  }
  return { ...candidate, because, unknown }
}

/** Whether a denial is about all of a set of resources. */
function deniedIn(set: ResourceSet, { statement }: PlacedStatement, context: ConditionContext): Answer {
  const { resources, notResources } = statement
  if (notResources !== undefined)
    return {
      value: liesOutside(
        set,
        notResources.map((one) => patternOf(one, context).pattern),
      )
        ? 'yes'
        : 'no',
      unknown: [],
    }
  let answer: Answer = { value: 'no', unknown: [] }
  for (const resource of resources) {
    const { pattern, unknown } = patternOf(resource, context)
    const covered = isCovered(set, pattern)
    if (covered === 'no') continue
    if (covered === 'yes' && unknown.length === 0) return { value: 'yes', unknown: [] }
    answer = { value: 'unknown', unknown: unknown.length > 0 ? unknown : ['a wildcard across the parts of an ARN'] }
  }
  return answer
}

/** The pattern of a resource with its variables replaced: by `*` where one is not known. */
function patternOf(resource: string, context: ConditionContext): { pattern: string; unknown: readonly string[] } {
  if (!resource.includes('${')) return { pattern: resource, unknown: [] }
  const { text, unknown } = substituted(resource, context)
  return { pattern: text ?? resource.replace(/\$\{[^}]*\}/g, '*'), unknown }
}

/** How much of a right counts, by what is certain of it and by how many resources it is about. */
const STRENGTHS = { allowed: { wide: 1, narrow: 0.8 }, possible: { wide: 0.9, narrow: 0.7 } } as const

function bestOf(candidates: readonly Candidate[], form: string): Right | undefined {
  let best: Right | undefined
  for (const { set, because, unknown } of candidates) {
    const outcome = unknown.length === 0 ? 'allowed' : 'possible'
    const strength = STRENGTHS[outcome][isAllOf(set, form) ? 'wide' : 'narrow']
    const isBetter = best === undefined || (best.outcome === 'possible' && outcome === 'allowed')
    const found = { outcome, strength, because, unknown: [...new Set(unknown)] } as const
    best = { ...(isBetter || best === undefined ? found : best), strength: Math.max(best?.strength ?? 0, strength) }
  }
  return best
}

function isOf(effect: 'Allow' | 'Deny'): (one: PlacedStatement) => boolean {
  return ({ statement }) => statement.effect === effect
}
