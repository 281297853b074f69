import { type Place, partitionFrom, principalIn, roleArn, rootArn, userArn } from '../../domain/arn.ts'
import { personOf } from '../../domain/identity-center.ts'
import type { Credential, CredentialKind, Identity, IdentityKind } from '../../domain/signal.ts'
import { accountAt, type Fields, HIDDEN, objectAt, textAt } from '../fields.ts'
import { principalIdIn } from './principal-id.ts'

/**
 * Who called and with what. `isWorkloadStated`: AWS says that the session was issued to a workload, and not only its name, which its caller chose.
 * `isPathUnknown`: the record does not say the path of the role, so that in the id is missing, or the likely one.
 */
export interface Actor {
  readonly identity: Identity
  readonly credential: Credential
  readonly isWorkloadStated: boolean
  readonly isPathUnknown: boolean
}

/** The identity and the credential of a CloudTrail record, for every `userIdentity` type. Any part may be missing. */
export function actorOf(record: Fields, user: Fields, details: Fields): Actor {
  const recipient = accountAt(record.recipientAccountId, 'recipientAccountId')
  const account = accountAt(user.accountId, 'userIdentity.accountId') ?? recipient ?? 'unknown'
  const partition = partitionFrom([nameAt(user.arn, 'userIdentity.arn', 2048)], textAt(record.awsRegion, 'awsRegion', 32))
  const context = objectAt(user.sessionContext, 'userIdentity.sessionContext')
  const issuer = objectAt(context.sessionIssuer, 'userIdentity.sessionContext.sessionIssuer')
  const scope = objectAt(user.inScopeOf, 'userIdentity.inScopeOf')
  const federation = objectAt(context.webIdFederationData, 'userIdentity.sessionContext.webIdFederationData')
  const eventType = textAt(record.eventType, 'eventType', 64)
  const caller = { user, context, issuer, scope, federation, isConsole: eventType === 'AwsConsoleSignIn', details }
  const { isPathUnknown = false, ...identity }: Read = identityOf(caller, { account, partition })
  const isWorkloadStated = identity.kind === 'role' && statedWorkload(caller) !== undefined
  return { identity, credential: credentialOf(caller, identity), isWorkloadStated, isPathUnknown }
}

/** The parts of a record that say who called, each read once: damage in one of them is seen whether it is needed or not. */
interface Caller {
  readonly user: Fields
  readonly context: Fields
  readonly issuer: Fields
  readonly scope: Fields
  readonly federation: Fields
  readonly details: Fields
  readonly isConsole: boolean
}

type Read = Identity & { readonly isPathUnknown?: boolean }

/** A text that names somebody. What CloudTrail hides names nobody. */
function nameAt(value: unknown, field: string, limit = 256): string | undefined {
  return value === HIDDEN ? undefined : textAt(value, field, limit)
}

function identityOf(caller: Caller, place: Place): Read {
  const { user } = caller
  const { account } = place
  const type = textAt(user.type, 'userIdentity.type', 32)
  const arn = nameAt(user.arn, 'userIdentity.arn', 2048)
  const principal = nameAt(user.principalId, 'userIdentity.principalId') ?? 'unknown'
  const userName = nameAt(user.userName, 'userIdentity.userName', 128)
  const as = (kind: IdentityKind, id: string, name = nameOf(id)): Identity => ({ id, kind, name, account })
  switch (type) {
    case 'IAMUser': {
      if (user.userName === HIDDEN && arn === undefined) return as('unknown', `unknown:${account}:hidden name`, 'a hidden name')
      const uniqueId = principalIdIn(principal)
      // IAM's calls take the name of a user: a unique id in its place is the name of nobody.
      if (arn === undefined && userName === undefined && uniqueId !== undefined)
        return withPrincipalId(as('unknown', `unknown:${account}:${uniqueId}`, uniqueId), uniqueId)
      const named = as('iam-user', arn ?? userArn(place, userName ?? principal), userName ?? nameOf(arn ?? principal))
      return withPrincipalId(named, uniqueId)
    }
    case 'Root':
      return as('root', rootArn(place), 'root')
    case 'AssumedRole':
    case 'Role':
      return roleOf(caller, place, { arn, principal })
    case 'FederatedUser':
      return as('federated-user', arn ?? `arn:${place.partition}:sts::${account}:federated-user/${principal}`)
    case 'SAMLUser':
      return as('saml', `saml:${principal}`, userName ?? principal)
    case 'WebIdentityUser':
      return as('web-identity', `web-identity:${principal}`, userName ?? principal)
    case 'IdentityCenterUser': {
      const behalf = objectAt(user.onBehalfOf, 'userIdentity.onBehalfOf')
      return as('identity-center', `identity-center:${textAt(behalf.userId, 'userIdentity.onBehalfOf.userId') ?? principal}`)
    }
    case 'AWSAccount':
      return as('aws-account', arn ?? `account:${account}`, principal)
    case 'AWSService': {
      const service = textAt(user.invokedBy, 'userIdentity.invokedBy', 128) ?? 'unknown'
      return as('aws-service', `service:${account}:${service}`, service)
    }
    default:
      return (type === undefined ? serviceIdentity(user, account) : undefined) ?? as('unknown', arn ?? `unknown:${account}:${principal}`)
  }
}

