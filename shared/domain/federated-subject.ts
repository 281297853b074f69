import { createHash } from 'node:crypto'
import { type Signal, text } from './signal.ts'
import { SHARED_PROVIDERS } from './trusted-claim.ts'

/**
 * Who assumed a role by the token of an identity provider, without what differs from run to run: branch, environment, step.
 *
 * `id` has at most 64 characters and is the same for every run, such as `github:example/shop`. `owner` is the organisation at a provider that serves
 * everybody. `isShared` is true where the provider gives tokens to the customers of everybody; a provider that serves the account alone is its own. `claims`
 * are those that the log says, by the names that the policy's `trustedClaims` have.
 */
export interface FederatedSubject {
  readonly id: string
  readonly name: string
  readonly isShared: boolean
  readonly owner: string | undefined
  readonly provider: string
  readonly claims: Readonly<Record<string, string>>
}

/** Values of a baseline are clipped to so many characters; what is longer ends in a hash, so that two never become one. */
const ID_LIMIT = 64
const HASH_LENGTH = 16

/** A build service: the address of its tokens, and where their subjects say organisation and project. */
interface BuildService {
  readonly label: string
  readonly host: RegExp
  readonly project: RegExp
}

/**
 * Subjects as the services document them. GitHub lets a repository choose what its subject consists of; one that names no repository is taken whole.
 * @see https://docs.github.com/en/actions/reference/security/oidc
 * @see https://docs.gitlab.com/ci/secrets/id_token_authentication/
 * @see https://buildkite.com/docs/pipelines/security/oidc
 * @see https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/workload-identity-tokens
 * @see https://circleci.com/docs/openid-connect-tokens/
 * @see https://support.atlassian.com/bitbucket-cloud/docs/deploy-on-aws-using-bitbucket-pipelines-openid-connect/
 */
const BUILD_SERVICES: readonly BuildService[] = [
  { label: 'github', host: /^token\.actions\.githubusercontent\.com(\/|$)/, project: /(?:^|:)repo(?:sitory)?:([^/:]+)\/([^:]+)/ },
  { label: 'gitlab', host: /^gitlab\.com$/, project: /^project_path:([^/:]+)\/([^:]+)/ },
  { label: 'buildkite', host: /^agent\.buildkite\.com$/, project: /^organization:([^:]+):pipeline:([^:]+)/ },
  { label: 'terraform', host: /^app\.terraform\.io$/, project: /^organization:([^:]+):project:([^:]+)/ },
  { label: 'circleci', host: /^oidc\.circleci\.com\/org\//, project: /^org\/([^/]+)\/project\/([^/]+)/ },
  { label: 'bitbucket', host: /^api\.bitbucket\.org\/2\.0\/workspaces\//, project: /^()(\{[^}]+\})/ },
]

/** Providers at which people sign in to an application: each customer has a subject of its own, and the audience says which application or pool. */
const SIGN_IN: ReadonlySet<string> = new Set([
  'accounts.google.com',
  'cognito-identity.amazonaws.com',
  'graph.facebook.com',
  'www.amazon.com',
])

/** Who assumed a role by a web identity or by SAML; undefined for other calls, and where the log does not say it. */
export function federatedSubject({
  action,
  request,
  response,
}: Pick<Signal, 'action' | 'request' | 'response'>): FederatedSubject | undefined {
  if (action === 'sts:AssumeRoleWithSAML') return samlSubject(request, response)
  if (action !== 'sts:AssumeRoleWithWebIdentity') return undefined
  const provider = text(response, 'provider')
  const subject = text(response, 'subjectFromWebIdentityToken')
  if (provider === undefined || subject === undefined) return undefined
  const host = hostOf(provider)
  const audience = text(response, 'audience')
  const said = { provider: host, claims: { sub: subject, ...(audience === undefined ? {} : { aud: audience }) } }
  if (SIGN_IN.has(host))
    return audience === undefined
      ? undefined
      : { id: short(`${host}:`, audience), name: audience, isShared: true, owner: undefined, ...said }
  const service = BUILD_SERVICES.find((one) => one.host.test(host))
  if (service !== undefined) return buildSubject(service, subject, said)
  const isShared = Object.hasOwn(SHARED_PROVIDERS, host)
  return { id: short(`${host}:`, subject), name: subject, isShared, owner: undefined, ...said }
}

/** True for the id of a subject of a provider that serves everybody. */
export function isSharedSubject(id: string): boolean {
  const label = id.slice(0, id.indexOf(':'))
  return SIGN_IN.has(label) || BUILD_SERVICES.some((service) => service.label === label)
}

/** True where a subject is of the same service and organisation as another one. */
export function isSameOwner({ id, owner }: FederatedSubject, other: string): boolean {
  return owner !== undefined && other.startsWith(ownerPart(id.slice(0, id.indexOf(':')), owner))
}

function buildSubject(
  { label, project }: BuildService,
  subject: string,
  said: Pick<FederatedSubject, 'provider' | 'claims'>,
): FederatedSubject {
  const [, owner, name] = project.exec(subject) ?? []
  if (owner === undefined || name === undefined)
    return { id: short(`${label}:`, subject), name: subject, isShared: true, owner: undefined, ...said }
  if (owner === '') return { id: short(`${label}:`, name), name, isShared: true, owner: undefined, ...said }
  return { id: short(ownerPart(label, owner), name), name: `${owner}/${name}`, isShared: true, owner, ...said }
}

/** What all subjects of one organisation begin with, which has room for the project behind it. */
function ownerPart(label: string, owner: string): string {
  const room = ID_LIMIT - HASH_LENGTH - label.length - 3
  return `${label}:${owner.length > room ? `${owner.slice(0, room - HASH_LENGTH)}${hashOf(owner)}` : owner}/`
}

/** A person of a SAML provider; the provider alone where it gives another subject at each sign-in. */
function samlSubject(request: Signal['request'], response: Signal['response']): FederatedSubject | undefined {
  const provider = text(request, 'principalArn')
  const subject = text(response, 'subject')
  if (provider === undefined) return undefined
  const name = provider.slice(provider.lastIndexOf('/') + 1)
  const isPerson = subject !== undefined && text(response, 'subjectType') !== 'transient'
  return {
    id: short(`saml:${name}:`, isPerson ? subject : ''),
    name: isPerson ? subject : name,
    isShared: false,
    owner: undefined,
    provider: name,
    claims: {},
  }
}

/** The address of a provider, of its ARN or as AWS names it. */
function hostOf(provider: string): string {
  const at = provider.indexOf(':oidc-provider/')
  return (at < 0 ? provider : provider.slice(at + ':oidc-provider/'.length)).toLowerCase()
}

/** A text that begins so as an id: what begins alike has room for 47 characters of it. */
function short(start: string, rest: string): string {
  const whole = `${start}${rest}`
  return whole.length <= ID_LIMIT ? whole : `${whole.slice(0, ID_LIMIT - HASH_LENGTH - 1)}~${hashOf(whole)}`
}

/** Names are of others' choice, so a hash that nobody can aim at. */
function hashOf(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, HASH_LENGTH)
}
