import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts'
import { errorName, RefusedInAccount, ResponderError } from '../errors.ts'

/** Seconds: the least that STS gives. The SDK asks for new credentials five minutes before the end. */
const SESSION_SECONDS = 900

/** For so long a refusal is not asked about again (ms): a batch of events must not ask once for each. */
const REFUSED_FOR_MS = 30_000

/** What IAM and STS call a refusal. */
export function isRefusal(cause: unknown): boolean {
  return errorName(cause).startsWith('AccessDenied')
}

/** Temporary credentials, as the clients of the SDK take them. */
export interface SessionCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly expiration?: Date
}

/**
 * A provider of credentials for a role of another account. The SDK keeps what it answers until shortly before it expires.
 *
 * Throws `RefusedInAccount` where STS refuses: it does not tell a role that is not there from one that does not trust the caller.
 */
export function assumedRole(
  sts: STSClient,
  { account, roleArn, sessionName }: { readonly account: string; readonly roleArn: string; readonly sessionName: string },
  now: () => number,
): () => Promise<SessionCredentials> {
  let refused: { readonly at: number; readonly cause: RefusedInAccount } | undefined
  return async () => {
    if (refused !== undefined && now() - refused.at < REFUSED_FOR_MS) throw refused.cause
    try {
      const { Credentials } = await sts.send(
        new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: sessionName, DurationSeconds: SESSION_SECONDS }),
      )
      const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {}
      if (AccessKeyId === undefined || SecretAccessKey === undefined || SessionToken === undefined)
        throw new ResponderError('store.unavailable', `STS AssumeRole returned no credentials for ${roleArn}; try again`)
      return {
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        sessionToken: SessionToken,
        ...(Expiration === undefined ? {} : { expiration: Expiration }),
      }
    } catch (cause) {
      if (!isRefusal(cause)) throw cause
      const why = `role ${roleArn} is not there, or does not trust the responder: deploy the member stack in account ${account}`
      refused = { at: now(), cause: new RefusedInAccount(account, why, { cause }) }
      throw refused.cause
    }
  }
}
