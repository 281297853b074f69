import { type Place, partitionFrom, roleArn, rootArn, userArn } from '../../domain/arn.ts'
import { personOf } from '../../domain/identity-center.ts'
import type { Credential, CredentialKind, Identity, IdentityKind } from '../../domain/signal.ts'
import { type Fields, fieldsOf, textOf } from '../fields.ts'
import { principalIdIn } from './principal-id.ts'

/** Who acted by a CloudTrail record. `isWorkloadStated`: AWS says that the session was issued to a workload, and not only its name, which its caller chose. */
export interface Actor {
  readonly identity: Identity
  readonly credential: Credential
  readonly isWorkloadStated: boolean
}

/** The identity and the credential of a CloudTrail record, for every `userIdentity` type. Any part may be missing. */
export function actorOf(record: Fields): Actor {
  const user = fieldsOf(record.userIdentity)
  const account = textOf(user.accountId, 32) ?? textOf(record.recipientAccountId, 32) ?? 'unknown'
  const partition = partitionFrom([textOf(user.arn, 2048)], textOf(record.awsRegion, 32))
  const identity = identityOf(user, { account, partition })
  const isWorkloadStated = identity.kind === 'role' && statedWorkload(user) !== undefined
  return { identity, credential: credentialOf(record, user, identity), isWorkloadStated }
}

function identityOf(user: Fields, place: Place): Identity {
  const { account } = place
  const type = textOf(user.type, 32)
  const arn = textOf(user.arn, 2048)
  const principal = textOf(user.principalId) ?? 'unknown'
  const as = (kind: IdentityKind, id: string, name = nameOf(id)): Identity => ({ id, kind, name, account })
  switch (type) {
    case 'IAMUser': {
      const name = textOf(user.userName, 128)
      const named = as('iam-user', arn ?? userArn(place, name ?? principal), name ?? nameOf(arn ?? principal))
      return withPrincipalId(named, principalIdIn(principal))
    }
    case 'Root':
      return as('root', rootArn(place), 'root')
    case 'AssumedRole':
    case 'Role':
      return roleOf(user, place, arn ?? principal)
    case 'FederatedUser':
      return as('federated-user', arn ?? `arn:${place.partition}:sts::${account}:federated-user/${principal}`)
    case 'SAMLUser':
      return as('saml', `saml:${principal}`, textOf(user.userName, 128) ?? principal)
    case 'WebIdentityUser':
      return as('web-identity', `web-identity:${principal}`, textOf(user.userName, 128) ?? principal)
    case 'IdentityCenterUser':
      return as('identity-center', `identity-center:${textOf(fieldsOf(user.onBehalfOf).userId) ?? principal}`)
    case 'AWSAccount':
      return as('aws-account', arn ?? `account:${account}`, principal)
    case 'AWSService': {
      const service = textOf(user.invokedBy, 128) ?? 'unknown'
      return as('aws-service', `service:${service}`, service)
    }
    default:
      return (type === undefined ? serviceIdentity(user, account) : undefined) ?? as('unknown', arn ?? `unknown:${account}:${principal}`)
  }
}

/** The service of a record whose `userIdentity` has `invokedBy` and no type, as records of service events have. */
function serviceIdentity(user: Fields, account: string): Identity | undefined {
  const name = textOf(user.invokedBy, 128)
  return name === undefined ? undefined : { id: `service:${name}`, kind: 'aws-service', name, account }
}

/** The role of a session, or the person of Identity Center who has it. The ARN of the session issuer has the role's path; the ARN of the session does not. */
function roleOf(user: Fields, place: Place, arn: string): Identity {
  const issuer = fieldsOf(fieldsOf(user.sessionContext).sessionIssuer)
  const issuerArn = textOf(issuer.arn, 2048)
  const name = textOf(issuer.userName, 128) ?? (arn.includes(':assumed-role/') ? (arn.split('/')[1] ?? nameOf(arn)) : nameOf(arn))
  const role: Identity = { id: issuerArn ?? roleArn(place, name), kind: 'role', name, account: place.account }
  return personOf(role, sessionOf(textOf(user.arn, 2048))) ?? withPrincipalId(role, principalIdIn(issuer.principalId))
}

function withPrincipalId(identity: Identity, principalId: string | undefined): Identity {
  return principalId === undefined ? identity : { ...identity, principalId }
}

function credentialOf(record: Fields, user: Fields, identity: Identity): Credential {
  const keyId = textOf(user.accessKeyId, 128)
  const sessionName = sessionOf(textOf(user.arn, 2048))
  const workload = identity.kind === 'role' ? workloadOf(user, sessionName) : undefined
  const named = { ...(sessionName === undefined ? {} : { sessionName }), ...(workload === undefined ? {} : { workload }) }
  if (fieldsOf(record.additionalEventData).callWithBearerToken === true) {
    return { id: keyId ?? `bearer:${identity.id}`, kind: 'bedrock-api-key', ...named }
  }
  if (keyId !== undefined) return { id: keyId, kind: kindOf(keyId), ...named }
  if (textOf(record.eventType, 64) === 'AwsConsoleSignIn') return { id: `console:${identity.name}`, kind: 'console' }
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
function workloadOf(user: Fields, sessionName: string | undefined): string | undefined {
  const stated = statedWorkload(user)
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
function statedWorkload(user: Fields): string | undefined {
  const scope = fieldsOf(user.inScopeOf)
  const issuedTo = textOf(scope.credentialsIssuedTo, 2048)
  const what = ISSUED_TO.get(textOf(scope.issuerType, 64) ?? '')
  if (what !== undefined && issuedTo !== undefined) return `${what} ${issuedTo.slice(issuedTo.search(/[^:/]*$/)).slice(0, 64)}`
  const session = fieldsOf(user.sessionContext)
  const provider = textOf(fieldsOf(session.webIdFederationData).federatedProvider, 2048)
  if (provider !== undefined && CLUSTER.test(provider))
    return `pod of cluster ${provider.slice(provider.lastIndexOf('/') + 1).slice(0, 64)}`
  return textOf(session.ec2RoleDelivery, 8) === undefined ? undefined : DELIVERED
}

/** The identity provider of an EKS cluster, which gives tokens to its pods. */
const CLUSTER = /:oidc-provider\/oidc\.eks\.[a-z0-9-]+\.amazonaws\.com(\.cn)?\/id\/\w+$/

function kindOf(keyId: string): CredentialKind {
  if (keyId.startsWith('AKIA')) return 'access-key'
  return keyId.startsWith('ASIA') ? 'session' : 'none'
}

function sessionOf(arn: string | undefined): string | undefined {
  const role = arn?.indexOf(':assumed-role/') ?? -1
  if (arn === undefined || role < 0) return undefined
  const slash = arn.indexOf('/', role + ':assumed-role/'.length)
  return slash < 0 ? undefined : arn.slice(slash + 1) || undefined
}

function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1).slice(0, 128)
}
