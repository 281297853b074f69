import { DeleteAccessKeyCommand, type IAMClient, ListAccessKeysCommand } from '@aws-sdk/client-iam'
import { AssumeRootCommand, type STSClient } from '@aws-sdk/client-sts'
import { partitionOfRegion } from '../domain/arn.ts'
import { ResponderError } from '../errors.ts'
import type { AccessKey, RootKeys } from '../ports/iam.ts'
import { isNamed } from './table.ts'

/** The AWS managed task policy that limits a session of AssumeRoot to viewing and deleting the root user's credentials. */
const taskPolicyIn = (partition: string) => `arn:${partition}:iam::aws:policy/root-task/IAMDeleteRootUserCredentials`

/** Seconds: the maximum duration that AssumeRoot accepts. */
const SESSION_SECONDS = 900

/**
 * The access keys of root in a member account, through centralised root access. `sts` has credentials of the management account or of the
 * delegated administrator; `iamAs` creates an IAM client for a session.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html
 */
export function centralRootKeys(
  sts: STSClient,
  account: string,
  iamAs: (session: { accessKeyId: string; secretAccessKey: string; sessionToken: string }) => IAMClient,
): RootKeys {
  let client: IAMClient | undefined
  const root = async () => {
    if (client !== undefined) return client
    const arn = taskPolicyIn(partitionOfRegion(await sts.config.region()))
    const answer = await sts.send(
      new AssumeRootCommand({ TargetPrincipal: account, TaskPolicyArn: { arn }, DurationSeconds: SESSION_SECONDS }),
    )
    const { AccessKeyId, SecretAccessKey, SessionToken } = answer.Credentials ?? {}
    if (AccessKeyId === undefined || SecretAccessKey === undefined || SessionToken === undefined)
      throw new ResponderError(
        'store.unavailable',
        `STS AssumeRoot returned no credentials for root of account ${account}; check that centralised root access is enabled`,
      )
    client = iamAs({ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken })
    return client
  }
  return {
    async list() {
      const { AccessKeyMetadata = [] } = await (await root()).send(new ListAccessKeysCommand({}))
      return AccessKeyMetadata.flatMap(({ AccessKeyId, Status }): AccessKey[] =>
        AccessKeyId === undefined || Status === undefined ? [] : [{ id: AccessKeyId, status: Status }],
      )
    },
    async remove(accessKeyId) {
      try {
        await (await root()).send(new DeleteAccessKeyCommand({ AccessKeyId: accessKeyId }))
        return true
      } catch (cause) {
        if (isNamed(cause, 'NoSuchEntityException')) return false
        throw cause
      }
    },
  }
}
