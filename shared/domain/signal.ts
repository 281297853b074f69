import * as z from 'zod'
import type { SignalException } from './excepted.ts'
import type { NetworkKind } from './network.ts'
import type { Report, SignalSource } from './report.ts'
import type { RuleMatch } from './rule-match.ts'
import type { TrustedClaim } from './trusted-claim.ts'

export const IdentityKind = z.enum([
  'iam-user',
  'role',
  'root',
  'federated-user',
  'web-identity',
  'saml',
  'identity-center',
  'aws-account',
  'aws-service',
  'unknown',
])
export type IdentityKind = z.infer<typeof IdentityKind>

/**
 * Who acted. `id` is the ARN or its closest equivalent; the identity of a role session is the role. `principalId` is IAM's unique id of a user or role
 * where the source says it: it stays when a user is renamed, and another one of the same name has another.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
 */
export const Identity = z
  .strictObject({ id: z.string(), kind: IdentityKind, name: z.string(), account: z.string(), principalId: z.string().exactOptional() })
  .readonly()
export type Identity = z.infer<typeof Identity>

export const CredentialKind = z.enum(['access-key', 'session', 'bedrock-api-key', 'console', 'none'])
export type CredentialKind = z.infer<typeof CredentialKind>

/** The credential that was used. `id` is the access key id where there is one; never a secret. */
export const Credential = z
  .strictObject({
    id: z.string(),
    kind: CredentialKind,
    sessionName: z.string().exactOptional(),
    /**
     * The workload that a session was issued to, such as `instance i-0123…` or `function report`: as AWS states it, or as the session's name says. Credentials
     * do not leave it by themselves.
     */
    workload: z.string().exactOptional(),
  })
  .readonly()
export type Credential = z.infer<typeof Credential>

export const Outcome = z.enum(['success', 'denied', 'failed'])
export type Outcome = z.infer<typeof Outcome>

export type AddressKind = 'public' | 'private' | 'aws-service' | 'unknown'

/** Where a call came from. `address` and `agent` are untrusted text; the caller chooses `agent`. */
export interface Origin {
  readonly address: string
  readonly addressKind: AddressKind
  readonly country: string | undefined
  /** The network of a public address, such as `AS64496`, the organisation that runs it, and its kind. */
  readonly network: string | undefined
  readonly organisation: string | undefined
  readonly networkKind: NetworkKind | undefined
  /** True where the policy's blocklist names the address or its network. */
  readonly isBlocklisted: boolean
  readonly agent: string
  readonly agentFamily: string
  /** The AWS service that made the call for the caller, such as `cloudformation.amazonaws.com`. */
  readonly via: string | undefined
  /** The VPC endpoint that the call came through, such as `vpce-0123456789abcdef0`; absent where it came through none. `address` is then one of a VPC. */
  readonly vpcEndpointId?: string
}

export const CreatedKind = z.enum([...CredentialKind.options, 'service-specific-credential', 'user', 'role', 'backdoor', 'tag'])
export type CreatedKind = z.infer<typeof CreatedKind>

/** The owner of a `backdoor` whose call does not say what it opened; no name of IAM is written like it. */
export const UNNAMED = '(unknown)'

/**
 * What a call created that outlives it and may give the caller access again.
 *
 * `owner` is the name of the user or role that a credential belongs to, the ARN of the assumed role for a session, and for a `backdoor`
 * (a trust policy, a resource policy, a function, an identity provider) the name of the resource that was opened. A `tag` is a change of tags that the
 * policy names, on the user or role that `owner` names. `principalId` is IAM's unique id of a created user or role.
 */
export const Created = z
  .strictObject({ id: z.string(), kind: CreatedKind, owner: z.string(), principalId: z.string().exactOptional() })
  .readonly()
export type Created = z.infer<typeof Created>

/**
 * One normalised input, whatever its source.
 *
 * `time` is epoch milliseconds, as the source states it. `action` is `service:Operation` in the spelling of IAM policies.
 * `request`, `response` and `details` are the source's own parameters. They are untrusted: read them with `text` or check their types.
 */
