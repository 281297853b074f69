import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  DeleteRolePolicyCommand,
  DeleteUserPermissionsBoundaryCommand,
  DeleteUserPolicyCommand,
  DetachUserPolicyCommand,
  GetAccessKeyLastUsedCommand,
  GetAccountSummaryCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserCommand,
  GetUserPolicyCommand,
  type IAMClient,
  ListAccessKeysCommand,
  ListAttachedUserPoliciesCommand,
  ListServiceSpecificCredentialsCommand,
  ListSigningCertificatesCommand,
  ListSSHPublicKeysCommand,
  PutRolePolicyCommand,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
  type Tag,
  UpdateAccessKeyCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateServiceSpecificCredentialCommand,
  UpdateSigningCertificateCommand,
  UpdateSSHPublicKeyCommand,
} from '@aws-sdk/client-iam'
import { partitionOfRegion, principalIn, userArn } from '../domain/arn.ts'
import { roleArnOf } from '../domain/identity-center.ts'
import { ResponderError } from '../errors.ts'
import type { AccessKey, Description, Iam, KeyStatus, PutOutcome, Switch, SwitchKind } from '../ports/iam.ts'
import { isNamed } from './table.ts'

/**
 * IAM through the AWS API. `account` is the stack's account.
 *
 * `policiesOf` is always undefined, because reading an identity's policies takes many calls. The blast radius then rests on observed calls.
 */
