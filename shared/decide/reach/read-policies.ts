import type { NamedPolicy } from '../../domain/account-policies.ts'
import { coversAction } from '../../domain/iam-permissions.ts'
import { readStatements, type Statement } from '../../domain/iam-policy.ts'
import { ESCALATION_PATHS } from './escalation-paths.ts'
import { POWERS } from './powers.ts'

/** A statement, with where it stands. */
export interface PlacedStatement {
  readonly policy: string
  readonly name: string
  readonly statement: Statement
}

/** What a policy says of the actions that reach asks about. `statements` is undefined where its document cannot be read. */
export interface ReadPolicy {
  readonly policy: NamedPolicy
  readonly statements: readonly PlacedStatement[] | undefined
  about(action: string): readonly PlacedStatement[]
}

/** The actions that reach asks about. */
export const ASKED_ACTIONS: readonly string[] = [
  ...new Set(['iam:PassRole', ...ESCALATION_PATHS.flatMap(({ permissions }) => permissions), ...POWERS.flatMap(({ actions }) => actions)]),
]

const BY_LOWER_CASE = new Map(ASKED_ACTIONS.map((action) => [action.toLowerCase(), action]))

/** The policies that were read: a managed policy counts for each identity that has it. */
const READ = new WeakMap<NamedPolicy, ReadPolicy>()

/** The actions that a pattern with wildcards covers, of those that were asked last. */
const COVERED = new Map<string, readonly string[]>()
const COVERED_LIMIT = 10_000

/** Reads a policy, once. */
export function readPolicy(policy: NamedPolicy): ReadPolicy {
  const known = READ.get(policy)
  if (known !== undefined) return known
  const statements = readStatements(policy.document)?.map((statement, at) => ({
    policy: policy.name,
    name: statement.sid ?? `statement ${at + 1}`,
    statement,
  }))
  const byAction = new Map<string, PlacedStatement[]>()
  for (const placed of statements ?? [])
    for (const action of actionsOf(placed.statement)) {
      const about = byAction.get(action)
      if (about === undefined) byAction.set(action, [placed])
      else about.push(placed)
    }
  const read = { policy, statements, about: (action: string) => byAction.get(action) ?? [] }
  READ.set(policy, read)
  return read
}

/** The asked actions that a statement is about. */
function actionsOf(statement: Statement): Iterable<string> {
  if (statement.notActions !== undefined) return ASKED_ACTIONS.filter((action) => coversAction(statement, action))
  return new Set(statement.actions.flatMap(coveredBy))
}

function coveredBy(pattern: string): readonly string[] {
  if (!/[*?]/.test(pattern)) {
    const action = BY_LOWER_CASE.get(pattern.toLowerCase())
    return action === undefined ? [] : [action]
  }
  const known = COVERED.get(pattern)
  if (known !== undefined) return known
  const covered = ASKED_ACTIONS.filter((action) => coversAction({ effect: 'Allow', actions: [pattern], resources: [] }, action))
  if (COVERED.size >= COVERED_LIMIT) COVERED.clear()
  COVERED.set(pattern, covered)
  return covered
}
