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
}

/** IAM policy documents have at most 10,240 characters, so a longer text than this is none. */
const TEXT_LIMIT = 65_536

/**
 * The statements of a policy document: an object, or JSON text, plain or URL-encoded. Undefined where it cannot be read.
 *
 * Names of elements are read without regard to case, which errs to the careful side: what AWS refuses never took effect.
 */
export function readStatements(document: unknown): readonly Statement[] | undefined {
  const parsed = typeof document === 'string' ? parse(document) : document
  if (!isObject(parsed)) return undefined
  const listed = elementsOf(parsed).get('statement')
  if (listed === undefined) return undefined
  return listOf(listed).flatMap((statement) => (isObject(statement) ? (statementOf(elementsOf(statement)) ?? []) : []))
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

function statementOf(elements: ReadonlyMap<string, unknown>): Statement | undefined {
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
    condition: elements.get('condition'),
  }
}

function parse(text: string): unknown {
  if (text.length > TEXT_LIMIT) return undefined
  try {
    return JSON.parse(text.trimStart().startsWith('%') ? decodeURIComponent(text) : text)
  } catch {
    // Not JSON: AWS refuses such a document, so the error code of the call says so.
    return undefined
  }
}

/** The members of a policy or of a statement, by their names in lower case. */
function elementsOf(value: Readonly<Record<string, unknown>>): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(value).map(([name, member]) => [name.toLowerCase(), member]))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
