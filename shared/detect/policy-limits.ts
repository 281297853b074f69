import { parseArn } from '../domain/arn.ts'
import { type Restriction, restrictionsIn } from '../domain/iam-policy.ts'
import type { TrustedClaim } from '../domain/trusted-claim.ts'

/** Whose a resource is: what is inside. The organisation and the claims of tokens are known only where people name them in the policy file. */
export interface Owner {
  readonly account: string
  readonly organization?: string | undefined
  readonly trustedClaims?: readonly TrustedClaim[] | undefined
}

/** How sure it is that somebody is from outside, the surest first. */
export const Certainty = ['certain', 'likely', 'possible'] as const
export type Certainty = (typeof Certainty)[number]

/** Somebody whom the value of a condition lets in. */
export interface Named {
  readonly name: string
  readonly certainty: Certainty
}

/** What the conditions of a policy statement keep out. */
export interface Limits {
  /** The outsiders that get in where conditions name who does; none where only insiders do. Undefined where no condition names anybody. */
  readonly named: readonly Named[] | undefined
  /** True where the caller has to say an external id, which its owner tells whomever it wants. */
  readonly asksExternalId: boolean
}

/** What one value of a condition says: nothing but the account or its organisation, an outsider, or that anybody may be. */
type Said = 'inside' | 'anybody' | Named

const ACCOUNT_KEYS: ReadonlySet<string> = new Set(['aws:sourceaccount', 'aws:sourceowner', 'aws:principalaccount', 'kms:calleraccount'])
const ARN_KEYS: ReadonlySet<string> = new Set(['aws:sourcearn', 'aws:principalarn'])
const ORGANISATION_KEYS: ReadonlySet<string> = new Set(['aws:principalorgid', 'aws:sourceorgid'])
/** Keys with several values, of which `ForAnyValue:` has to be asked: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html */
const PATH_KEYS: ReadonlySet<string> = new Set(['aws:principalorgpaths', 'aws:sourceorgpaths'])

const variable = (key: string) => `\${${key}}`

/** The variables that stand for the account and the organisation of the resource itself, and for those of the caller. */
const OWN_ACCOUNT = variable('aws:ResourceAccount')
const OWN_ORGANISATION = variable('aws:ResourceOrgID')
const CALLERS: ReadonlyMap<string, string> = new Map([
  ['aws:resourceaccount', variable('aws:PrincipalAccount')],
  ['aws:resourceorgid', variable('aws:PrincipalOrgID')],
])

/** The organisation of the resource, where people have not said which it is: AWS knows it to be the account's own. */
const UNNAMED_ORGANISATION: Named = { name: 'the organisation of the account', certainty: 'possible' }

/**
 * The limits that a `Condition` sets. Conditions of one statement all have to hold, so one that lets in insiders only is enough. A condition
 * counts only where each of its values is known: whoever writes a policy can write its own account or organisation into a condition.
 */
export function limitsOf(condition: unknown, owner: Owner): Limits {
  const restrictions = restrictionsIn(condition)
  const named = restrictions.flatMap((restriction) => {
    const said = restriction.values.map((value) => saidBy(restriction, value, owner))
    if (said.length === 0 || said.includes('anybody')) return []
    return [said.filter((one) => typeof one === 'object')]
  })
  return {
    named: named.toSorted((one, other) => rankOf(one) - rankOf(other))[0],
    asksExternalId: restrictions.some(({ key }) => key === 'sts:externalid'),
  }
}

/** None first, then the surest: of two conditions that both have to hold, the one that says more. */
export function rankOf(named: readonly Named[]): number {
  return named.length === 0 ? -1 : Math.min(...named.map(({ certainty }) => Certainty.indexOf(certainty)))
}

function saidBy({ key, comparesArns, isForAnyValue }: Restriction, value: string, owner: Owner): Said {
  if (CALLERS.has(key)) {
    if (CALLERS.get(key) !== value) return 'anybody'
    return key === 'aws:resourceaccount' ? 'inside' : ownOrganisation(owner)
  }
  if (ACCOUNT_KEYS.has(key)) return value === OWN_ACCOUNT ? 'inside' : ofAccount(value, owner)
  if (ARN_KEYS.has(key)) return ofArn(value, { key, comparesArns }, owner)
  if (ORGANISATION_KEYS.has(key)) return value === OWN_ORGANISATION ? ownOrganisation(owner) : ofOrganisation(value, owner)
  if (!PATH_KEYS.has(key) || !isForAnyValue) return 'anybody'
  const [organisation = '', ...path] = value.split('/')
  if (path.length === 0) return 'anybody'
  return organisation === OWN_ORGANISATION ? ownOrganisation(owner) : ofOrganisation(organisation, owner)
}

function ofAccount(value: string, { account }: Owner): Said {
  if (!/^\d{12}$/.test(value)) return 'anybody'
  return value === account ? 'inside' : { name: value, certainty: 'certain' }
}

/** The account of an ARN counts, unless a wildcard before it could match another ARN that has our account in its resource. */
function ofArn(value: string, { key, comparesArns }: { key: string; comparesArns: boolean }, owner: Owner): Said {
  const parts = value.split(':')
  const account = parts[4] ?? ''
  if (!comparesArns && /[*?]/.test(parts.slice(0, 4).join(':'))) return 'anybody'
  if (account !== '') return ofAccount(account, owner)
  // The ARN of a bucket says no account: the bucket may be anybody's.
  const isOne = key === 'aws:sourcearn' && !/[*?]/.test(value[0] ?? '*') && /^[^*?]/.test(parts.slice(5).join(':'))
  return isOne && parseArn(value) !== undefined
    ? { name: `${value}, whose account the policy does not say`, certainty: 'likely' }
    : 'anybody'
}

/** The organisation that a condition names is anybody's word, unless people have said which one is theirs. */
function ofOrganisation(value: string, { organization }: Owner): Said {
  if (!/^o-[a-z0-9]+$/i.test(value)) return 'anybody'
  if (organization === undefined) return { name: `organisation ${value}, not known to be yours`, certainty: 'likely' }
  return value.toLowerCase() === organization ? 'inside' : { name: `organisation ${value}`, certainty: 'certain' }
}

function ownOrganisation({ organization }: Owner): Said {
  return organization === undefined ? UNNAMED_ORGANISATION : 'inside'
}
