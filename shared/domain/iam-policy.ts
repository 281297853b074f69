import { jsonOutline, namesIn } from './json-outline.ts'

/** What a statement allows or denies: actions and resources, each named or named by what is left out. Patterns are as they are written. */
export interface Permission {
  readonly effect: 'Allow' | 'Deny'
  readonly actions: readonly string[]
  readonly resources: readonly string[]
  /** Set where the statement is about every action, or every resource, but these. */
  readonly notActions?: readonly string[]
  readonly notResources?: readonly string[]
}

/** One statement of an IAM policy document: of an identity, of a resource, or of a role's trust. */
export interface Statement extends Permission {
  /** The name that its author gave it. */
  readonly sid?: string
  readonly principal: unknown
  readonly notPrincipal: unknown
  readonly condition: unknown
  /** True where `${…}` is a variable: in a document of the policy language of 2012-10-17. In an older one it is text. */
  readonly hasVariables: boolean
}

/** IAM policy documents have at most 10,240 characters, of which white space is none. So a longer text than this is no document. */
const TEXT_LIMIT = 65_536

/** How deep a text may nest objects and lists: no policy nests more than six, and what goes through one goes deeper with each. */
const DEPTH_LIMIT = 64

/** A condition, an operator of it, and the list of values of a key. */
const CONDITION_DEPTH = 3

/**
 * The version of the policy language that has variables. A document without a version is of 2008-10-17.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
 */
const WITH_VARIABLES = '2012-10-17'

/**
 * The statements of a policy document: an object, or JSON text, plain or URL-encoded. Undefined where it cannot be read.
 *
 * Names of elements are read without regard to case, which errs to the careful side: what AWS refuses never took effect. A document that gives an element twice cannot be
 * read: which of both counts is not known.
 */
export function readStatements(document: unknown): readonly Statement[] | undefined {
  const parsed = typeof document === 'string' ? parse(document) : document
  if (!isObject(parsed)) return undefined
  const elements = elementsOf(parsed)
  const listed = elements?.get('statement')
  if (elements === undefined || listed === undefined) return undefined
  const hasVariables = elements.get('version') === WITH_VARIABLES
  const statements: Statement[] = []
  for (const written of listOf(listed).filter(isObject)) {
    const members = elementsOf(written)
    if (members === undefined) return undefined
    const statement = statementOf(members, hasVariables)
    if (statement !== undefined) statements.push(statement)
  }
  return statements
}

/** The statements of a policy document. None where it cannot be read. */
export function statementsOf(document: unknown): readonly Statement[] {
  return readStatements(document) ?? []
}

/** A member of a policy that is one value or a list of them, as a list. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}

/** The texts of a member of a policy. Numbers count, because an account id may be written as one. */
export function textsOf(value: unknown): string[] {
  return listOf(value).flatMap((item) => (typeof item === 'string' || typeof item === 'number' ? String(item) : []))
}

/** A condition that lets in only what it names. The key is in lower case, as IAM compares keys without regard to case. */
export interface Restriction {
  readonly key: string
  readonly values: readonly string[]
  /** True where a wildcard cannot match across the colons of an ARN. */
  readonly comparesArns: boolean
  /** True for `ForAnyValue:`, which a key with several values needs. */
  readonly isForAnyValue: boolean
}

/**
 * Operators that let in only what they name. The negated ones let in everything else. `…IfExists` holds where the key is missing, and
 * `ForAllValues:` where it has no value: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
const RESTRICTING = /^(foranyvalue:)?(stringequals|stringequalsignorecase|stringlike|arnequals|arnlike)$/

/** The restrictions of a `Condition`. All of them have to hold; of the values of one, any may. */
export function restrictionsIn(condition: unknown): readonly Restriction[] {
  if (!isObject(condition)) return []
  return Object.entries(condition).flatMap(([written, keys]) => {
    const operator = written.toLowerCase()
    if (!RESTRICTING.test(operator) || !isObject(keys)) return []
    const parts = { comparesArns: /arn(equals|like)$/.test(operator), isForAnyValue: operator.startsWith('foranyvalue:') }
    return Object.entries(keys).map(([key, value]) => ({ key: key.toLowerCase(), values: textsOf(value), ...parts }))
  })
}

/** True where a statement has a condition at all. */
export function isConditional({ condition }: Pick<Statement, 'condition'>): boolean {
  return condition !== undefined && !(isObject(condition) && Object.keys(condition).length === 0)
}

function statementOf(elements: ReadonlyMap<string, unknown>, hasVariables: boolean): Statement | undefined {
  const effect = elements.get('effect')
  if (effect !== 'Allow' && effect !== 'Deny') return undefined
  const [notAction, notResource] = [elements.get('notaction'), elements.get('notresource')]
  const sid = elements.get('sid')
  return {
    ...(typeof sid === 'string' && sid !== '' ? { sid } : {}),
    effect,
    actions: textsOf(elements.get('action')),
    resources: textsOf(elements.get('resource')),
    ...(notAction === undefined ? {} : { notActions: textsOf(notAction) }),
    ...(notResource === undefined ? {} : { notResources: textsOf(notResource) }),
    principal: elements.get('principal'),
    notPrincipal: elements.get('notprincipal'),
    condition: conditionOf(elements.get('condition')),
    hasVariables,
  }
}

/** A condition as it is written; a text in place of one that is nested deeper than any, so that whoever reads it says that it cannot be read. */
function conditionOf(condition: unknown): unknown {
  return isDeeper(condition, CONDITION_DEPTH) ? 'nested too deep' : condition
}

function parse(text: string): unknown {
  try {
    const json = text.trimStart().startsWith('%') ? decodeURIComponent(text) : text
    const { length, names, depth } = jsonOutline(json)
    if (length > TEXT_LIMIT || depth > DEPTH_LIMIT) return undefined
    const parsed = JSON.parse(json)
    return namesIn(parsed) === names ? parsed : undefined
  } catch {
    // Not JSON: AWS refuses such a document, so the error code of the call says so.
    return undefined
  }
}

/** The members of a policy or of a statement, by their names in lower case; undefined where one is there twice. */
function elementsOf(value: Readonly<Record<string, unknown>>): ReadonlyMap<string, unknown> | undefined {
  const members = Object.entries(value)
  const elements = new Map(members.map(([name, member]) => [name.toLowerCase(), member]))
  return elements.size === members.length ? elements : undefined
}

/** True where a value nests objects and lists deeper than a limit. */
function isDeeper(value: unknown, limit: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return limit === 0 || Object.values(value).some((member) => isDeeper(member, limit - 1))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
