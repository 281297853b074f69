import { DeleteAccessKeyCommand, type IAMClient, ListAccessKeysCommand } from '@aws-sdk/client-iam'
import { AssumeRootCommand, type STSClient } from '@aws-sdk/client-sts'
import { ResponderError } from '../errors.ts'
import type { AccessKey, RootKeys } from '../ports/iam.ts'
import { isNamed } from './table.ts'

/** What a session of AssumeRoot may do: look at and delete the root user's credentials, and nothing else. */
const TASK_POLICY = 'arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials'

/** The shortest that is enough. Seconds. */
const SESSION_SECONDS = 900

/**
 * Root's keys in a member account under centralised root access. `sts` has credentials of the management account or of the
 * delegated administrator; `iamAs` makes a client of a session.
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
    const answer = await sts.send(
      new AssumeRootCommand({ TargetPrincipal: account, TaskPolicyArn: { arn: TASK_POLICY }, DurationSeconds: SESSION_SECONDS }),
    )
    const { AccessKeyId, SecretAccessKey, SessionToken } = answer.Credentials ?? {}
    if (AccessKeyId === undefined || SecretAccessKey === undefined || SessionToken === undefined)
      throw new ResponderError('store.unavailable', `STS gave no session of root of account ${account}`)
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
