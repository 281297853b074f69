import type { NamedPolicy, PolicySet, ServiceControlPolicies } from '../../domain/account-policies.ts'
import { afterDenials, type Candidate, narrowed } from './candidates.ts'
import { type ConditionContext, TOO_MUCH } from './evaluate-condition.ts'
import { type PlacedStatement, type ReadPolicy, readPolicy, type StatementGroup } from './read-policies.ts'
import { isAllOf, without } from './resource-set.ts'
import { Work } from './work.ts'

/** The policies of an identity, read. */
export interface ReadPolicies {
  readonly identity: readonly ReadPolicy[]
  /** Each of these has to allow too: a boundary, and each level of service control policies. */
  readonly limits: readonly (readonly ReadPolicy[])[]
  /** What may still be spent on the identity, and what was found of it. */
  readonly work: Work<Right | undefined>
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

const UNREAD = 'a document that cannot be read'

/** What may be spent on reading one policy, and on what the policies of one identity say. */
export interface Shares {
  readonly ofPolicy?: number
  readonly ofIdentity?: number
}

/** Reads the policies of an identity, with nothing spent on it yet. */
export function readPolicies(
  { identity, boundary }: PolicySet,
  controls: ServiceControlPolicies,
  { ofPolicy, ofIdentity }: Shares = {},
): ReadPolicies {
  const limits = [...(boundary === undefined ? [] : [[boundary]]), ...controls]
  const read = (policies: readonly NamedPolicy[]) => policies.map((policy) => readPolicy(policy, ofPolicy))
  return { identity: read(identity), limits: limits.map(read), work: new Work(ofIdentity) }
}

/**
 * Whether policies let an identity do something to any resource at all: the best right that they give; undefined where they give none. What is not known is
 * taken as possible, and so is what takes more work than may be spent on one identity. A denial counts where it is about all that is left of an allowance. Policies of
 * the identity that cannot be read give nothing here.
 */
export function rightOf(policies: ReadPolicies, request: RightRequest): Right | undefined {
  const { identity, limits, work } = policies
  const { action, form, except = [], context } = request
  const stated = identity.flatMap((policy) => policy.about(action) ?? [])
  if (!stated.some(({ hasAllow }) => hasAllow)) return undefined
  if (work.isSpent) return UNFINISHED
  const levels = limits.map((level) => level.flatMap((policy) => policy.about(action) ?? []))
  return work.once({ about: [form, ...except], levels: [stated, ...levels], context }, () =>
    whatIsLeft(policies, { stated: statementsIn(stated), levels: levels.map(statementsIn) }, request),
  )
}

function statementsIn(groups: readonly StatementGroup[]): readonly PlacedStatement[] {
  return groups.flatMap(({ statements }) => statements)
}

/** What the statements about an action leave of all that it can be about. */
function whatIsLeft(
  { limits, work }: ReadPolicies,
  { stated, levels }: { readonly stated: readonly PlacedStatement[]; readonly levels: readonly (readonly PlacedStatement[])[] },
  { form, except = [], context }: RightRequest,
): Right | undefined {
  const whole = without({ patterns: [form], except: [] }, except)
  if (whole === undefined) return undefined
  const place = { context, work }
  let candidates = narrowed([{ set: whole, because: [], unknown: [] }], stated.filter(isOf('Allow')), place)
  for (const [at, level] of limits.entries()) {
    if (candidates.length === 0) break
    const allowed = narrowed(candidates, (levels[at] ?? []).filter(isOf('Allow')), place)
    const isUnread = level.some(({ statements }) => statements === undefined)
    candidates = isUnread ? [...allowed, ...candidates.map((one) => ({ ...one, unknown: [...one.unknown, UNREAD] }))] : allowed
  }
  const denials = [...stated, ...levels.flat()].filter(isOf('Deny'))
  const left = candidates.flatMap((one) => afterDenials(one, denials, place) ?? [])
  return work.isSpent ? UNFINISHED : bestOf(left, form)
}

/** How much of a right counts, by what is certain of it and by how many resources it is about. */
const STRENGTHS = { allowed: { wide: 1, narrow: 0.8 }, possible: { wide: 0.9, narrow: 0.7 } } as const

/** The right of whom too much would have to be worked out: it may be there. */
const UNFINISHED: Right = { outcome: 'possible', strength: STRENGTHS.possible.wide, because: [], unknown: [TOO_MUCH] }

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
