import { type Created, UNNAMED } from '../../domain/signal.ts'
import { type Fields, fieldsOf, HIDDEN, textOf } from '../fields.ts'
import { principalIdIn } from './principal-id.ts'

/** What a successful call created: a credential, an identity, or a backdoor. `caller` is the owner where the response names none. */
export function createdBy(
  action: string,
  caller: string,
  { request, response }: { request: Fields; response: Fields },
): Created | undefined {
  switch (action) {
    case 'iam:CreateAccessKey':
      return accessKey(fieldsOf(response.accessKey), caller)
    case 'iam:CreateLoginProfile':
      return loginProfile(fieldsOf(response.loginProfile), request.userName)
    case 'iam:CreateServiceSpecificCredential':
      return serviceCredential(fieldsOf(response.serviceSpecificCredential), caller)
    case 'iam:CreateUser':
      return named('user', fieldsOf(response.user), { request: request.userName, response: fieldsOf(response.user).userName })
    case 'iam:CreateRole':
      return named('role', fieldsOf(response.role), { request: request.roleName, response: fieldsOf(response.role).roleName })
  }
  return session(response, caller) ?? backdoor(action, request)
}

/** The name of a user or role; undefined where CloudTrail hides it. */
function nameOf(value: unknown, limit = 128): string | undefined {
  return value === HIDDEN ? undefined : textOf(value, limit)
}

function accessKey(key: Fields, caller: string): Created | undefined {
  const id = textOf(key.accessKeyId, 128)
  return id === undefined ? undefined : { id, kind: 'access-key', owner: nameOf(key.userName) ?? caller }
}

function loginProfile(profile: Fields, requested: unknown): Created | undefined {
  const owner = nameOf(profile.userName) ?? nameOf(requested)
  return owner === undefined ? undefined : { id: `console:${owner}`, kind: 'console', owner }
}

function serviceCredential(credential: Fields, caller: string): Created | undefined {
  const id = textOf(credential.serviceSpecificCredentialId, 128)
  return id === undefined ? undefined : { id, kind: 'service-specific-credential', owner: nameOf(credential.userName) ?? caller }
}

/** Either the request or the answer may be left out of a record; both name what was created. */
function named(kind: 'user' | 'role', made: Fields, names: { request: unknown; response: unknown }): Created | undefined {
  const owner = nameOf(names.request) ?? nameOf(names.response)
  if (owner === undefined) return undefined
  const principalId = principalIdIn(kind === 'user' ? made.userId : made.roleId)
  return { id: textOf(made.arn, 2048) ?? `${kind}:${owner}`, kind, owner, ...(principalId === undefined ? {} : { principalId }) }
}

function session(response: Fields, caller: string): Created | undefined {
  const id = textOf(fieldsOf(response.credentials).accessKeyId, 128)
  if (id === undefined) return undefined
  const owner = textOf(fieldsOf(response.assumedRoleUser).arn) ?? textOf(fieldsOf(response.federatedUser).arn) ?? caller
  return { id, kind: 'session', owner }
}

/** Calls that can give an outsider access or an identity rights that outlast the incident, with the request parameter that names the resource that was opened. */
export const BACKDOORS: ReadonlyMap<string, string> = new Map([
  ['iam:UpdateLoginProfile', 'userName'],
  ['iam:UploadSSHPublicKey', 'userName'],
  ['iam:ResetServiceSpecificCredential', 'serviceSpecificCredentialId'],
  ['iam:UpdateAssumeRolePolicy', 'roleName'],
  ['iam:CreatePolicy', 'policyName'],
  ['iam:CreatePolicyVersion', 'policyArn'],
  ['iam:SetDefaultPolicyVersion', 'policyArn'],
  ['iam:CreateOpenIDConnectProvider', 'url'],
  ['iam:AddClientIDToOpenIDConnectProvider', 'openIDConnectProviderArn'],
  ['iam:CreateSAMLProvider', 'name'],
  ['iam:UpdateSAMLProvider', 'sAMLProviderArn'],
  ['rolesanywhere:CreateTrustAnchor', 'name'],
  ['rolesanywhere:CreateProfile', 'name'],
  ['lambda:CreateFunction', 'functionName'],
  ['lambda:UpdateFunctionCode', 'functionName'],
  ['lambda:AddPermission', 'functionName'],
  ['lambda:CreateFunctionUrlConfig', 'functionName'],
  ['lambda:CreateEventSourceMapping', 'functionName'],
  ['s3:PutBucketPolicy', 'bucketName'],
  ['kms:PutKeyPolicy', 'keyId'],
  ['kms:CreateGrant', 'keyId'],
  ['secretsmanager:PutResourcePolicy', 'secretId'],
  ['sns:AddPermission', 'topicArn'],
  ['sqs:AddPermission', 'queueUrl'],
  ['ec2:ModifySnapshotAttribute', 'snapshotId'],
  ['rds:ModifyDBSnapshotAttribute', 'dBSnapshotIdentifier'],
  ['rds:ModifyDBClusterSnapshotAttribute', 'dBClusterSnapshotIdentifier'],
  ['ec2:ModifyImageAttribute', 'imageId'],
])

function backdoor(action: string, request: Fields): Created | undefined {
  const parameter = BACKDOORS.get(action)
  if (parameter === undefined) return undefined
  const owner = nameOf(request[parameter], 256) ?? UNNAMED
  return { id: `${action} ${owner}`, kind: 'backdoor', owner }
}
