import {
  DeleteUserPolicyCommand,
  GetAccessKeyLastUsedCommand,
  GetRoleCommand,
  GetUserCommand,
  GetUserPolicyCommand,
  type IAMClient,
  ListAccessKeysCommand,
  PutUserPolicyCommand,
  type Tag,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam'
import type { AccessKey, Description, Iam } from '../ports.ts'
import { isNamed } from './table.ts'

/**
 * IAM by its API. `account` is the stack's own: IAM names the owner of a key, not its ARN. The ARN that `ownerOf` makes of
 * the name is that of a user on the path `/`.
 *
 * What an identity's policies grant is not read here: it takes many calls, so the blast radius rests on what was observed.
 */
export function awsIam(client: IAMClient, account: string): Iam {
  return {
    async ownerOf(accessKeyId) {
      const last = await found(client.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: accessKeyId })))
      const name = last?.UserName
      // For root's own keys IAM answers with the account's name or nothing: no user of that name may be taken for it.
      if (name === undefined || name === '') return undefined
      return { id: `arn:aws:iam::${account}:user/${name}`, kind: 'iam-user', name, account }
    },
    async listAccessKeys(userName) {
      const keys: AccessKey[] = []
      let marker: string | undefined
      do {
        const page = await found(
          client.send(new ListAccessKeysCommand({ UserName: userName, ...(marker === undefined ? {} : { Marker: marker }) })),
        )
        for (const { AccessKeyId, Status } of page?.AccessKeyMetadata ?? []) {
          if (AccessKeyId !== undefined && Status !== undefined) keys.push({ id: AccessKeyId, status: Status })
        }
        marker = page?.IsTruncated === true ? page.Marker : undefined
      } while (marker !== undefined)
      return keys
    },
    async setAccessKeyStatus(userName, accessKeyId, status) {
      return (
        (await found(client.send(new UpdateAccessKeyCommand({ UserName: userName, AccessKeyId: accessKeyId, Status: status })))) !==
        undefined
      )
    },
    async getUserPolicy(userName, policyName) {
      const answer = await found(client.send(new GetUserPolicyCommand({ UserName: userName, PolicyName: policyName })))
      return answer?.PolicyDocument === undefined ? undefined : decoded(answer.PolicyDocument)
    },
    async putUserPolicy(userName, policyName, document) {
      try {
        const answer = await found(
          client.send(new PutUserPolicyCommand({ UserName: userName, PolicyName: policyName, PolicyDocument: document })),
        )
        return answer === undefined ? 'no-such-user' : 'put'
      } catch (cause) {
        if (isNamed(cause, 'LimitExceededException')) return 'quota'
        throw cause
      }
    },
    async deleteUserPolicy(userName, policyName) {
      await found(client.send(new DeleteUserPolicyCommand({ UserName: userName, PolicyName: policyName })))
    },
    async describe(identity) {
      if (identity.kind === 'role') return description((await found(client.send(new GetRoleCommand({ RoleName: identity.name }))))?.Role)
      if (identity.kind === 'iam-user')
        return description((await found(client.send(new GetUserCommand({ UserName: identity.name }))))?.User)
      return undefined
    },
    grantsOf: async () => undefined,
  }
}

/** IAM URL-encodes documents, and the first character of JSON with it; some other implementations do not. */
function decoded(document: string): string {
  return document.startsWith('%') ? decodeURIComponent(document) : document
}

/** "Not found" is an answer, undefined; "could not look" throws. */
async function found<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (cause) {
    if (isNamed(cause, 'NoSuchEntityException')) return undefined
    throw cause
  }
}

function description(identity: { Arn?: string | undefined; Tags?: Tag[] | undefined } | undefined): Description | undefined {
  if (identity?.Arn === undefined) return undefined
  return { arn: identity.Arn, tags: Object.fromEntries((identity.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])) }
}
