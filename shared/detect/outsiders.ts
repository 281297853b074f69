import { parseArn, serviceIn } from '../domain/arn.ts'
import { type Statement, statementsOf, textsOf } from '../domain/iam-policy.ts'
import type { Signal } from '../domain/signal.ts'
import { federatedIn } from './federated.ts'
import { Certainty, type Limits, limitsOf, type Named, type Owner } from './policy-limits.ts'

/**
 * Somebody outside the account, and outside its organisation where people have said which that is, that a policy lets in: an ARN, an account
 * id, a unique id, an organisation, a service that acts for whoever asks it, or `*` for everybody.
 *
 * It is certain where the policy says so. It is likely where the policy asks for an external id as well, as vendors ask their customers to
 * do, where it does not say whose an account, an organisation or a token of a shared identity provider is, and where CloudFront reads for a
 * distribution that may be anybody's. It is possible where another service acts for a customer that the policy does not say.
 */
export type Outsider = Named

const EVERYBODY: Outsider = { name: '*', certainty: 'certain' }

/** The weight of a finding where no outsider is certain: alone it notifies people. */
const LIKELY_WEIGHT = 0.35

/** The weight of a finding on outsiders; undefined where it is the detector's own, because one of them is certain. */
export function outsiderWeight(outsiders: readonly Outsider[]): number | undefined {
  return outsiders.some(({ certainty }) => certainty === 'certain') ? undefined : LIKELY_WEIGHT
}

/**
 * The outsiders that a policy in a call lets in and that are at least likely. That a service could act for another customer says nothing of
 * who made the call: most accounts have such policies.
 */
export function likelyOutsidersIn(
  document: unknown,
  { account, organization, trustedClaims }: Pick<Signal, 'account' | 'organization' | 'trustedClaims'>,
): readonly Outsider[] {
  return outsidersIn(document, { account, organization, trustedClaims }).filter(({ certainty }) => certainty !== 'possible')
}

/** The principals outside `owner` that a trust or resource policy allows, the surest first. Principals are compared by the parts of their ARNs. */
export function outsidersIn(document: unknown, owner: Owner): readonly Outsider[] {
  const all = statementsOf(document)
    .filter(({ effect }) => effect === 'Allow')
    .flatMap((statement) => allowedBy(statement, owner))
  return all.toSorted((one, other) => Certainty.indexOf(one.certainty) - Certainty.indexOf(other.certainty))
}

function allowedBy(statement: Statement, owner: Owner): readonly Outsider[] {
  const { principal, notPrincipal, condition } = statement
  const limits = limitsOf(condition, owner)
  // Everybody who is not named: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
  if (notPrincipal !== undefined) return limited(EVERYBODY, limits)
  if (typeof principal === 'string') return limited(outsiderOf(principal, owner), limits)
  if (typeof principal !== 'object' || principal === null) return principal === undefined ? [] : [UNREADABLE]
  return Object.entries(principal).flatMap(([kind, value]) => {
    const names = textsOf(value)
    switch (kind.toLowerCase()) {
      case 'aws':
        return names.flatMap((name) => limited(outsiderOf(name, owner), limits))
      case 'canonicaluser':
        return names.flatMap((name) => limited(unknown(name), limits))
      case 'federated':
        return names.flatMap((name) => federatedIn(name, condition, owner))
      case 'service':
        return names.flatMap((name) => servedBy(name, statement, limits))
      default:
        return [UNREADABLE]
    }
  })
}

const UNREADABLE: Outsider = { name: 'a principal of an unknown form', certainty: 'likely' }

/** The account of a principal that is an account id or an ARN; undefined where it names none, as the name of a service does. */
export function accountOf(principal: string): string | undefined {
  if (/^\d{12}$/.test(principal)) return principal
  const account = parseArn(principal)?.account
  return account !== undefined && /^\d{12}$/.test(account) ? account : undefined
}

function outsiderOf(principal: string, { account }: Owner): Outsider | undefined {
  if (principal === '*') return EVERYBODY
  const owner = accountOf(principal)
  if (owner !== undefined) return owner === account ? undefined : { name: principal, certainty: 'certain' }
  // `arn:aws:iam::cloudfront:user/…`: AWS owns such a principal, and acts by it for a customer that the policy does not say.
  const service = /^[a-z]+$/.exec(parseArn(principal)?.account ?? '')?.[0]
  return service === undefined ? unknown(principal) : { name: principal, certainty: service === 'cloudfront' ? 'likely' : 'possible' }
}

/** A unique id such as `AIDA…` says nothing of its account; neither does a canonical user id of S3. */
function unknown(name: string): Outsider {
  return { name: `${name}, whose account the policy does not say`, certainty: 'likely' }
}

/** CloudFront serves what it reads to whoever asks the distribution of any of its customers. */
const SERVING = 'cloudfront'

/**
 * A service as a deputy of any of its customers: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html. Whom the conditions
 * name is no surer than likely, because what they leave out is no smaller. A service takes a role on only where somebody who may pass that
 * role has given it to the service, so a role that trusts one is no case of it unless it names an outsider.
 */
function servedBy(service: string, { actions }: Statement, { named }: Limits): readonly Outsider[] {
  const certainty = serviceIn(service.toLowerCase()) === SERVING ? 'likely' : 'possible'
  if (named !== undefined)
    return named.map((one) => ({ name: `${one.name} through ${service}`, certainty: one.certainty === 'certain' ? 'likely' : certainty }))
  const isTrust = actions.every((action) => /^sts:/i.test(action))
  return isTrust ? [] : [{ name: `any customer of ${service}`, certainty }]
}

/** What the conditions of a statement leave of an outsider. Whom a policy names is as sure as it is, whatever organisation it is said to be in. */
function limited(outsider: Outsider | undefined, { named, asksExternalId }: Limits): readonly Outsider[] {
  if (outsider === undefined || named?.length === 0) return []
  if (outsider === EVERYBODY) return named ?? [outsider]
  return asksExternalId ? [{ name: `${outsider.name} with an external id`, certainty: 'likely' }] : [outsider]
}
