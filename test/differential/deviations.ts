import { listOf } from '../../shared/domain/iam-policy.ts'
import type { Engine } from './engines.ts'
import type { PolicyCase, WrittenDocument, WrittenStatement } from './generated-case.ts'

const GUIDE = 'https://docs.aws.amazon.com/IAM/latest/UserGuide'

/**
 * What an engine does otherwise than AWS, as a change of cases: `ours` writes a case as the engine reads it, and is given to our evaluator; `theirs` writes it
 * so that the engine reads what AWS reads, and is given to the engine. `says`: the document that decides.
 */
export interface Deviation {
  readonly id: string
  readonly says: string
  readonly ours?: (one: PolicyCase) => PolicyCase
  readonly theirs?: (one: PolicyCase) => PolicyCase
}

/** AWS: `*` may go on past the colon where it ends a part of an ARN. Ours says *possible* where the answer depends on it; the engines let any wildcard go on. */
const ACROSS_PARTS: Deviation = {
  id: 'a wildcard of a resource goes across the parts of an ARN',
  says: `${GUIDE}/reference_policies_elements_resource.html`,
  ours: (one) => ({
    ...withStatements(one, (statement) => ({
      ...statement,
      ...('Resource' in statement ? { Resource: textsOf(statement.Resource).map(asOnePart) } : {}),
      ...('NotResource' in statement ? { NotResource: textsOf(statement.NotResource).map(asOnePart) } : {}),
    })),
    requests: one.requests.map((request) => ({ ...request, resource: asOnePart(request.resource) })),
  }),
}

/** AWS compares each of the six parts of an ARN by itself. */
const ARN_CONDITIONS_ACROSS_PARTS: Deviation = {
  id: 'a wildcard of an ARN condition goes across the parts of an ARN',
  says: `${GUIDE}/reference_policies_elements_condition_operators.html`,
  ours: (one) => withConditions(one, (operator, keys) => [operator.replace(/Arn(Not)?(?:Equals|Like)/, 'String$1Like'), keys]),
}

/** moto says of itself that it evaluates the conditions of trust policies only. */
const NO_CONDITIONS: Deviation = {
  id: 'conditions are ignored',
  says: `${GUIDE}/reference_policies_elements_condition.html`,
  ours: (one) => withStatements(one, ({ Condition, ...statement }) => statement),
}

const NO_BOUNDARY: Deviation = {
  id: 'boundaries are ignored',
  says: `${GUIDE}/access_policies_boundaries.html`,
  ours: ({ identity, requests }) => ({ identity, requests }),
}

/** moto takes a statement without `Resource` for one of a trust policy: whatever its effect, it allows. */
const NOT_RESOURCE_ALLOWS: Deviation = {
  id: 'a statement with NotResource allows, also where its effect is Deny',
  says: `${GUIDE}/reference_policies_elements_notresource.html`,
  ours: (one) =>
    withStatements(one, ({ NotResource, ...rest }) => (NotResource === undefined ? rest : { ...rest, Effect: 'Allow', Resource: '*' })),
}

const CASE_OF_ACTIONS: Deviation = {
  id: 'actions are compared with regard to case',
  says: `${GUIDE}/reference_policies_elements_action.html`,
  theirs: (one) => ({
    ...withStatements(one, (statement) => ({
      ...statement,
      ...('Action' in statement ? { Action: textsOf(statement.Action).map((action) => action.toLowerCase()) } : {}),
      ...('NotAction' in statement ? { NotAction: textsOf(statement.NotAction).map((action) => action.toLowerCase()) } : {}),
    })),
    requests: one.requests.map((request) => ({ ...request, action: request.action.toLowerCase() })),
  }),
}

/** moto hands patterns to Python's regular expressions, and replaces `*` alone. */
const REGULAR_EXPRESSIONS: Deviation = {
  id: '? and other signs of a pattern are read as a regular expression',
  says: `${GUIDE}/reference_policies_elements_resource.html`,
  theirs: (one) =>
    withStatements(one, (statement) => {
      const { Action, NotAction, Resource, NotResource, ...rest } = statement
      const named = Object.entries({ Action, NotAction, Resource, NotResource }).filter(([, patterns]) => patterns !== undefined)
      return { ...rest, ...Object.fromEntries(named.map(([name, patterns]) => [name, textsOf(patterns).map(asRegularExpression)])) }
    }),
}

