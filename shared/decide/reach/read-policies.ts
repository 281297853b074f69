import type { NamedPolicy } from '../../domain/account-policies.ts'
import { coversAction } from '../../domain/iam-permissions.ts'
import { readStatements, type Statement } from '../../domain/iam-policy.ts'
import { Meter } from '../../domain/meter.ts'
import { ESCALATION_PATHS } from './escalation-paths.ts'
import { LIFTING_ACTIONS } from './liftable-limits.ts'
import { POWERS } from './powers.ts'

/** A statement, with where it stands. */
export interface PlacedStatement {
  readonly policy: string
  readonly name: string
  readonly statement: Statement
}

/** The statements of a policy about an action. One of each kind: actions about which the same statements are have the same. `id` tells it from all others. */
export interface StatementGroup {
  readonly id: number
  readonly statements: readonly PlacedStatement[]
  readonly hasAllow: boolean
}

/** What a policy says of the actions that reach asks about. `statements` is undefined where its document cannot be read. */
export interface ReadPolicy {
  readonly policy: NamedPolicy
  readonly statements: readonly PlacedStatement[] | undefined
  /** Set where its patterns of actions take too long to compare: what allows counts as about any action then, and what denies as about none. */
  readonly isCut?: true
  /** What was spent on its patterns, and what might have been. */
  readonly steps: number
  readonly limit: number
  /** Undefined where it says nothing of an action. */
  about(action: string): StatementGroup | undefined
}

/** The most that may be spent on the patterns of one policy, in steps of matching: the dearest of AWS's managed policies takes half of it (`npm run test:managed`). */
export const POLICY_STEPS = 12_000_000

/** The actions that reach asks about. */
export const ASKED_ACTIONS: readonly string[] = [
  ...new Set(['iam:PassRole', ...ESCALATION_PATHS.flatMap(({ permissions }) => permissions), ...POWERS.flatMap(({ actions }) => actions)]),
]

/** What is asked beside rights: by these an identity calls as something else, or takes off what limits it. */
const ASKED_BESIDE = [...LIFTING_ACTIONS, 'sts:GetFederationToken', 'iam:TagRole', 'iam:TagUser', 'iam:UntagRole', 'iam:UntagUser']

const INDEXED: readonly string[] = [...new Set([...ASKED_ACTIONS, ...ASKED_BESIDE])]

const BY_LOWER_CASE = new Map(INDEXED.map((action) => [action.toLowerCase(), action]))

/** The policies that were read: a managed policy counts for each identity that has it. */
const READ = new WeakMap<NamedPolicy, ReadPolicy>()

/** The actions that a pattern with wildcards covers, of those that were asked last, and what finding them costs. */
const COVERED = new Map<string, { readonly actions: readonly string[]; readonly steps: number }>()
const COVERED_LIMIT = 10_000

let latest = 0

/** Reads a policy, once, and once more where more may be spent and it took too long before. `limit`: what may be spent on its patterns. */
export function readPolicy(policy: NamedPolicy, limit = POLICY_STEPS): ReadPolicy {
  const known = READ.get(policy)
  if (known !== undefined && (known.isCut === undefined || limit <= known.limit)) return known
  const statements = readStatements(policy.document)?.map((statement, at) => ({
    policy: policy.name,
    name: statement.sid ?? `statement ${at + 1}`,
    statement,
  }))
  const meter = new Meter(limit)
  const byAction = new Map<string, number[]>()
  for (const [at, { statement }] of (statements ?? []).entries())
    for (const action of actionsOf(statement, meter)) {
      const about = byAction.get(action)
      if (about === undefined) byAction.set(action, [at])
      else about.push(at)
    }
  const groups = groupsOf(byAction, statements ?? [])
  const read = {
    policy,
    statements,
    ...(meter.isSpent ? { isCut: true as const } : {}),
    steps: limit - meter.left,
    limit,
    about: (action: string) => groups.get(action),
  }
  READ.set(policy, read)
  return read
}

/** The statements about each action. Actions that the same statements are about share them, so that thousands of statements are kept once. */
function groupsOf(
  byAction: ReadonlyMap<string, readonly number[]>,
  statements: readonly PlacedStatement[],
): ReadonlyMap<string, StatementGroup> {
  const known = new Map<string, StatementGroup>()
  return new Map(
    [...byAction].map(([action, places]) => {
      const key = places.join()
      const group = known.get(key) ?? groupOf(places.map((at) => statements[at] as PlacedStatement))
      known.set(key, group)
      return [action, group]
    }),
  )
}

function groupOf(statements: readonly PlacedStatement[]): StatementGroup {
  latest += 1
  return { id: latest, statements, hasAllow: statements.some(({ statement }) => statement.effect === 'Allow') }
}

/** The asked actions that a statement is about. Where too much is spent on its policy, that is all of one that allows, and none of one that denies. */
function actionsOf(statement: Statement, meter: Meter): Iterable<string> {
  const { actions, notActions, effect } = statement
  const found =
    notActions === undefined
      ? new Set(actions.flatMap((pattern) => coveredBy(pattern, meter)))
      : INDEXED.filter((action) => coversAction(statement, action, meter))
  return meter.isSpent ? (effect === 'Allow' ? INDEXED : []) : found
}

function coveredBy(pattern: string, meter: Meter): readonly string[] {
  if (meter.isSpent) return []
  if (!/[*?]/.test(pattern)) {
    const action = BY_LOWER_CASE.get(pattern.toLowerCase())
    return action === undefined ? [] : [action]
  }
  const known = COVERED.get(pattern)
  if (known !== undefined) {
    // The same is taken whoever asked first, so that what is found of a policy does not depend on the others.
    meter.take(known.steps)
    return known.actions
  }
  const before = meter.left
  const allowed = { effect: 'Allow', actions: [pattern], resources: [] } as const
  const actions = INDEXED.filter((action) => coversAction(allowed, action, meter))
  if (meter.isSpent) return []
  if (COVERED.size >= COVERED_LIMIT) COVERED.clear()
  COVERED.set(pattern, { actions, steps: before - meter.left })
  return actions
}
