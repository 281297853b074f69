import { parseArn } from '../domain/arn.ts'
import { listOf, statementsOf } from './policy-document.ts'
import { type Limits, limitsOf } from './policy-limits.ts'

/**
 * Somebody outside the account that a policy lets in: an ARN, an account id, a unique id, or `*` for everybody.
 *
 * `isCertain` is false where the policy asks for an external id as well, as vendors ask their customers to do, and where the text does not
 * say whose account it is.
 */
export interface Outsider {
  readonly name: string
  readonly isCertain: boolean
}

const EVERYBODY: Outsider = { name: '*', isCertain: true }

/** The principals outside `account` that a trust or resource policy allows. Principals are compared by the parts of their ARNs. */
export function outsidersIn(document: unknown, account: string): readonly Outsider[] {
  return statementsOf(document)
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Principal, NotPrincipal, Condition }) => {
      const limits = limitsOf(Condition)
      // Everybody who is not named: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
      if (NotPrincipal !== undefined || Principal === '*') return limited(EVERYBODY, account, limits)
      if (typeof Principal !== 'object' || Principal === null) return []
      const named = Principal as Readonly<Record<string, unknown>>
      return [
        ...textsOf(named.AWS).flatMap((text) => limited(outsiderOf(text, account), account, limits)),
        ...textsOf(named.CanonicalUser).flatMap((text) => limited(unknown(text), account, limits)),
        ...textsOf(named.Federated).flatMap((text) => federated(text, account, limits)),
      ]
    })
}

/** The account of a principal that is an account id or an ARN; undefined where it names none, as the name of a service does. */
export function accountOf(principal: string): string | undefined {
  if (/^\d{12}$/.test(principal)) return principal
  const account = parseArn(principal)?.account
  return account !== undefined && /^\d{12}$/.test(account) ? account : undefined
}

function outsiderOf(principal: string, account: string): Outsider | undefined {
  if (principal === '*') return EVERYBODY
  const owner = accountOf(principal)
  if (owner !== undefined) return owner === account ? undefined : { name: principal, isCertain: true }
  // `arn:aws:iam::cloudfront:user/…`: AWS owns such a principal.
  return parseArn(principal) === undefined ? unknown(principal) : undefined
}

/** A unique id such as `AIDA…` says nothing of its account; neither does a canonical user id of S3. */
function unknown(name: string): Outsider {
  return { name: `${name}, whose account the policy does not say`, isCertain: false }
}

/** What the conditions of a statement leave of an outsider. */
function limited(outsider: Outsider | undefined, account: string, { accounts, isRestricted, asksExternalId }: Limits): readonly Outsider[] {
  if (outsider === undefined || isRestricted) return []
  if (accounts !== undefined) {
    const others = accounts.filter((one) => one !== account)
    return outsider === EVERYBODY || others.length === 0 ? others.map((name) => ({ name, isCertain: true })) : [outsider]
  }
  if (!asksExternalId || outsider === EVERYBODY) return [outsider]
  return [{ name: `${outsider.name} with an external id`, isCertain: false }]
}

/** Identity providers that issue tokens to the customers of everybody: without a condition on the token, each of them gets in. */
const SHARED_PROVIDERS: ReadonlySet<string> = new Set([
  'accounts.google.com',
  'agent.buildkite.com',
  'app.terraform.io',
  'cognito-identity.amazonaws.com',
  'gitlab.com',
  'graph.facebook.com',
  'token.actions.githubusercontent.com',
  'www.amazon.com',
])

function federated(provider: string, account: string, { tokens }: Limits): readonly Outsider[] {
  const arn = parseArn(provider)
  if (arn !== undefined && arn.account !== account) return [{ name: provider, isCertain: true }]
  const host = arn === undefined ? provider : arn.resource.slice(arn.resource.indexOf('/') + 1)
  return SHARED_PROVIDERS.has(host) && !tokens.includes(host) ? [{ name: `everybody who signs in with ${host}`, isCertain: true }] : []
}

function textsOf(value: unknown): string[] {
  return listOf(value).flatMap((item) => (typeof item === 'string' || typeof item === 'number' ? String(item) : []))
}