/** iamprover says of itself that it takes an operator that it does not know as true in an allowance and as false in a denial. */
const UNKNOWN_OPERATORS: Deviation = {
  id: 'operators that the engine does not know hold in an Allow and not in a Deny',
  says: `${GUIDE}/reference_policies_elements_condition_operators.html`,
  ours: (one) =>
    withStatements(one, ({ Condition, ...statement }) => {
      if (Condition === undefined) return statement
      const all = Object.entries(Condition).flatMap(([operator, keys]) =>
        Object.entries(keys).map(([key, values]) => ({ operator, key, values })),
      )
      const known = all.filter(isKnownToIamprover)
      if (known.length < all.length && statement.Effect === 'Deny') return undefined
      const left: Record<string, Record<string, unknown>> = {}
      for (const { operator, key, values } of known) left[operator] = { ...left[operator], [key]: values }
      return { ...statement, Condition: left }
    }),
}

/** In the order in which they change a case. */
export const DEVIATIONS: Readonly<Record<Engine, readonly Deviation[]>> = {
  moto: [NO_CONDITIONS, NO_BOUNDARY, NOT_RESOURCE_ALLOWS, CASE_OF_ACTIONS, REGULAR_EXPRESSIONS, ACROSS_PARTS],
  ministack: [ARN_CONDITIONS_ACROSS_PARTS, ACROSS_PARTS],
  iamprover: [UNKNOWN_OPERATORS, ARN_CONDITIONS_ACROSS_PARTS, ACROSS_PARTS],
}

function isKnownToIamprover({ operator, values }: { operator: string; values: unknown }): boolean {
  if (/^(Not)?IpAddress$/.test(operator)) return listOf(values).every((range) => !String(range).includes(':'))
  return /^(String(Not)?(Equals|Like)|Arn(Not)?(Equals|Like)|Bool)$/.test(operator)
}

function withStatements(one: PolicyCase, change: (statement: WrittenStatement) => WrittenStatement | undefined): PolicyCase {
  const changed = ({ Version, Statement }: WrittenDocument): WrittenDocument => ({
    Version,
    Statement: (listOf(Statement) as WrittenStatement[]).flatMap((statement) => change(statement) ?? []),
  })
  return { ...one, identity: one.identity.map(changed), ...(one.boundary === undefined ? {} : { boundary: changed(one.boundary) }) }
}

/** Operators that say of a key with one value what another says of it. */
const ALIKE: Readonly<Record<string, string>> = {
  StringLike: 'ForAnyValue:StringLike',
  StringNotLike: 'ForAllValues:StringNotLike',
}

function withConditions(
  one: PolicyCase,
  change: (operator: string, keys: Readonly<Record<string, unknown>>) => readonly [string, Readonly<Record<string, unknown>>],
): PolicyCase {
  return withStatements(one, ({ Condition, ...statement }) => {
    if (Condition === undefined) return statement
    const changed: Record<string, Readonly<Record<string, unknown>>> = {}
    for (const [operator, keys] of Object.entries(Condition)) {
      const [now, left] = change(operator, keys)
      for (const [key, values] of Object.entries(left)) {
        // Two operators that are one now both have to hold, and a document has room for one condition of an operator on a key.
        const name = changed[now]?.[key] === undefined ? now : ALIKE[now]
        if (name === undefined) throw new Error(`two conditions of ${now} on ${key}`)
        changed[name] = { ...changed[name], [key]: values }
      }
    }
    return { ...statement, Condition: changed }
  })
}

function textsOf(value: unknown): readonly string[] {
  return listOf(value).map(String)
}

/** A text, or a pattern of texts, as the last part of an ARN, within which a wildcard may match anything. */
function asOnePart(text: string): string {
  return `arn:aws:s3:::${text.replaceAll(':', '|')}`
}

function asRegularExpression(pattern: string): string {
  return pattern.replace(/[.+^$(){}|[\]\\]/g, '\\$&').replaceAll('?', '.')
}