export interface Signal {
  readonly id: string
  readonly kind: 'api-call' | 'assumption' | 'credential-exposure' | 'finding'
  readonly source: SignalSource
  readonly time: number
  readonly account: string
  readonly region: string
  readonly identity: Identity
  readonly credential: Credential
  readonly service: string
  readonly action: string
  readonly isReadOnly: boolean
  readonly outcome: Outcome
  readonly errorCode: string | undefined
  /** The kind of policy that denied the call explicitly, where the source says it. */
  readonly deniedBy?: 'service-control-policy' | 'identity-policy' | 'other'
  /** The resource that a refused call was about, where the error names it: CloudTrail leaves the parameters of refused calls out. */
  readonly deniedOn?: string
  /** False where the credentials were not accepted. Then it is an attempt by anybody: `credential` says so, and nobody is contained for it. */
  readonly isAuthenticated: boolean
  /** True where AWS states the credential's workload. Without it only the session's name says it, which whoever assumes the role chooses. */
  readonly isWorkloadStated?: true
  readonly origin: Origin
  readonly created: Created | undefined
  /** Who assumed the role; only on `assumption`, whose identity is the role. */
  readonly assumer: Identity | undefined
  /** The open incident whose credential issued this one; set on the first call of the credential. */
  readonly parentIncidentId: string | undefined
  /** Set where the evidence of that incident asks a person, or more. */
  readonly isParentSuspect?: true
  /** True for a call that changes the responder's own resources. */
  readonly isAgainstResponder: boolean
  /**
   * Set on a call against the responder that may be a deployment of its stack. `own`: through CloudFormation, by the role that deploys the stack;
   * `unproven`: through CloudFormation, where that role is not known; `unnamed`: of a change set that the request names by an ARN alone, or with parameters left out.
   */
  readonly deployment?: 'own' | 'unproven' | 'unnamed'
  readonly request: Readonly<Record<string, unknown>>
  readonly response: Readonly<Record<string, unknown>>
  /** Set where CloudTrail left the request parameters out, because they are too long or not to be shown: `request` says nothing then, and is not harmless. */
  readonly isRequestOmitted?: true
  /** The same of `response`, so what the call created may not be known. */
  readonly isResponseOmitted?: true
  /** Set where the source does not say the path of the role, or of the user, that is the identity. `joinRole` looks for it. */
  readonly isRolePathUnknown?: true
  /** CloudTrail's `additionalEventData`, such as whether MFA was used to sign in. */
  readonly details: Readonly<Record<string, unknown>>
  /** The code by which the source says that the credential is exposed; only on `credential-exposure`. */
  readonly exposure: string | undefined
  /** What a party says that is not CloudTrail; on every `finding`, and on a `credential-exposure` that such a party reports. */
  readonly report?: Report
  /** Tags that the policy names and that this call sets (`key=value`) or removes (`key`). */
  readonly policyTags?: readonly string[]
  /** Set where the policy declares the user a canary, which has no work. */
  readonly isCanary?: true
  /** The organisation of the account, where the policy names it. */
  readonly organization?: string
  /** The claims of shared identity providers by which a token is the account's own, where the policy names some. */
  readonly trustedClaims?: readonly TrustedClaim[]
  /** The exceptions of the policy that this call fits; absent where it fits none. */
  readonly exceptions?: readonly SignalException[]
  /** The incident that had contained the credential of this call, which succeeded all the same. */
  readonly containedBy?: string
  /** The incident whose containment or restriction refused this call: no act, and no evidence. */
  readonly refusedBy?: string
  /** The incident of which this call takes a step of the containment away, or tries to. */
  readonly reverses?: string
  /** The rules of people that match its record, the strongest first; absent where none does. */
  readonly rules?: readonly RuleMatch[]
  /** Set for a data event or a network activity event, which CloudTrail's event history does not hold. */
  readonly isDataEvent?: true
}

/** True where both are one user or role by IAM's unique id, whatever they are called. */
export function isSamePrincipal(a: Identity, b: Identity): boolean {
  return a.principalId !== undefined && a.principalId === b.principalId
}

/** True where both have one name, and IAM's unique ids say that they are two: one was renamed, or deleted, before the other got the name. */
export function isOtherPrincipal(a: Identity, b: Identity): boolean {
  return a.principalId !== undefined && b.principalId !== undefined && a.principalId !== b.principalId
}

/** The text, number or boolean at a path of an untrusted object, as text clipped to 512 characters; undefined where there is none. */
export function text(value: unknown, ...path: readonly string[]): string | undefined {
  let at: unknown = value
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = (at as Record<string, unknown>)[key]
  }
  if (typeof at === 'string') return at.length > 512 ? at.slice(0, 512) : at
  return typeof at === 'number' || typeof at === 'boolean' ? String(at) : undefined
}