export function awsIam(client: IAMClient, account: string): Iam {
  const ownerNameOf = async (accessKeyId: string) => {
    const last = await found(client.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: accessKeyId })))
    // For keys of root IAM returns no user name. An empty name must not become an identity.
    return last?.UserName === '' ? undefined : last?.UserName
  }
  const userOf = async (name: string) => (await found(client.send(new GetUserCommand({ UserName: name }))))?.User
  return {
    ownerNameOf,
    async ownerOf(accessKeyId) {
      const name = await ownerNameOf(accessKeyId)
      if (name === undefined) return undefined
      const user = await userOf(name)
      // The user was renamed or deleted this moment. The ARN then assumes the path `/`.
      const arn = user?.Arn ?? userArn({ account, partition: partitionOfRegion(await client.config.region()) }, name)
      return { id: arn, kind: 'iam-user', name, account, ...(user?.UserId === undefined ? {} : { principalId: user.UserId }) }
    },
    async listAccessKeys(userName) {
      const keys: AccessKey[] = []
      let marker: string | undefined
      do {
        const page = await found(client.send(new ListAccessKeysCommand({ UserName: userName, ...at(marker) })))
        for (const { AccessKeyId, Status } of page?.AccessKeyMetadata ?? []) {
          if (AccessKeyId !== undefined && Status !== undefined) keys.push({ id: AccessKeyId, status: Status })
        }
        marker = page?.IsTruncated === true ? page.Marker : undefined
      } while (marker !== undefined)
      return keys
    },
    async setAccessKeyStatus(userName, accessKeyId, status) {
      return isFound(client.send(new UpdateAccessKeyCommand({ UserName: userName, AccessKeyId: accessKeyId, Status: status })))
    },
    async getUserPolicy(userName, policyName) {
      const answer = await found(client.send(new GetUserPolicyCommand({ UserName: userName, PolicyName: policyName })))
      return answer?.PolicyDocument === undefined ? undefined : decoded(answer.PolicyDocument)
    },
    putUserPolicy: (userName, policyName, document) =>
      outcomeOf(client.send(new PutUserPolicyCommand({ UserName: userName, PolicyName: policyName, PolicyDocument: document }))),
    async deleteUserPolicy(userName, policyName) {
      await found(client.send(new DeleteUserPolicyCommand({ UserName: userName, PolicyName: policyName })))
    },
    async isAttached(userName, policyArn) {
      let marker: string | undefined
      do {
        const page = await found(client.send(new ListAttachedUserPoliciesCommand({ UserName: userName, ...at(marker) })))
        if (page?.AttachedPolicies?.some(({ PolicyArn }) => PolicyArn === policyArn) === true) return true
        marker = page?.IsTruncated === true ? page.Marker : undefined
      } while (marker !== undefined)
      return false
    },
    attachUserPolicy: (userName, policyArn) =>
      outcomeOf(client.send(new AttachUserPolicyCommand({ UserName: userName, PolicyArn: policyArn }))),
    async detachUserPolicy(userName, policyArn) {
      await found(client.send(new DetachUserPolicyCommand({ UserName: userName, PolicyArn: policyArn })))
    },
    async boundaryOf(userName) {
      const answer = await found(client.send(new GetUserCommand({ UserName: userName })))
      return answer?.User?.PermissionsBoundary?.PermissionsBoundaryArn
    },
    async setBoundary(userName, policyArn) {
      if (policyArn !== undefined)
        return outcomeOf(client.send(new PutUserPermissionsBoundaryCommand({ UserName: userName, PermissionsBoundary: policyArn })))
      // "Not found" counts as success: the user has no boundary.
      await found(client.send(new DeleteUserPermissionsBoundaryCommand({ UserName: userName })))
      return 'put'
    },
    async listSwitches(userName) {
      const [services, keys, certificates] = await Promise.all([
        found(client.send(new ListServiceSpecificCredentialsCommand({ UserName: userName }))),
        found(client.send(new ListSSHPublicKeysCommand({ UserName: userName }))),
        found(client.send(new ListSigningCertificatesCommand({ UserName: userName }))),
      ])
      const as = (kind: SwitchKind, id: string | undefined, status: KeyStatus | undefined): Switch[] =>
        id === undefined || status === undefined ? [] : [{ kind, id, status }]
      return [
        ...(services?.ServiceSpecificCredentials ?? []).flatMap((one) =>
          as('service-specific-credential', one.ServiceSpecificCredentialId, one.Status),
        ),
        ...(keys?.SSHPublicKeys ?? []).flatMap((one) => as('ssh-public-key', one.SSHPublicKeyId, one.Status)),
        ...(certificates?.Certificates ?? []).flatMap((one) => as('signing-certificate', one.CertificateId, one.Status)),
      ]
    },
    async setSwitch(userName, { kind, id }, status) {
      const about = { UserName: userName, Status: status }
      switch (kind) {
        case 'service-specific-credential':
          return isFound(client.send(new UpdateServiceSpecificCredentialCommand({ ...about, ServiceSpecificCredentialId: id })))
        case 'ssh-public-key':
          return isFound(client.send(new UpdateSSHPublicKeyCommand({ ...about, SSHPublicKeyId: id })))
        case 'signing-certificate':
          return isFound(client.send(new UpdateSigningCertificateCommand({ ...about, CertificateId: id })))
      }
    },
    async getRolePolicy(roleName, policyName) {
      const answer = await found(client.send(new GetRolePolicyCommand({ RoleName: roleName, PolicyName: policyName })))
      return answer?.PolicyDocument === undefined ? undefined : decoded(answer.PolicyDocument)
    },
    putRolePolicy: (roleName, policyName, document) =>
      outcomeOf(client.send(new PutRolePolicyCommand({ RoleName: roleName, PolicyName: policyName, PolicyDocument: document }))),
    async deleteRolePolicy(roleName, policyName) {
      await found(client.send(new DeleteRolePolicyCommand({ RoleName: roleName, PolicyName: policyName })))
    },
    async getTrust(roleName) {
      const answer = await found(client.send(new GetRoleCommand({ RoleName: roleName })))
      return answer?.Role?.AssumeRolePolicyDocument === undefined ? undefined : decoded(answer.Role.AssumeRolePolicyDocument)
    },
    setTrust: (roleName, document) =>
      outcomeOf(client.send(new UpdateAssumeRolePolicyCommand({ RoleName: roleName, PolicyDocument: document }))),
    async createAccessKey(userName) {
      try {
        const { AccessKey } = await client.send(new CreateAccessKeyCommand({ UserName: userName }))
        if (AccessKey?.AccessKeyId === undefined || AccessKey.SecretAccessKey === undefined)
          throw new ResponderError(
            'store.unavailable',
            `IAM created an access key for ${userName} and returned it incomplete; delete the unused key`,
          )
        return { id: AccessKey.AccessKeyId, secret: AccessKey.SecretAccessKey }
      } catch (cause) {
        if (isNamed(cause, 'NoSuchEntityException')) return 'no-such-identity'
        if (isNamed(cause, 'LimitExceededException')) return 'quota'
        throw cause
      }
    },
    async deleteAccessKey(userName, accessKeyId) {
      return isFound(client.send(new DeleteAccessKeyCommand({ UserName: userName, AccessKeyId: accessKeyId })))
    },
    async lastUsedOf(accessKeyId) {
      const answer = await found(client.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: accessKeyId })))
      return answer?.AccessKeyLastUsed?.LastUsedDate?.getTime()
    },
    async countUsers() {
      return (await client.send(new GetAccountSummaryCommand({}))).SummaryMap?.Users ?? 0
    },
    async describe(identity) {
      const roleArn = roleArnOf(identity)
      if (roleArn !== undefined) {
        const role = (await found(client.send(new GetRoleCommand({ RoleName: principalIn(roleArn)?.name ?? identity.name }))))?.Role
        return description(role, role?.RoleId)
      }
      const user = identity.kind === 'iam-user' ? await userOf(identity.name) : undefined
      return description(user, user?.UserId)
    },
    policiesOf: async () => undefined,
  }
}

/** Decodes a policy document. IAM URL-encodes it, so it begins with `%7B`; some emulators return plain JSON. */
function decoded(document: string): string {
  return document.startsWith('%') ? decodeURIComponent(document) : document
}

/** Turns "not found" into undefined. Every other failure throws. */
async function found<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (cause) {
    if (isNamed(cause, 'NoSuchEntityException')) return undefined
    throw cause
  }
}

async function isFound(answer: Promise<unknown>): Promise<boolean> {
  return (await found(answer)) !== undefined
}

async function outcomeOf(answer: Promise<unknown>): Promise<PutOutcome> {
  try {
    return (await isFound(answer)) ? 'put' : 'no-such-identity'
  } catch (cause) {
    if (isNamed(cause, 'LimitExceededException')) return 'quota'
    throw cause
  }
}

function at(marker: string | undefined): { Marker?: string } {
  return marker === undefined ? {} : { Marker: marker }
}

function description(
  identity: { Arn?: string | undefined; CreateDate?: Date | undefined; Tags?: Tag[] | undefined } | undefined,
  principalId: string | undefined,
): Description | undefined {
  if (identity?.Arn === undefined) return undefined
  const createdAt = identity.CreateDate?.getTime()
  return {
    arn: identity.Arn,
    createdAt,
    principalId,
    tags: Object.fromEntries((identity.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
  }
}