/** The service of a record whose `userIdentity` has `invokedBy` and no type, as records of service events have. */
function serviceIdentity(user: Fields, account: string): Identity | undefined {
  const name = textAt(user.invokedBy, 'userIdentity.invokedBy', 128)
  return name === undefined ? undefined : { id: `service:${account}:${name}`, kind: 'aws-service', name, account }
}

/**
 * The role of a session, or the person of Identity Center who has it. The ARN of the session issuer has the role's path; the ARN of the session does not.
 * Without both the unique id is all that is known of the role, and no name may be made of it.
 */
function roleOf({ user, issuer }: Caller, place: Place, { arn, principal }: { arn: string | undefined; principal: string }): Read {
  const { account } = place
  const [uniqueId = ''] = principal.split(':')
  const issuerArn = nameAt(issuer.arn, 'userIdentity.sessionContext.sessionIssuer.arn', 2048)
  // `AROA…:session-name`. Where the text begins otherwise, it is the id of somebody else.
  const issuerId = principalIdIn(issuer.principalId) ?? (uniqueId.startsWith('AROA') ? principalIdIn(uniqueId) : undefined)
  const name =
    nameAt(issuer.userName, 'userIdentity.sessionContext.sessionIssuer.userName', 128) ?? (arn === undefined ? undefined : roleNameIn(arn))
  if (name === undefined && issuerArn === undefined)
    return withPrincipalId(
      { id: `unknown:${account}:${uniqueId}`, kind: 'unknown', name: uniqueId, account, isPathUnknown: true },
      issuerId,
    )
  // Such as `arn:aws:iam::123456789012:role/ci/deploy`, which has the path.
  const named = issuerArn ?? (arn !== undefined && principalIn(arn)?.kind === 'role' ? arn : undefined)
  const known = name ?? nameOf(issuerArn ?? '')
  const role: Read = { id: named ?? pathlessArn(place, known), kind: 'role', name: known, account }
  const who = personOf(role, sessionNameOf(user)) ?? withPrincipalId(role, issuerId)
  return named === undefined ? { ...who, isPathUnknown: true } : who
}

/** The ARN of a session, whose role's name comes first. It is matched from its beginning: whoever makes a role may write `:assumed-role/` into its path. */
const SESSION = /^arn:[^:]*:sts:[^:]*:[^:]*:assumed-role\/([^/]+)/

function roleNameIn(arn: string): string {
  return SESSION.exec(arn)?.[1] ?? nameOf(arn)
}

/** The name of a role that Identity Center made for a permission set. */
const OF_IDENTITY_CENTER = /^AWSReservedSSO_.+_[0-9a-f]{16}$/

/**
 * The ARN of a role by its name. Roles of Identity Center have a path that AWS reserves, whatever else a record leaves out: only Identity Center may change
 * them, and a person takes steps there.
 * @see https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
 */
function pathlessArn(place: Place, name: string): string {
  return roleArn(place, OF_IDENTITY_CENTER.test(name) ? `aws-reserved/sso.amazonaws.com/${name}` : name)
}

function withPrincipalId(identity: Read, principalId: string | undefined): Read {
  return principalId === undefined ? identity : { ...identity, principalId }
}

