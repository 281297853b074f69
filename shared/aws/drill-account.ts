import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  type IAMClient,
  ListAccessKeysCommand,
  ListAttachedUserPoliciesCommand,
  ListUserPoliciesCommand,
  ListUsersCommand,
} from '@aws-sdk/client-iam'
import { ListBucketsCommand } from '@aws-sdk/client-s3'
import { ListSecretsCommand } from '@aws-sdk/client-secrets-manager'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { refusalIn } from '../domain/refusal.ts'
import { ResponderError } from '../errors.ts'
import type { CallAnswer, DrillAccount, DrillCall } from '../ports/drill.ts'
import type { AccessKey } from '../ports/iam.ts'
import { type ClientOptions, iamClient, s3Client, secretsClient, stsClient } from './clients.ts'
import { isNamed } from './table.ts'

/** The account of a person's credentials. `options` name the region in which the intruder's calls are made, which is the stack's. */
export function awsDrillAccount(
  iam: IAMClient,
  { id, partition, options }: { id: string; partition: string; options: ClientOptions },
): DrillAccount {
  const arnOf = (path: string, name: string) => `arn:${partition}:iam::${id}:user${path}${name}`
  return {
    id,
    arnOf,
    async createUser(path, name) {
      const Tags = [{ Key: 'countersign', Value: 'drill' }]
      const { User } = await iam.send(new CreateUserCommand({ Path: path, UserName: name, Tags }))
      return User?.Arn ?? arnOf(path, name)
    },
    async createKey(name) {
      const { AccessKey: made } = await iam.send(new CreateAccessKeyCommand({ UserName: name }))
      if (made?.AccessKeyId === undefined || made.SecretAccessKey === undefined)
        throw new ResponderError('store.unavailable', `IAM answered no access key for ${name}; run the drill again`)
      return { id: made.AccessKeyId, secret: made.SecretAccessKey }
    },
    async userAsItIs(name) {
      try {
        const [keys, inline, attached] = await Promise.all([
          iam.send(new ListAccessKeysCommand({ UserName: name })),
          iam.send(new ListUserPoliciesCommand({ UserName: name })),
          iam.send(new ListAttachedUserPoliciesCommand({ UserName: name })),
        ])
        return {
          keys: (keys.AccessKeyMetadata ?? []).flatMap(({ AccessKeyId, Status }): AccessKey[] =>
            AccessKeyId === undefined || Status === undefined ? [] : [{ id: AccessKeyId, status: Status }],
          ),
          inline: inline.PolicyNames ?? [],
          attached: (attached.AttachedPolicies ?? []).flatMap(({ PolicyArn }) => PolicyArn ?? []),
        }
      } catch (cause) {
        if (isNamed(cause, 'NoSuchEntityException')) return undefined
        throw cause
      }
    },
    callsWith: ({ id: accessKeyId, secret }) => intruderCalls({ ...options, credentials: { accessKeyId, secretAccessKey: secret } }),
    async deleteKey(name, accessKeyId) {
      await unlessGone(iam.send(new DeleteAccessKeyCommand({ UserName: name, AccessKeyId: accessKeyId })))
    },
    async deleteUser(name) {
      try {
        await unlessGone(iam.send(new DeleteUserCommand({ UserName: name })))
        return true
      } catch (cause) {
        if (isNamed(cause, 'DeleteConflictException')) return false
        throw cause
      }
    },
  }
}

async function unlessGone(deleting: Promise<unknown>): Promise<void> {
  try {
    await deleting
  } catch (cause) {
    if (!isNamed(cause, 'NoSuchEntityException')) throw cause
  }
}

/** Who am I, and what is here: all but the first are refused to a user without rights. */
function intruderCalls(options: ClientOptions): readonly [DrillCall, ...DrillCall[]] {
  const call = (action: string, send: () => Promise<unknown>): DrillCall => ({ action, make: () => answerOf(send()) })
  return [
    call('sts:GetCallerIdentity', () => stsClient(options).send(new GetCallerIdentityCommand({}))),
    call('s3:ListBuckets', () => s3Client(options).send(new ListBucketsCommand({}))),
    call('iam:ListUsers', () => iamClient(options).send(new ListUsersCommand({}))),
    call('secretsmanager:ListSecrets', () => secretsClient(options).send(new ListSecretsCommand({}))),
  ]
}

async function answerOf(sent: Promise<unknown>): Promise<CallAnswer> {
  try {
    await sent
    return 'accepted'
  } catch (cause) {
    const { name, $metadata } = cause as Error & { readonly $metadata?: { readonly httpStatusCode?: number } }
    const refusal = refusalIn(name)
    if (refusal === 'credentials') return 'key-unknown'
    return refusal === 'rights' || $metadata?.httpStatusCode === 403 ? 'refused' : 'failed'
  }
}
