import { ResponderError } from '../shared/errors.ts'
import { whyUnreadable } from './read/list-files.ts'

/** What the AWS SDK says where this machine is not set up for AWS, and what the person does then. */
const SETUP: readonly { readonly fits: (error: Error) => boolean; readonly say: string }[] = [
  {
    fits: ({ message }) => /^Region (?:is missing$|not accepted: )/.test(message),
    say: 'no valid AWS region is set: add --region us-east-1, say, or set AWS_REGION',
  },
  {
    fits: ({ name }) => name === 'CredentialsProviderError',
    say: 'no AWS credentials are found: sign in (`aws sso login`), or set AWS_PROFILE to a profile that has some',
  },
  {
    fits: ({ name }) => ['ExpiredToken', 'ExpiredTokenException', 'TokenProviderError'].includes(name),
    say: 'the AWS credentials have expired: sign in again (`aws sso login`)',
  },
]

/**
 * What a command failed of, in words for who typed it: errors of the file system and of the AWS SDK as a `ResponderError` of one line; every other
 * error as it is.
 */
export function clearError(cause: unknown): unknown {
  const raw = cause instanceof ResponderError ? cause.cause : cause
  const setup = raw instanceof Error ? SETUP.find(({ fits }) => fits(raw)) : undefined
  if (setup !== undefined) return new ResponderError('usage', setup.say, { cause })
  if (cause instanceof ResponderError || !(cause instanceof Error)) return cause
  const { code, path } = cause as NodeJS.ErrnoException
  if (code !== undefined && path !== undefined) return new ResponderError('usage', `${path}: ${whyUnreadable(cause)}`, { cause })
  if ('$metadata' in cause) return new ResponderError('store.unavailable', `AWS refused a call: ${cause.name}: ${cause.message}`, { cause })
  return cause
}
