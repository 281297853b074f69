import type { NamedPolicy, PolicySet, ServiceControlPolicies } from '../../domain/account-policies.ts'
import { iamGlobs } from '../../domain/glob.ts'
import { coversAction } from '../../domain/iam-permissions.ts'
import { readStatements, type Statement } from '../../domain/iam-policy.ts'
import { type Answer, allOf, anyOf, not } from './answer.ts'
import { arnMatches } from './arn-matches.ts'
import { type ConditionContext, conditionHolds, type Substituted, substituted } from './evaluate-condition.ts'

/** One call that policies are asked about. */
export interface PolicyRequest {
  /** The IAM action, as `service:Name`. */
  readonly action: string
  /** The ARN of what is acted on, `*` where the action has none; undefined where it is not known. */
  readonly resource: string | undefined
  /** What is known of the call. */
  readonly context: ConditionContext
}

/** The policies that decide: any denial counts; those of the identity have to allow, and so does each limit that there is. */
export interface Policies extends PolicySet {
  /** The policies that a session was given when it was made. */
  readonly session?: readonly NamedPolicy[]
  readonly controls?: ServiceControlPolicies
}

/** A statement that decided. `unknown` names the condition keys and operators without which it cannot be said whether it counts. */
export interface DecidingStatement {
  readonly effect: 'Allow' | 'Deny'
  /** The name of its policy, and its `Sid`, or its place among the statements of the policy, from 1. */
  readonly policy: string
  readonly name: string
  readonly statement: Statement
  readonly unknown: readonly string[]
}

/** `possible` where it depends on what is not known. `because` holds what was decisive; it is empty where nothing allows. */
export interface PolicyDecision {
  readonly outcome: 'allowed' | 'denied' | 'possible'
  readonly because: readonly DecidingStatement[]
}

interface Applied {
  readonly policy: string
  readonly name: string
  readonly statement: Statement
  readonly answer: Answer
}

/**
 * What policies say of a call, as IAM evaluates them: an explicit denial first, then whatever allows, and a denial where nothing does. Policies of the
 * identity and of its groups count together; a boundary, the policies of a session and each level of service control policies have to allow as well. What is
 * not known is taken as possible both ways. A document that cannot be read is possible too.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function evaluatePolicy({ identity, boundary, session, controls = [] }: Policies, request: PolicyRequest): PolicyDecision {
  const limits = [...(boundary === undefined ? [] : [[boundary]]), ...(session === undefined ? [] : [session]), ...controls]
  const read = [identity, ...limits].map((policies) => policies.map((policy) => applied(policy, request)))
  const all = read.flat()
  const denials = all.flatMap((one) => one?.filter(isOf('Deny')) ?? [])
  const certain = denials.filter(isCertain)
  if (certain.length > 0) return { outcome: 'denied', because: certain.map(deciding) }
  const allowed = read.map(allowedBy)
  const answer = allOf(allowed.map((one) => one.answer))
  if (answer.value === 'no') return { outcome: 'denied', because: [] }
  const because = [...allowed.flatMap((one) => one.because), ...denials].map(deciding)
  const isUnread = all.includes(undefined)
  return { outcome: answer.value === 'yes' && denials.length === 0 && !isUnread ? 'allowed' : 'possible', because }
}

/** The statements of a policy that are, or may be, about a request; undefined where the document cannot be read. */
function applied({ name: policy, document }: NamedPolicy, request: PolicyRequest): readonly Applied[] | undefined {
  return readStatements(document)
    ?.map((statement, at) => ({
      policy,
      name: statement.sid ?? `statement ${at + 1}`,
      statement,
      answer: isAbout(statement, request),
    }))
    .filter(({ answer }) => answer.value !== 'no')
}

function allowedBy(documents: readonly (readonly Applied[] | undefined)[]): { answer: Answer; because: readonly Applied[] } {
  const grants = documents.flatMap((one) => one?.filter(isOf('Allow')) ?? [])
  const unread: Answer[] = documents.includes(undefined) ? [{ value: 'unknown', unknown: ['a document that cannot be read'] }] : []
  const certain = grants.filter(isCertain)
  return { answer: anyOf([...grants.map(({ answer }) => answer), ...unread]), because: certain.length > 0 ? certain : grants }
}

function isOf(effect: 'Allow' | 'Deny'): (one: Applied) => boolean {
  return ({ statement }) => statement.effect === effect
}

function isCertain({ answer }: Applied): boolean {
  return answer.value === 'yes'
}

function deciding({ policy, name, statement, answer }: Applied): DecidingStatement {
  return { effect: statement.effect, policy, name, statement, unknown: answer.unknown }
}

function isAbout(statement: Statement, { action, resource, context }: PolicyRequest): Answer {
  if (!coversAction(statement, action)) return { value: 'no', unknown: [] }
  return allOf([coversResource(statement, resource, context), conditionHolds(statement, context)])
}

function coversResource(statement: Statement, resource: string | undefined, context: ConditionContext): Answer {
  const { resources, notResources, hasVariables } = statement
  const written = (pattern: string) => (hasVariables ? substituted(pattern, context) : { text: pattern, unknown: [] })
  const isNamed = (patterns: readonly string[]) => anyOf(patterns.map((pattern) => resourceMatches(pattern, resource, written)))
  return notResources === undefined ? isNamed(resources) : not(isNamed(notResources))
}

/**
 * Whether a pattern of `Resource` matches. A `*` that ends a part of an ARN may go on past the colon, others may not; where both readings differ, the
 * answer is unknown.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
function resourceMatches(pattern: string, resource: string | undefined, written: (pattern: string) => Substituted): Answer {
  if (pattern === '*') return { value: 'yes', unknown: [] }
  const { text, unknown } = written(pattern)
  if (resource === undefined || text === undefined)
    return { value: 'unknown', unknown: resource === undefined ? ['the resource'] : unknown }
  if (!iamGlobs(text, resource)) return { value: 'no', unknown: [] }
  return arnMatches(text, resource)
    ? { value: 'yes', unknown: [] }
    : { value: 'unknown', unknown: ['a wildcard across the parts of an ARN'] }
}
