import type { Outcome } from '../../domain/signal.ts'

/**
 * Error codes of calls whose credentials were not accepted: the key, token or signature is unknown, inactive, expired, wrong or missing. Services
 * write some with `Exception` at the end, and EC2 with `Client.` in front.
 *
 * EC2 answers `AuthFailure` also where a caller that it knows may not use an image or an address; it is counted among these because the code alone
 * does not tell, and an attempt that is counted too little is asked about, where an act that is none would be contained.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
export const REFUSED_CREDENTIALS = [
  'AuthFailure',
  'AuthorizationHeaderMalformed',
  'ExpiredToken',
  'IncompleteSignature',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidSecurity',
  'InvalidSignature',
  'InvalidToken',
  'MissingAuthenticationToken',
  'MissingSecurityHeader',
  'NotSignedUp',
  'RequestExpired',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
  'TokenRefreshRequired',
  'UnrecognizedClient',
] as const

const REFUSED: ReadonlySet<string> = new Set(REFUSED_CREDENTIALS)

/** The sign-in events of somebody who is signed in already. */
const SIGNED_IN = /^(SwitchRole|ExitRole|RenewRole|Logout)/

/** Whoever knows the address of the root user can ask for its password to be reset. */
const WITHOUT_SIGN_IN: ReadonlySet<string> = new Set(['PasswordRecoveryRequested'])

/** False where a call or a sign-in was made by somebody whose credentials were not accepted, or without any. */
export function hasAuthenticated(call: { service: string; operation: string; outcome: Outcome; errorCode: string | undefined }): boolean {
  if (call.service === 'signin') {
    if (WITHOUT_SIGN_IN.has(call.operation)) return false
    return call.outcome === 'success' || SIGNED_IN.test(call.operation)
  }
  return call.errorCode === undefined || !REFUSED.has(call.errorCode.replace(/^Client\./, '').replace(/Exception$/, ''))
}
