import { ResponderError } from '../../shared/errors.ts'

/** Credentials as the SDK takes them. */
interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/**
 * Stands in the bundles for `@aws-sdk/credential-provider-node`. Lambda puts the credentials of a function's role into the environment, and a function looks
 * for none anywhere else: no profile, no single sign-on, no command and no metadata service.
 *
 * Throws `config.invalid` at the first request where the environment has none.
 */
export const defaultProvider = () => async (): Promise<Credentials> => {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = process.env
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw new ResponderError(
      'config.invalid',
      'the environment has no AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; Lambda sets both for a function with a role',
    )
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
}
