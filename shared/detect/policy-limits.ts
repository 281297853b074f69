import { listOf } from './policy-document.ts'

/** What the conditions of a policy statement keep out. */
export interface Limits {
  /** True where only one organisation or one named source gets in. */
  readonly isRestricted: boolean
  /** The accounts that get in, where the conditions name them. */
  readonly accounts: readonly string[] | undefined
  /** True where the caller has to say an external id, which its owner tells whomever it wants. */
  readonly asksExternalId: boolean
  /** Identity providers of which only tokens with a certain claim get in. */
  readonly tokens: readonly string[]
}

/**
 * Operators that let in only what they name. The negated ones let in everything else, `…IfExists` and `ForAllValues:` also what does not have
 * the key: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
const NAMING = /^(ForAnyValue:)?(StringEquals|StringEqualsIgnoreCase|StringLike|ArnEquals|ArnLike)$/i

const ACCOUNT_KEYS: ReadonlySet<string> = new Set(['aws:sourceaccount', 'aws:sourceowner', 'aws:principalaccount', 'kms:calleraccount'])
const ARN_KEYS: ReadonlySet<string> = new Set(['aws:sourcearn', 'aws:principalarn'])
const ORGANISATION_KEYS: ReadonlySet<string> = new Set([
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:sourceorgid',
  'aws:sourceorgpaths',
])

/** The limits that a `Condition` sets. Conditions of one statement all have to hold, so one that limits is enough. */
export function limitsOf(condition: unknown): Limits {
  const named = namedIn(condition)
  const accounts = named.flatMap(([key, values]) => {
    const found = accountsOf(key, values)
    return found === undefined ? [] : [found]
  })
  return {
    isRestricted: named.some(([key, values]) => isRestriction(key, values)),
    accounts: accounts.length === 0 ? undefined : accounts.reduce((some, others) => some.filter((one) => others.includes(one))),
    asksExternalId: named.some(([key]) => key === 'sts:externalid'),
    tokens: named.flatMap(([key, values]) => (values.every(isClaim) ? [key.slice(0, key.lastIndexOf(':'))] : [])),
  }
}

/** The keys of a condition, in lower case as IAM compares them, each with the values of which one has to be there. */
function namedIn(condition: unknown): readonly (readonly [key: string, values: readonly string[]])[] {
  if (typeof condition !== 'object' || condition === null) return []
  return Object.entries(condition)
    .filter(([operator, keys]) => NAMING.test(operator) && typeof keys === 'object' && keys !== null)
    .flatMap(([, keys]) => Object.entries(keys as object).map(([key, value]) => [key.toLowerCase(), listOf(value).map(String)] as const))
}

/** The accounts that a key names, or undefined where it names none, or one value of it stands for any account. */
function accountsOf(key: string, values: readonly string[]): readonly string[] | undefined {
  const isArn = ARN_KEYS.has(key)
  if (!isArn && !ACCOUNT_KEYS.has(key)) return undefined
  const accounts = values.map((value) => (isArn ? (value.split(':')[4] ?? '') : value))
  return accounts.length > 0 && accounts.every((account) => /^\d{12}$/.test(account)) ? accounts : undefined
}

/** True for one organisation, and for one named source whose ARN has no account, as that of a bucket. */
function isRestriction(key: string, values: readonly string[]): boolean {
  if (values.length === 0) return false
  if (ORGANISATION_KEYS.has(key)) return values.every((value) => /^o-[a-z0-9]+(\/|$)/.test(value))
  return key === 'aws:sourcearn' && accountsOf(key, values) === undefined && values.every((value) => /:[^:*?][^:]*$/.test(value))
}

/** True for a claim that says more than the kind of its subject: `repo:*` is every repository of everybody. */
function isClaim(value: string): boolean {
  const before = value.split(/[*?]/)[0] ?? ''
  return before !== '' && !/^[a-z_]+:$/.test(before)
}
