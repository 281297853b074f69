import { ResponderError } from '../../shared/errors.ts'

const noToken = () => async (): Promise<never> => {
  throw new ResponderError('config.invalid', 'a function signs its requests with the credentials of its role, and has no token')
}

/**
 * Stands in the bundles for `@aws-sdk/token-providers`, by which the client of Bedrock may use a bearer token of the environment or of single sign-on in place of credentials. A
 * function has neither: throws `config.invalid` where one is asked for.
 */
export const fromEnvSigningName = noToken
export const nodeProvider = noToken