function credentialOf(caller: Caller, identity: Identity): Credential {
  const { user, details, isConsole } = caller
  const keyId = textAt(user.accessKeyId, 'userIdentity.accessKeyId', 128)
  const sessionName = sessionNameOf(user)
  const workload = identity.kind === 'role' || identity.kind === 'unknown' ? workloadOf(caller, sessionName) : undefined
  const named = { ...(sessionName === undefined ? {} : { sessionName }), ...(workload === undefined ? {} : { workload }) }
  if (details.callWithBearerToken === true || details.callWithBearerToken === 'true') {
    return { id: keyId ?? `bearer:${identity.id}`, kind: 'bedrock-api-key', ...named }
  }
  if (keyId !== undefined) return { id: keyId, kind: kindOf(keyId), ...named }
  if (isConsole) return { id: `console:${identity.name}`, kind: 'console' }
  return { id: sessionName === undefined ? `none:${identity.id}` : `session:${identity.id}/${sessionName}`, kind: 'none', ...named }
}

/** EC2 names the sessions of an instance by the id of the instance. */
const INSTANCE = /^i-[0-9a-f]{8,17}$/

/** ECS names the session of a task's role by the id of the task. */
const TASK = /^[0-9a-f]{32}$/

/**
 * The workload that a session was issued to, or undefined: as AWS states it, or else by the session's name. Whoever assumes a role chooses the name, so a name
 * alone makes nobody less suspect; the credentials of what is named like an instance or a task have no business outside AWS all the same.
 */
function workloadOf(caller: Caller, sessionName: string | undefined): string | undefined {
  const stated = statedWorkload(caller)
  if (stated !== undefined && stated !== DELIVERED) return stated
  if (sessionName === undefined) return undefined
  if (stated === DELIVERED) return `instance ${sessionName.slice(0, 64)}`
  if (TASK.test(sessionName)) return `task ${sessionName}`
  return INSTANCE.test(sessionName) ? `instance ${sessionName}` : undefined
}

/** What CloudTrail says that credentials were issued to (`inScopeOf.issuerType`), as people call it. */
const ISSUED_TO: ReadonlyMap<string, string> = new Map([
  ['AWS::Lambda::Function', 'function'],
  ['AWS::EC2::Instance', 'instance'],
])

/** The metadata service delivered the session, and the record does not say of which instance. */
const DELIVERED = 'instance'

/**
 * The workload that AWS states, or undefined. A function or an instance is named by CloudTrail's `inScopeOf.credentialsIssuedTo`; `ec2RoleDelivery` is set by
 * the instance metadata service alone; a pod by the provider of its cluster. Of tasks of ECS no record of a call says it.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
 */
function statedWorkload({ context, scope, federation }: Caller): string | undefined {
  const issuedTo = textAt(scope.credentialsIssuedTo, 'userIdentity.inScopeOf.credentialsIssuedTo', 2048)
  const what = ISSUED_TO.get(textAt(scope.issuerType, 'userIdentity.inScopeOf.issuerType', 64) ?? '')
  const provider = textAt(federation.federatedProvider, 'userIdentity.sessionContext.webIdFederationData.federatedProvider', 2048)
  const isDelivered = textAt(context.ec2RoleDelivery, 'userIdentity.sessionContext.ec2RoleDelivery', 8) !== undefined
  if (what !== undefined && issuedTo !== undefined) return `${what} ${issuedTo.slice(issuedTo.search(/[^:/]*$/)).slice(0, 64)}`
  if (provider !== undefined && CLUSTER.test(provider))
    return `pod of cluster ${provider.slice(provider.lastIndexOf('/') + 1).slice(0, 64)}`
  return isDelivered ? DELIVERED : undefined
}

/** The identity provider of an EKS cluster, which gives tokens to its pods. */
const CLUSTER = /:oidc-provider\/oidc\.eks\.[a-z0-9-]+\.amazonaws\.com(\.cn)?\/id\/\w+$/

function kindOf(keyId: string): CredentialKind {
  if (keyId.startsWith('AKIA')) return 'access-key'
  return keyId.startsWith('ASIA') ? 'session' : 'none'
}

/** The name of a session, which its ARN ends in; without an ARN, its unique id does: `AROA…:session-name`. */
function sessionNameOf(user: Fields): string | undefined {
  const arn = nameAt(user.arn, 'userIdentity.arn', 2048)
  if (arn === undefined) {
    if (textAt(user.type, 'userIdentity.type', 32) !== 'AssumedRole') return undefined
    return /^AROA[A-Z0-9]+:(.+)$/.exec(nameAt(user.principalId, 'userIdentity.principalId') ?? '')?.[1]
  }
  const role = arn.indexOf(':assumed-role/')
  const slash = role < 0 ? -1 : arn.indexOf('/', role + ':assumed-role/'.length)
  return slash < 0 ? undefined : arn.slice(slash + 1) || undefined
}

function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1).slice(0, 128)
}
